package voxcam.cpu;

import java.util.List;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Unary;

/**
 * Normalisations. Statistics are double precision sums over chunks of a fixed length, so that a
 * large group is shared out and still has the same bits for any number of threads.
 */
final class CpuNorm {
  static final int CHUNK = 1 << 15;

  private CpuNorm() {}

  /** What becomes of a stretch of results while it is in the cache. */
  private interface Finish {
    void apply(float[] y, int from, int to);
  }

  static Kernel kernel(Norm op, List<Shape> inputs) {
    return op instanceof Norm.Activated(Norm norm, Unary activation)
        ? kernel(
            norm, inputs, (y, from, to) -> CpuUnary.apply(activation, y, from, y, from, to - from))
        : kernel(op, inputs, (_, _, _) -> {});
  }

  private static Kernel kernel(Norm op, List<Shape> inputs, Finish finish) {
    Shape x = inputs.get(0);
    boolean hasScale = inputs.size() > 1;
    boolean hasBias = inputs.size() > 2;
    return switch (op) {
      case Norm.Batch(double epsilon) -> batch(x, epsilon, finish);
      case Norm.Instance(double epsilon) -> {
        int space = (int) x.size(2, x.rank());
        yield new Grouped(
            x.dim(0) * x.dim(1),
            space,
            epsilon,
            new Affine(x.dim(1), space, hasScale, hasBias, finish));
      }
      case Norm.Group(int groups, double epsilon) -> {
        int space = (int) x.size(2, x.rank());
        int length = x.dim(1) / groups * space;
        yield new Grouped(
            x.dim(0) * groups,
            length,
            epsilon,
            new Affine(x.dim(1), space, hasScale, hasBias, finish));
      }
      case Norm.GroupGrad(int groups, double epsilon) -> new CpuNormGrad(x, groups, epsilon);
      case Norm.Layer(int axis, double epsilon) -> {
        int from = x.axis(axis);
        int length = (int) x.size(from, x.rank());
        yield new Grouped(
            (int) x.size(0, from),
            length,
            epsilon,
            new Affine(length, 1, hasScale, hasBias, finish));
      }
      case Norm.L2(int axis) -> euclidean(Lines.along(x, axis));
      case Norm.Activated _ ->
          throw new IllegalStateException("an activation behind an activation");
    };
  }

  private static Kernel batch(Shape x, double epsilon, Finish finish) {
    int channels = x.dim(1);
    int space = (int) x.size(2, x.rank());
    return (inputs, y, scratch, threads) -> {
      double[] factors = new double[channels];
      double[] offsets = new double[channels];
      for (int c = 0; c < channels; c++) {
        factors[c] = inputs[1][c] / Math.sqrt(inputs[4][c] + epsilon);
        offsets[c] = inputs[2][c] - inputs[3][c] * factors[c];
      }
      forEachPart(
          threads,
          x.dim(0) * channels,
          space,
          (row, from, to) -> {
            apply(inputs[0], y, from, to, factors[row % channels], offsets[row % channels]);
            finish.apply(y, from, to);
          });
    };
  }

  private static void apply(float[] x, float[] y, int from, int to, double factor, double offset) {
    for (int i = from; i < to; i++) {
      y[i] = (float) (x[i] * factor + offset);
    }
  }

  private static Kernel euclidean(Lines lines) {
    return (inputs, y, scratch, threads) ->
        lines.forEach(threads, (from, line, width) -> euclidean(lines, inputs[0], y, from, width));
  }

  private static void euclidean(Lines lines, float[] x, float[] y, int from, int width) {
    double[] factors = new double[width];
    for (int a = 0; a < lines.size(); a++) {
      int at = from + a * lines.inner();
      for (int j = 0; j < width; j++) {
        factors[j] += (double) x[at + j] * x[at + j];
      }
    }
    for (int j = 0; j < width; j++) {
      factors[j] = 1 / Math.max(Math.sqrt(factors[j]), Norm.L2.FLOOR);
    }
    for (int a = 0; a < lines.size(); a++) {
      int at = from + a * lines.inner();
      for (int j = 0; j < width; j++) {
        y[at + j] = (float) (x[at + j] * factors[j]);
      }
    }
  }

