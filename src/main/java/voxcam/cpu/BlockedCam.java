package voxcam.cpu;

import java.util.List;
import java.util.Optional;
import voxcam.op.Cam;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Heat maps of blocked tensors. Sums over channels are in double; those of whole blocks are kept
 * apart by lane until the end.
 */
final class BlockedCam {
  private static final int BLOCK = Layout.BLOCK;

  /** Positions in one task. */
  private static final int WIDTH = 128;

  private BlockedCam() {}

  static Optional<BlockedForm> form(Cam op, Shape a) {
    Blocks blocks = Blocks.of(a);
    Kernel kernel =
        switch (op) {
          case Cam.HiRes _ ->
              (inputs, y, scratch, threads) -> run(blocks, products(inputs), y, threads);
          case Cam.Gradient _ -> new Gradient(blocks, a);
        };
    return BlockedForms.form(2, List.of(a, a), Layout.PLAIN, kernel);
  }

  /** Adds a row's contributions to the sums of some positions and all its lanes. */
  private interface Terms {
    void add(int row, int from, int count, double[] sums);
  }

  private static Terms products(float[][] inputs) {
    return (row, from, count, sums) ->
        Rows.addProduct(inputs[0], from, inputs[1], from, sums, count);
  }

  private record Gradient(Blocks blocks, Shape shape) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      BlockedReduce.form(Reduce.Kind.Mean, shape)
          .orElseThrow()
          .kernel()
          .run(new float[][] {inputs[1]}, scratch, scratch, threads);
      BlockedCam.run(
          blocks,
          (row, from, count, sums) -> {
            double[] factors = new double[count];
            int first = blocks.sample(row) * blocks.channels() + blocks.channel(row);
            for (int c = 0; c < blocks.present(row); c++) {
              factors[c] = scratch[first + c];
            }
            for (int i = BLOCK; i < count; i += BLOCK) {
              System.arraycopy(factors, 0, factors, i, BLOCK);
            }
            Rows.addProduct(inputs[0], from, factors, sums, count);
          },
          output,
          threads);
    }

    @Override
    public long scratch() {
      return (long) blocks.samples() * blocks.channels();
    }
  }

  private static void run(Blocks blocks, Terms terms, float[] y, Threads threads) {
    int space = blocks.space();
    int parts = Math.ceilDiv(space, WIDTH);
    threads.forEach(
        blocks.samples() * parts,
        task -> {
          int sample = task / parts;
          int at = task % parts * WIDTH;
          int count = Math.min(WIDTH, space - at);
          double[] sums = new double[count * BLOCK];
          double[] rest = new double[count * BLOCK];
          int lastPresent = BLOCK;
          for (int block = 0; block < blocks.perSample(); block++) {
            int row = sample * blocks.perSample() + block;
            lastPresent = blocks.present(row);
            terms.add(
                row,
                blocks.start(row) + at * BLOCK,
                count * BLOCK,
                lastPresent == BLOCK ? sums : rest);
          }
          for (int p = 0; p < count; p++) {
            double sum = lanes(sums, p * BLOCK, BLOCK);
            if (lastPresent < BLOCK) {
              sum += lanes(rest, p * BLOCK, lastPresent);
            }
            y[sample * space + at + p] = (float) sum;
          }
        });
  }

  private static double lanes(double[] sums, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += sums[i];
    }
    return sum;
  }
}
