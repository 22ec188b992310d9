package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Unary;

/** Softmax and its logarithm: the maximum is taken off first, so that no exponential overflows. */
final class CpuSoftmax {
  private static final Unary EXP = new Unary.Exp();

  private CpuSoftmax() {}

  static Kernel kernel(Softmax op, List<Shape> inputs) {
    Lines lines = Lines.along(inputs.get(0), op.axis());
    boolean log =
        switch (op) {
          case Softmax.Plain _ -> false;
          case Softmax.Log _ -> true;
        };
    return (values, y, scratch, threads) ->
        lines.forEach(threads, (from, line, width) -> lines(lines, values[0], y, from, width, log));
  }

  private static void lines(Lines lines, float[] x, float[] y, int from, int width, boolean log) {
    float[] max = Arrays.copyOfRange(x, from, from + width);
    for (int a = 1; a < lines.size(); a++) {
      maximise(x, from + a * lines.inner(), max, width);
    }
    double[] sums = new double[width];
    float[] powers = new float[log ? width : 0];
    for (int a = 0; a < lines.size(); a++) {
      int at = from + a * lines.inner();
      if (log) {
        addExp(x, at, max, powers, sums, width);
      } else {
        writeExp(x, at, max, y, sums, width);
      }
    }
    for (int j = 0; j < width; j++) {
      sums[j] = log ? max[j] + Math.log(sums[j]) : 1 / sums[j];
    }
    for (int a = 0; a < lines.size(); a++) {
      int at = from + a * lines.inner();
      if (log) {
        subtract(x, at, sums, y, width);
      } else {
        scale(y, at, sums, width);
      }
    }
  }

  private static void maximise(float[] x, int at, float[] max, int width) {
    for (int j = 0; j < width; j++) {
      max[j] = Math.max(max[j], x[at + j]);
    }
  }

  private static void addExp(
      float[] x, int at, float[] max, float[] powers, double[] sums, int width) {
    powers(x, at, max, powers, 0, width);
    Rows.add(powers, 0, sums, width);
  }

  private static void writeExp(
      float[] x, int at, float[] max, float[] y, double[] sums, int width) {
    powers(x, at, max, y, at, width);
    Rows.add(y, at, sums, width);
  }

  /** {@code e^(x - max)}. */
  private static void powers(float[] x, int at, float[] max, float[] y, int yAt, int width) {
    for (int j = 0; j < width; j++) {
      y[yAt + j] = x[at + j] - max[j];
    }
    CpuUnary.apply(EXP, y, yAt, y, yAt, width);
  }

  private static void subtract(float[] x, int at, double[] sums, float[] y, int width) {
    for (int j = 0; j < width; j++) {
      y[at + j] = (float) (x[at + j] - sums[j]);
    }
  }

  private static void scale(float[] y, int at, double[] factors, int width) {
    for (int j = 0; j < width; j++) {
      y[at + j] = (float) (y[at + j] * factors[j]);
    }
  }
}
