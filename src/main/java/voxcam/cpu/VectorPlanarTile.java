package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The planar tiles of {@link ConvTiles} with vectors, one method for each number of output
 * channels. Unrolled by hand, and so above 325 bytecodes: the sums must be local variables to stay
 * in registers.
 */
final class VectorPlanarTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorPlanarTile() {}

  static void one(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, at + 3 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      s03 = w0.fma(x3, s03);
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s02, sums, sumsFrom + 2 * LANES);
    add(s03, sums, sumsFrom + 3 * LANES);
  }

  static void two(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, at + 3 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 2]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      s03 = w0.fma(x3, s03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 2 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      s13 = w1.fma(x3, s13);
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s02, sums, sumsFrom + 2 * LANES);
    add(s03, sums, sumsFrom + 3 * LANES);
    add(s10, sums, sumsFrom + 4 * LANES);
    add(s11, sums, sumsFrom + 5 * LANES);
    add(s12, sums, sumsFrom + 6 * LANES);
    add(s13, sums, sumsFrom + 7 * LANES);
  }

  static void four(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s33 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, at + 3 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      s03 = w0.fma(x3, s03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      s13 = w1.fma(x3, s13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      s23 = w2.fma(x3, s23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
      s33 = w3.fma(x3, s33);
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s02, sums, sumsFrom + 2 * LANES);
    add(s03, sums, sumsFrom + 3 * LANES);
    add(s10, sums, sumsFrom + 4 * LANES);
    add(s11, sums, sumsFrom + 5 * LANES);
    add(s12, sums, sumsFrom + 6 * LANES);
    add(s13, sums, sumsFrom + 7 * LANES);
    add(s20, sums, sumsFrom + 8 * LANES);
    add(s21, sums, sumsFrom + 9 * LANES);
    add(s22, sums, sumsFrom + 10 * LANES);
    add(s23, sums, sumsFrom + 11 * LANES);
    add(s30, sums, sumsFrom + 12 * LANES);
    add(s31, sums, sumsFrom + 13 * LANES);
    add(s32, sums, sumsFrom + 14 * LANES);
    add(s33, sums, sumsFrom + 15 * LANES);
  }

  static void five(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s03 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s13 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s23 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s33 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s42 = s00;
    FloatVector s43 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, at + 3 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      s03 = w0.fma(x3, s03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      s13 = w1.fma(x3, s13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      s23 = w2.fma(x3, s23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
      s33 = w3.fma(x3, s33);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 4]);
      s40 = w4.fma(x0, s40);
      s41 = w4.fma(x1, s41);
      s42 = w4.fma(x2, s42);
      s43 = w4.fma(x3, s43);
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s02, sums, sumsFrom + 2 * LANES);
    add(s03, sums, sumsFrom + 3 * LANES);
    add(s10, sums, sumsFrom + 4 * LANES);
    add(s11, sums, sumsFrom + 5 * LANES);
    add(s12, sums, sumsFrom + 6 * LANES);
    add(s13, sums, sumsFrom + 7 * LANES);
    add(s20, sums, sumsFrom + 8 * LANES);
    add(s21, sums, sumsFrom + 9 * LANES);
    add(s22, sums, sumsFrom + 10 * LANES);
    add(s23, sums, sumsFrom + 11 * LANES);
    add(s30, sums, sumsFrom + 12 * LANES);
    add(s31, sums, sumsFrom + 13 * LANES);
    add(s32, sums, sumsFrom + 14 * LANES);
    add(s33, sums, sumsFrom + 15 * LANES);
    add(s40, sums, sumsFrom + 16 * LANES);
    add(s41, sums, sumsFrom + 17 * LANES);
    add(s42, sums, sumsFrom + 18 * LANES);
    add(s43, sums, sumsFrom + 19 * LANES);
  }

  private static void add(FloatVector sum, float[] sums, int at) {
    sum.add(FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
  }
}
