package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import voxcam.op.Unary;

/**
 * The functions of one value that the JIT compiler makes no good vectors of, over whole vectors.
 * What decides by a comparison is here because compiled code would jump for each value.
 */
final class VectorUnary {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final float SQRT_HALF = (float) Math.sqrt(0.5);
  private static final float TWICE_SQRT_2_OVER_PI = (float) (2 * Math.sqrt(2 / Math.PI));

  private VectorUnary() {}

  /** Applies a function, if it has a form here; {@code x} and {@code y} may be the same place. */
  static boolean apply(Unary op, float[] x, int xFrom, float[] y, int yFrom, int count) {
    int whole = count - count % LANES;
    if (!vectors(op, x, xFrom, y, yFrom, whole)) {
      return false;
    }
    if (whole < count) {
      // The rest as one more vector, so that a value does not depend on where it lies.
      float[] rest = new float[LANES];
      System.arraycopy(x, xFrom + whole, rest, 0, count - whole);
      vectors(op, rest, 0, rest, 0, LANES);
      System.arraycopy(rest, 0, y, yFrom + whole, count - whole);
    }
    return true;
  }

  private static boolean vectors(Unary op, float[] x, int xFrom, float[] y, int yFrom, int count) {
    switch (op) {
      case Unary.Relu _ -> relu(x, xFrom, y, yFrom, count);
      case Unary.LeakyRelu(double alpha) -> leakyRelu((float) alpha, x, xFrom, y, yFrom, count);
      case Unary.Elu(double alpha) -> elu((float) alpha, x, xFrom, y, yFrom, count);
      case Unary.Gelu(boolean tanh) when tanh -> geluTanh(x, xFrom, y, yFrom, count);
      case Unary.Gelu _ -> gelu(x, xFrom, y, yFrom, count);
      case Unary.Silu _ -> silu(x, xFrom, y, yFrom, count);
      case Unary.Sigmoid _ -> sigmoid(x, xFrom, y, yFrom, count);
      case Unary.Tanh _ -> tanh(x, xFrom, y, yFrom, count);
      case Unary.Softplus _ -> softplus(x, xFrom, y, yFrom, count);
      case Unary.HardSwish _ -> hardSwish(x, xFrom, y, yFrom, count);
      case Unary.Exp _ -> exp(x, xFrom, y, yFrom, count);
      case Unary.Erf _ -> erf(x, xFrom, y, yFrom, count);
      case Unary.Clip(double min, double max) ->
          clip((float) min, (float) max, x, xFrom, y, yFrom, count);
      case Unary.HardSigmoid _, Unary.Log _, Unary.Sqrt _, Unary.Reciprocal _, Unary.Abs _ -> {
        return false;
      }
      case Unary.Neg _, Unary.Sign _ -> {
        return false;
      }
    }
    return true;
  }

  private static void relu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yFrom + i);
    }
  }

  private static void leakyRelu(
      float alpha, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      v.blend(v.mul(alpha), v.compare(VectorOperators.LE, 0f)).intoArray(y, yFrom + i);
    }
  }

  private static void elu(float alpha, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      v.blend(VectorFunctions.expMinusOne(v).mul(alpha), v.compare(VectorOperators.LE, 0f))
          .intoArray(y, yFrom + i);
    }
  }

  private static void gelu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector tail = VectorFunctions.erfc(v.abs().mul(SQRT_HALF)).mul(0.5f);
      FloatVector share = tail.neg().add(1f).blend(tail, v.compare(VectorOperators.LE, 0f));
      v.mul(share).intoArray(y, yFrom + i);
    }
  }

  private static void geluTanh(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      // v (1 + tanh(u)) / 2 = v sigmoid(2 u)
      FloatVector u = v.mul(v).mul(0.044715f).add(1f).mul(v).mul(TWICE_SQRT_2_OVER_PI);
      VectorFunctions.sigmoid(u, v).intoArray(y, yFrom + i);
    }
  }

  private static void silu(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.sigmoid(v, v).intoArray(y, yFrom + i);
    }
  }

  private static void sigmoid(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.sigmoid(v, FloatVector.broadcast(SPECIES, 1f)).intoArray(y, yFrom + i);
    }
  }

  private static void tanh(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.tanh(v).intoArray(y, yFrom + i);
    }
  }

  private static void softplus(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector tail = VectorFunctions.logOnePlus(VectorFunctions.exp(v.abs().neg()));
      tail.add(v.blend(0f, v.compare(VectorOperators.LE, 0f))).intoArray(y, yFrom + i);
    }
  }

  private static void hardSwish(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      // Next to -3, v + 3 is exact, and v / 6 + 1 / 2 is not.
      FloatVector share = VectorFunctions.clamp(v.add(3f), 0, 6);
      v.mul(share).div(6f).intoArray(y, yFrom + i);
    }
  }

  private static void exp(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.exp(v).intoArray(y, yFrom + i);
    }
  }

  private static void erf(float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.erf(v).intoArray(y, yFrom + i);
    }
  }

  private static void clip(
      float min, float max, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      VectorFunctions.clamp(v, min, max).intoArray(y, yFrom + i);
    }
  }
}
