package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import voxcam.op.Binary;

/**
 * The functions of two and three values that decide by a comparison, over whole vectors: compiled
 * code would jump for each value.
 */
final class VectorBinary {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorBinary() {}

  /** Applies a function to as many of {@code count} values as there is a form for. */
  static int apply(
      Binary.Kind kind, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    int whole = count - count % LANES;
    switch (kind) {
      case Min -> min(a, aAt, b, bAt, y, yAt, whole);
      case Max -> max(a, aAt, b, bAt, y, yAt, whole);
      case PRelu -> pRelu(a, aAt, b, bAt, y, yAt, whole);
      case Equal -> equal(a, aAt, b, bAt, y, yAt, whole);
      case Greater -> greater(a, aAt, b, bAt, y, yAt, whole);
      case Less -> less(a, aAt, b, bAt, y, yAt, whole);
      case Add, Sub, Mul, Div, Pow -> {
        return 0;
      }
    }
    return whole;
  }

  /** {@code y = condition != 0 ? a : b} for whole vectors; returns how many values that were. */
  static int choose(
      float[] condition,
      int at,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int count) {
    int whole = count - count % LANES;
    for (int i = 0; i < whole; i += LANES) {
      FloatVector c = FloatVector.fromArray(SPECIES, condition, at + i);
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      u.blend(v, c.compare(VectorOperators.EQ, 0f)).intoArray(y, yAt + i);
    }
    return whole;
  }

  private static void min(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      u.blend(v, v.compare(VectorOperators.LT, u))
          .blend(v, v.compare(VectorOperators.NE, v))
          .intoArray(y, yAt + i);
    }
  }

  private static void max(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      u.blend(v, v.compare(VectorOperators.GT, u))
          .blend(v, v.compare(VectorOperators.NE, v))
          .intoArray(y, yAt + i);
    }
  }

  private static void pRelu(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      u.blend(u.mul(v), u.compare(VectorOperators.LE, 0f)).intoArray(y, yAt + i);
    }
  }

  private static void equal(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      zero.blend(1f, u.compare(VectorOperators.EQ, v)).intoArray(y, yAt + i);
    }
  }

  private static void greater(
      float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      zero.blend(1f, u.compare(VectorOperators.GT, v)).intoArray(y, yAt + i);
    }
  }

  private static void less(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = FloatVector.fromArray(SPECIES, a, aAt + i);
      FloatVector v = FloatVector.fromArray(SPECIES, b, bAt + i);
      zero.blend(1f, u.compare(VectorOperators.LT, v)).intoArray(y, yAt + i);
    }
  }
}
