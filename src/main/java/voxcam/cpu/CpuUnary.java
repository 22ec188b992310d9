package voxcam.cpu;

import voxcam.op.Shape;
import voxcam.op.Unary;

/**
 * Functions of one value. Where there are no vectors, elementary functions are computed in double
 * precision and rounded once; what needs none is left to the JIT compiler, which makes vectors of
 * these loops.
 */
final class CpuUnary {
  private static final int SPAN = 1 << 14;

  /**
   * Below this a float does not tell {@code tanh(x)}, {@code e^x - 1} or {@code log(1 + x)} from x.
   */
  private static final double NEAR_ZERO = 1e-8;

  private static final double SQRT_2 = Math.sqrt(2);
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  private CpuUnary() {}

  static Kernel kernel(Unary op, Shape shape) {
    int length = shape.length();
    return (inputs, output, scratch, threads) ->
        threads.forEach(
            Math.ceilDiv(length, SPAN),
            task -> {
              int from = task * SPAN;
              apply(op, inputs[0], from, output, from, Math.min(SPAN, length - from));
            });
  }

  /** Applies a function to {@code count} values; {@code x} and {@code y} may be the same place. */
  static void apply(Unary op, float[] x, int xFrom, float[] y, int yFrom, int count) {
    if (Machine.ELEMENTWISE && VectorUnary.apply(op, x, xFrom, y, yFrom, count)) {
      return;
    }
    loop(op, x, xFrom, y, yFrom, count);
  }

  /** The same with plain loops. */
  static void loop(Unary op, float[] x, int xFrom, float[] y, int yFrom, int count) {
    switch (op) {
      case Unary.Relu _ -> relu(x, xFrom, y, yFrom, count);
      case Unary.LeakyRelu(double alpha) -> leakyRelu((float) alpha, x, xFrom, y, yFrom, count);
      case Unary.Elu(double alpha) -> elu(alpha, x, xFrom, y, yFrom, count);
      case Unary.Gelu(boolean tanh) when tanh -> geluTanh(x, xFrom, y, yFrom, count);
      case Unary.Gelu _ -> gelu(x, xFrom, y, yFrom, count);
      case Unary.Silu _ -> silu(x, xFrom, y, yFrom, count);
      case Unary.Sigmoid _ -> sigmoid(x, xFrom, y, yFrom, count);
      case Unary.Tanh _ -> tanh(x, xFrom, y, yFrom, count);
      case Unary.Softplus _ -> softplus(x, xFrom, y, yFrom, count);
      case Unary.HardSwish _ -> hardSwish(x, xFrom, y, yFrom, count);
      case Unary.HardSigmoid(double alpha, double beta) ->
          hardSigmoid(alpha, beta, x, xFrom, y, yFrom, count);
      case Unary.Exp _ -> exp(x, xFrom, y, yFrom, count);
      case Unary.Log _ -> log(x, xFrom, y, yFrom, count);
      case Unary.Sqrt _ -> sqrt(x, xFrom, y, yFrom, count);
      case Unary.Reciprocal _ -> reciprocal(x, xFrom, y, yFrom, count);
      case Unary.Abs _ -> abs(x, xFrom, y, yFrom, count);
      case Unary.Neg _ -> neg(x, xFrom, y, yFrom, count);
      case Unary.Sign _ -> sign(x, xFrom, y, yFrom, count);
      case Unary.Erf _ -> erf(x, xFrom, y, yFrom, count);
      case Unary.Clip(double min, double max) ->
          clip((float) min, (float) max, x, xFrom, y, yFrom, count);
    }
  }

  private static void relu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = Math.max(v, 0f);
    }
  }

  private static void leakyRelu(
      float alpha, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = v > 0 ? v : alpha * v;
    }
  }

  private static void elu(double alpha, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = v > 0 ? v : (float) (alpha * expMinusOne(v));
    }
  }

  private static void gelu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (0.5 * v * Erf.erfc(-v / SQRT_2));
    }
  }

  private static void geluTanh(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (0.5 * v * (1 + tanh(SQRT_2_OVER_PI * (v + 0.044715 * v * v * v))));
    }
  }

  private static void silu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (v / (1 + Math.exp(-v)));
    }
  }

  private static void sigmoid(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (1 / (1 + Math.exp(-v)));
    }
  }

  private static void tanh(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) tanh(v);
    }
  }

  private static void softplus(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (Math.max(v, 0) + logOnePlus(Math.exp(-Math.abs(v))));
    }
  }

  private static void hardSwish(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) (v * Math.max(0, Math.min(1, v / 6 + 0.5)));
    }
  }

  private static void hardSigmoid(
      double alpha, double beta, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) Math.max(0, Math.min(1, alpha * v + beta));
    }
  }

  private static void exp(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) Math.exp(v);
    }
  }

  private static void log(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) Math.log(v);
    }
  }

  private static void sqrt(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) Math.sqrt(v);
    }
  }

  private static void reciprocal(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = 1 / v;
    }
  }

  private static void abs(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = Math.abs(v);
    }
  }

  private static void neg(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = -v;
    }
  }

  private static void sign(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = Math.signum(v);
    }
  }

  private static void erf(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      double v = x[xFrom + i];
      y[yFrom + i] = (float) Erf.erf(v);
    }
  }

  private static void clip(
      float min, float max, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      float v = x[xFrom + i];
      y[yFrom + i] = Math.min(Math.max(v, min), max);
    }
  }

  // The three below lose digits next to zero, where the first term of the series is exact enough.

  private static double tanh(double v) {
    return Math.abs(v) < NEAR_ZERO ? v : 1 - 2 / (Math.exp(2 * v) + 1);
  }

  private static double expMinusOne(double v) {
    return Math.abs(v) < NEAR_ZERO ? v : Math.exp(v) - 1;
  }

  private static double logOnePlus(double v) {
    return v < NEAR_ZERO ? v : Math.log(1 + v);
  }
}
