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

  /** Values that are done in two passes while they are in the innermost cache. */
  private static final int TILE = 1024;

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
    float[] bells = new float[Math.min(count, TILE)];
    for (int from = 0; from < count; from += TILE) {
      int size = Math.min(TILE, count - from);
      bells(x, xFrom + from, SQRT_HALF, bells, size);
      gelu(x, xFrom + from, bells, y, yFrom + from, size);
    }
  }

  /** {@code e^(-(scale x)^2)}. */
  private static void bells(float[] x, int xFrom, float scale, float[] bells, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector z = FloatVector.fromArray(SPECIES, x, xFrom + i).abs().mul(scale);
      VectorFunctions.bell(z).intoArray(bells, i);
    }
  }

  private static void gelu(float[] x, int xFrom, float[] bells, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector bell = FloatVector.fromArray(SPECIES, bells, i);
      FloatVector tail = VectorFunctions.erfc(v.abs().mul(SQRT_HALF), bell).mul(0.5f);
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
    float[] powers = new float[Math.min(count, TILE)];
    for (int from = 0; from < count; from += TILE) {
      int size = Math.min(TILE, count - from);
      for (int i = 0; i < size; i += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + from + i);
        VectorFunctions.exp(v.abs().neg()).intoArray(powers, i);
      }
      softplus(x, xFrom + from, powers, y, yFrom + from, size);
    }
  }

  private static void softplus(
      float[] x, int xFrom, float[] powers, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector tail = VectorFunctions.logOnePlus(FloatVector.fromArray(SPECIES, powers, i));
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
    float[] bells = new float[Math.min(count, TILE)];
    for (int from = 0; from < count; from += TILE) {
      int size = Math.min(TILE, count - from);
      bells(x, xFrom + from, 1, bells, size);
      erf(x, xFrom + from, bells, y, yFrom + from, size);
    }
  }

  private static void erf(float[] x, int xFrom, float[] bells, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector bell = FloatVector.fromArray(SPECIES, bells, i);
      FloatVector far = VectorFunctions.erfc(v.abs(), bell).neg().add(1f);
      far = far.blend(far.neg(), v.compare(VectorOperators.LT, 0f));
      FloatVector near = VectorFunctions.erfNearZero(v);
      far.blend(near, v.abs().compare(VectorOperators.LT, 0.5f)).intoArray(y, yFrom + i);
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
