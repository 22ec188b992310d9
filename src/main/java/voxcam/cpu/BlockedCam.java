package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Cam;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Heat maps of blocked tensors, each input read once. Up to four blocks are summed in single
 * precision, all else in double: a map's sum can be held to the score.
 */
final class BlockedCam {
  private static final int BLOCK = Layout.BLOCK;
  private static final CamLanes LANES = CamLanes.PREFERRED;

  /** Positions in one task: their sums stay in the innermost cache. */
  private static final int WIDTH = 128;

  private BlockedCam() {}

  static Optional<Form> form(Cam op, Shape a) {
    Blocks blocks = Blocks.of(a);
    Kernel kernel =
        switch (op) {
          case Cam.HiRes _ ->
              (inputs, y, scratch, threads) ->
                  run(blocks, new Products(blocks, inputs[0], inputs[1]), y, threads);
          case Cam.Gradient _ -> new Gradient(blocks, a);
        };
    return BlockedForms.form(2, List.of(a, a), Layout.PLAIN, kernel);
  }

  /** What is summed over channels. */
  private interface Terms {
    /** Adds 1 to 4 whole blocks from a row on, at {@code count} positions. */
    void add(int row, int rows, int position, int count, double[] sums);

    /** The sum over the channels of a row that has missing ones. */
    double broken(int row, int position);
  }

  private record Products(Blocks blocks, float[] a, float[] b) implements Terms {
    @Override
    public void add(int row, int rows, int position, int count, double[] sums) {
      int from = blocks.start(row) + position * BLOCK;
      LANES.addProducts(a, b, from, blocks.space() * BLOCK, rows, count * BLOCK, sums);
    }

    @Override
    public double broken(int row, int position) {
      int from = blocks.start(row) + position * BLOCK;
      double sum = 0;
      for (int c = 0; c < blocks.present(row); c++) {
        sum += (double) a[from + c] * b[from + c];
      }
      return sum;
    }
  }

  /** The factors are 16 for each row. */
  private record Scaled(Blocks blocks, float[] a, float[] factors) implements Terms {
    @Override
    public void add(int row, int rows, int position, int count, double[] sums) {
      int from = blocks.start(row) + position * BLOCK;
      LANES.addScaled(a, from, blocks.space() * BLOCK, rows, count, factors, row * BLOCK, sums);
    }

    @Override
    public double broken(int row, int position) {
      int from = blocks.start(row) + position * BLOCK;
      double sum = 0;
      for (int c = 0; c < blocks.present(row); c++) {
        sum += (double) a[from + c] * factors[row * BLOCK + c];
      }
      return sum;
    }
  }

  private record Gradient(Blocks blocks, Shape shape) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      BlockedReduce.form(Reduce.Kind.Mean, shape)
          .orElseThrow()
          .kernel()
          .get()
          .run(new float[][] {inputs[1]}, scratch, scratch, threads);
      float[] factors = new float[blocks.rows() * BLOCK];
      for (int row = 0; row < blocks.rows(); row++) {
        int first = blocks.sample(row) * blocks.channels() + blocks.channel(row);
        System.arraycopy(scratch, first, factors, row * BLOCK, blocks.present(row));
      }
      BlockedCam.run(blocks, new Scaled(blocks, inputs[0], factors), output, threads);
    }

    @Override
    public long scratch() {
      return (long) blocks.samples() * blocks.channels();
    }
  }

  private static void run(Blocks blocks, Terms terms, float[] y, Threads threads) {
    int space = blocks.space();
    int width = Math.min(WIDTH, space);
    int parts = Math.ceilDiv(space, width);
    int whole = blocks.channels() / BLOCK;
    int bundle = Math.max(1, Blocks.SPAN / (width * blocks.perSample() * BLOCK));
    int tiles = blocks.samples() * parts;
    double[][] memory = new double[threads.count()][width * BLOCK];
    threads.forEach(
        Math.ceilDiv(tiles, bundle),
        (task, worker) -> {
          double[] sums = memory[worker];
          for (int tile = task * bundle; tile < Math.min(tiles, (task + 1) * bundle); tile++) {
            int sample = tile / parts;
            int from = tile % parts * width;
            int count = Math.min(width, space - from);
            int row = sample * blocks.perSample();
            Arrays.fill(sums, 0);
            for (int block = 0; block < whole; block += CamLanes.ROWS) {
              terms.add(row + block, Math.min(CamLanes.ROWS, whole - block), from, count, sums);
            }
            if (whole < blocks.perSample()) {
              for (int p = 0; p < count; p++) {
                sums[p * BLOCK] += terms.broken(row + whole, from + p);
              }
            }
            LANES.total(sums, count, y, sample * space + from);
          }
        });
  }
}