  /** Does values {@code from} to {@code to} of one row. */
  interface Part {
    void run(int row, int from, int to);
  }

  /** Rows of one length, long ones in chunks, short ones several to a task. */
  static void forEachPart(Threads threads, int rows, int length, Part body) {
    int chunks = Math.ceilDiv(length, CHUNK);
    int bundle = Math.max(1, CHUNK / length);
    if (chunks == 1) {
      threads.forEach(
          Math.ceilDiv(rows, bundle),
          task -> {
            for (int row = task * bundle; row < Math.min(rows, (task + 1) * bundle); row++) {
              body.run(row, row * length, (row + 1) * length);
            }
          });
    } else {
      threads.forEach(
          rows * chunks,
          task -> {
            int row = task / chunks;
            int from = task % chunks * CHUNK;
            int count = Math.min(CHUNK, length - from);
            body.run(row, row * length + from, row * length + from + count);
          });
    }
  }

  /**
   * Scale and bias, one for each run of {@code run} values, {@code count} of them before they start
   * again.
   */
  private record Affine(int count, int run, boolean hasScale, boolean hasBias, Finish finish) {
    void apply(float[][] inputs, float[] y, int from, int to, double mean, double inverse) {
      normalise(inputs, y, from, to, mean, inverse);
      finish.apply(y, from, to);
    }

    private void normalise(
        float[][] inputs, float[] y, int from, int to, double mean, double inverse) {
      float[] x = inputs[0];
      if (run == 1) {
        int index = from % count;
        for (int i = from; i < to; i++) {
          y[i] = (float) ((x[i] - mean) * inverse * scale(inputs, index) + bias(inputs, index));
          index++;
        }
        return;
      }
      int at = from;
      while (at < to) {
        int end = Math.min(to, (at / run + 1) * run);
        int index = at / run % count;
        double factor = inverse * scale(inputs, index);
        CpuNorm.apply(x, y, at, end, factor, bias(inputs, index) - mean * factor);
        at = end;
      }
    }

    private double scale(float[][] inputs, int index) {
      return hasScale ? inputs[1][index] : 1;
    }

    private double bias(float[][] inputs, int index) {
      return hasBias ? inputs[2][index] : 0;
    }
  }

  /** Groups of contiguous values, each by its own mean and variance. */
  private record Grouped(int groups, int length, double epsilon, Affine affine) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      float[] x = inputs[0];
      if (length <= CHUNK) {
        forEachPart(
            threads,
            groups,
            length,
            (group, from, to) -> {
              double mean = Sums.plain(x, from, to) / length;
              double variance = Sums.squares(x, from, to, mean) / length;
              affine.apply(inputs, output, from, to, mean, 1 / Math.sqrt(variance + epsilon));
            });
        return;
      }
      double[] means = averages(threads, (group, from, to) -> Sums.plain(x, from, to));
      double[] variances =
          averages(threads, (group, from, to) -> Sums.squares(x, from, to, means[group]));
      forEachPart(
          threads,
          groups,
          length,
          (group, from, to) ->
              affine.apply(
                  inputs,
                  output,
                  from,
                  to,
                  means[group],
                  1 / Math.sqrt(variances[group] + epsilon)));
    }

    private interface Sum {
      double of(int group, int from, int to);
    }

    private double[] averages(Threads threads, Sum sum) {
      int chunks = Math.ceilDiv(length, CHUNK);
      double[] parts = new double[groups * chunks];
      forEachPart(
          threads,
          groups,
          length,
          (group, from, to) ->
              parts[group * chunks + (from - group * length) / CHUNK] = sum.of(group, from, to));
      double[] averages = new double[groups];
      for (int i = 0; i < parts.length; i++) {
        averages[i / chunks] += parts[i];
      }
      for (int i = 0; i < groups; i++) {
        averages[i] /= length;
      }
      return averages;
    }
  }
}
