package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernel transforms of {@link VectorWinogradLines}. What the rows of a pair of points ±p share
 * is computed once.
 */
final class VectorWinogradKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorWinogradKernels() {}

  /** A factor of the transform. */
  private static FloatVector factor(float[] rows, int row, int column) {
    return FloatVector.broadcast(SPECIES, rows[3 * row + column]);
  }

  static void points2(
      float[] rows, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length) {
    FloatVector half = factor(rows, 1, 0);
    for (int e = 0; e < length; e += LANES) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, x, xFrom + e);
      FloatVector g1 = FloatVector.fromArray(SPECIES, x, xFrom + xl + e);
      FloatVector g2 = FloatVector.fromArray(SPECIES, x, xFrom + 2 * xl + e);
      FloatVector even = g0.add(g2).mul(half);
      FloatVector odd = g1.mul(half);
      g0.neg().intoArray(y, yFrom + e);
      even.add(odd).intoArray(y, yFrom + yl + e);
      even.sub(odd).intoArray(y, yFrom + 2 * yl + e);
      g2.intoArray(y, yFrom + 3 * yl + e);
    }
  }

  static void points3(
      float[] rows, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length) {
    FloatVector zero = factor(rows, 0, 0);
    FloatVector plus0 = factor(rows, 1, 0);
    FloatVector plus1 = factor(rows, 1, 1);
    FloatVector plus2 = factor(rows, 1, 2);
    FloatVector minus0 = factor(rows, 2, 0);
    FloatVector minus1 = factor(rows, 2, 1);
    FloatVector minus2 = factor(rows, 2, 2);
    FloatVector single0 = factor(rows, 3, 0);
    FloatVector single1 = factor(rows, 3, 1);
    FloatVector single2 = factor(rows, 3, 2);
    for (int e = 0; e < length; e += LANES) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, x, xFrom + e);
      FloatVector g1 = FloatVector.fromArray(SPECIES, x, xFrom + xl + e);
      FloatVector g2 = FloatVector.fromArray(SPECIES, x, xFrom + 2 * xl + e);
      g0.mul(zero).intoArray(y, yFrom + e);
      g0.fma(plus0, g1.fma(plus1, g2.mul(plus2))).intoArray(y, yFrom + yl + e);
      g0.fma(minus0, g1.fma(minus1, g2.mul(minus2))).intoArray(y, yFrom + 2 * yl + e);
      g0.fma(single0, g1.fma(single1, g2.mul(single2))).intoArray(y, yFrom + 3 * yl + e);
      g2.intoArray(y, yFrom + 4 * yl + e);
    }
  }

  static void points4(
      float[] rows, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length) {
    FloatVector zero = factor(rows, 0, 0);
    FloatVector near0 = factor(rows, 1, 0);
    FloatVector near1 = factor(rows, 1, 1);
    FloatVector near2 = factor(rows, 1, 2);
    FloatVector far0 = factor(rows, 3, 0);
    FloatVector far1 = factor(rows, 3, 1);
    FloatVector far2 = factor(rows, 3, 2);
    for (int e = 0; e < length; e += LANES) {
      FloatVector g0 = FloatVector.fromArray(SPECIES, x, xFrom + e);
      FloatVector g1 = FloatVector.fromArray(SPECIES, x, xFrom + xl + e);
      FloatVector g2 = FloatVector.fromArray(SPECIES, x, xFrom + 2 * xl + e);
      FloatVector evenNear = g0.fma(near0, g2.mul(near2));
      FloatVector oddNear = g1.mul(near1);
      FloatVector evenFar = g0.fma(far0, g2.mul(far2));
      FloatVector oddFar = g1.mul(far1);
      g0.mul(zero).intoArray(y, yFrom + e);
      evenNear.add(oddNear).intoArray(y, yFrom + yl + e);
      evenNear.sub(oddNear).intoArray(y, yFrom + 2 * yl + e);
      evenFar.add(oddFar).intoArray(y, yFrom + 3 * yl + e);
      evenFar.sub(oddFar).intoArray(y, yFrom + 4 * yl + e);
      g2.intoArray(y, yFrom + 5 * yl + e);
    }
  }
}
