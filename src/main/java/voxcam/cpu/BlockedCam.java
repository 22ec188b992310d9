package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Cam;
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
          case Cam.HiRes _ -> products(blocks, CamLanes.Counted.ALL);
          case Cam.Layer _ -> products(blocks, CamLanes.Counted.OF_POSITIVE);
          case Cam.Elementwise _ -> products(blocks, CamLanes.Counted.POSITIVE);
          case Cam.Pooled pooled -> weighted(blocks, pooled);
        };
    return BlockedForms.form(2, List.of(a, a), Layout.PLAIN, kernel);
  }

  private static Kernel products(Blocks blocks, CamLanes.Counted counted) {
    return (inputs, y, scratch, threads) ->
        run(blocks, new Products(blocks, counted, inputs[0], inputs[1]), y, threads);
  }

  private static Kernel weighted(Blocks blocks, Cam.Pooled op) {
    return (inputs, y, scratch, threads) -> {
      float[] factors = new BlockedCamWeights(blocks, threads).of(op, inputs[0], inputs[1]);
      run(blocks, new Scaled(blocks, inputs[0], factors), y, threads);
    };
  }

  /** What is summed over channels. */
  private interface Terms {
    /** Adds 1 to 4 whole blocks from a row on, at {@code count} positions. */
    void add(int row, int rows, int position, int count, double[] sums);

    /** The sum over the channels of a row that has missing ones. */
    double broken(int row, int position);
  }

  private record Products(Blocks blocks, CamLanes.Counted counted, float[] a, float[] b)
      implements Terms {
    @Override
    public void add(int row, int rows, int position, int count, double[] sums) {
      int from = blocks.start(row) + position * BLOCK;
      LANES.addProducts(counted, a, b, from, blocks.space() * BLOCK, rows, count * BLOCK, sums);
    }

    @Override
    public double broken(int row, int position) {
      int from = blocks.start(row) + position * BLOCK;
      double sum = 0;
      for (int c = 0; c < blocks.present(row); c++) {
        sum += counted.product(a[from + c], b[from + c]);
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
