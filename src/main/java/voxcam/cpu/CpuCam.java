package voxcam.cpu;

import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Heat maps, each input read once. Sums over channels are in double, so that a map's sum can be
 * held to the score.
 */
final class CpuCam {
  private static final int WIDTH = 1024;

  private CpuCam() {}

  static Kernel kernel(Cam op, List<Shape> inputs) {
    Shape a = inputs.get(0);
    Lines channels = new Lines(a.dim(0), a.dim(1), (int) a.size(2, a.rank()));
    return switch (op) {
      case Cam.HiRes _ -> hiRes(channels);
      case Cam.Gradient _ -> gradient(channels);
    };
  }

  private static Kernel hiRes(Lines channels) {
    int space = channels.inner();
    return (inputs, y, scratch, threads) ->
        forEachBlock(
            channels,
            threads,
            y,
            (sums, sample, at, count) -> {
              for (int k = 0; k < channels.size(); k++) {
                int from = (sample * channels.size() + k) * space + at;
                Rows.addProduct(inputs[0], from, inputs[1], from, sums, count);
              }
            });
  }

  private static Kernel gradient(Lines channels) {
    int space = channels.inner();
    int rows = channels.outer() * channels.size();
    Kernel means =
        CpuReduce.kernel(new Reduce(Reduce.Kind.Mean, List.of(1), false), Shape.of(rows, space));
    return new Kernel() {
      @Override
      public void run(float[][] inputs, float[] y, float[] scratch, Threads threads) {
        means.run(new float[][] {inputs[1]}, scratch, scratch, threads);
        forEachBlock(
            channels,
            threads,
            y,
            (sums, sample, at, count) -> {
              for (int k = 0; k < channels.size(); k++) {
                int row = sample * channels.size() + k;
                Rows.addScaled(scratch[row], inputs[0], row * space + at, sums, count);
              }
            });
      }

      @Override
      public long scratch() {
        return rows;
      }
    };
  }

  /** Sums over channels for {@code count} positions of a sample from {@code at} on. */
  private interface Block {
    void run(double[] sums, int sample, int at, int count);
  }

  private static void forEachBlock(Lines channels, Threads threads, float[] y, Block block) {
    int space = channels.inner();
    int parts = Math.ceilDiv(space, WIDTH);
    threads.forEach(
        channels.outer() * parts,
        task -> {
          int sample = task / parts;
          int at = task % parts * WIDTH;
          int count = Math.min(WIDTH, space - at);
          double[] sums = new double[WIDTH];
          block.run(sums, sample, at, count);
          Rows.write(sums, y, sample * space + at, count);
        });
  }
}
