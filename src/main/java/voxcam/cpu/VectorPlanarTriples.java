package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link VectorPlanarTiles} with rows of three vectors, one method for each number of
 * output channels. Unrolled by hand, and so above 325 bytecodes: the sums must be local variables
 * to stay in registers.
 */
final class VectorPlanarTriples {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorPlanarTriples() {}

  static void one(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
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
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 2]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 2 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
    put(s10, sums, sumsFrom + step, add);
    put(s11, sums, sumsFrom + step + LANES, add);
    put(s12, sums, sumsFrom + step + 2 * LANES, add);
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
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 4 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
    put(s10, sums, sumsFrom + step, add);
    put(s11, sums, sumsFrom + step + LANES, add);
    put(s12, sums, sumsFrom + step + 2 * LANES, add);
    put(s20, sums, sumsFrom + 2 * step, add);
    put(s21, sums, sumsFrom + 2 * step + LANES, add);
    put(s22, sums, sumsFrom + 2 * step + 2 * LANES, add);
    put(s30, sums, sumsFrom + 3 * step, add);
    put(s31, sums, sumsFrom + 3 * step + LANES, add);
    put(s32, sums, sumsFrom + 3 * step + 2 * LANES, add);
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
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s42 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[wFrom + t * 5 + 4]);
      s40 = w4.fma(x0, s40);
      s41 = w4.fma(x1, s41);
      s42 = w4.fma(x2, s42);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
    put(s10, sums, sumsFrom + step, add);
    put(s11, sums, sumsFrom + step + LANES, add);
    put(s12, sums, sumsFrom + step + 2 * LANES, add);
    put(s20, sums, sumsFrom + 2 * step, add);
    put(s21, sums, sumsFrom + 2 * step + LANES, add);
    put(s22, sums, sumsFrom + 2 * step + 2 * LANES, add);
    put(s30, sums, sumsFrom + 3 * step, add);
    put(s31, sums, sumsFrom + 3 * step + LANES, add);
    put(s32, sums, sumsFrom + 3 * step + 2 * LANES, add);
    put(s40, sums, sumsFrom + 4 * step, add);
    put(s41, sums, sumsFrom + 4 * step + LANES, add);
    put(s42, sums, sumsFrom + 4 * step + 2 * LANES, add);
  }

  static void six(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s42 = s00;
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s52 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6 + 4]);
      s40 = w4.fma(x0, s40);
      s41 = w4.fma(x1, s41);
      s42 = w4.fma(x2, s42);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[wFrom + t * 6 + 5]);
      s50 = w5.fma(x0, s50);
      s51 = w5.fma(x1, s51);
      s52 = w5.fma(x2, s52);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
    put(s10, sums, sumsFrom + step, add);
    put(s11, sums, sumsFrom + step + LANES, add);
    put(s12, sums, sumsFrom + step + 2 * LANES, add);
    put(s20, sums, sumsFrom + 2 * step, add);
    put(s21, sums, sumsFrom + 2 * step + LANES, add);
    put(s22, sums, sumsFrom + 2 * step + 2 * LANES, add);
    put(s30, sums, sumsFrom + 3 * step, add);
    put(s31, sums, sumsFrom + 3 * step + LANES, add);
    put(s32, sums, sumsFrom + 3 * step + 2 * LANES, add);
    put(s40, sums, sumsFrom + 4 * step, add);
    put(s41, sums, sumsFrom + 4 * step + LANES, add);
    put(s42, sums, sumsFrom + 4 * step + 2 * LANES, add);
    put(s50, sums, sumsFrom + 5 * step, add);
    put(s51, sums, sumsFrom + 5 * step + LANES, add);
    put(s52, sums, sumsFrom + 5 * step + 2 * LANES, add);
  }

  static void seven(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s02 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s12 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s22 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s32 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s42 = s00;
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s52 = s00;
    FloatVector s60 = s00;
    FloatVector s61 = s00;
    FloatVector s62 = s00;
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, at + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, at + 2 * LANES);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7]);
      s00 = w0.fma(x0, s00);
      s01 = w0.fma(x1, s01);
      s02 = w0.fma(x2, s02);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 1]);
      s10 = w1.fma(x0, s10);
      s11 = w1.fma(x1, s11);
      s12 = w1.fma(x2, s12);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 2]);
      s20 = w2.fma(x0, s20);
      s21 = w2.fma(x1, s21);
      s22 = w2.fma(x2, s22);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 3]);
      s30 = w3.fma(x0, s30);
      s31 = w3.fma(x1, s31);
      s32 = w3.fma(x2, s32);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 4]);
      s40 = w4.fma(x0, s40);
      s41 = w4.fma(x1, s41);
      s42 = w4.fma(x2, s42);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 5]);
      s50 = w5.fma(x0, s50);
      s51 = w5.fma(x1, s51);
      s52 = w5.fma(x2, s52);
      FloatVector w6 = FloatVector.broadcast(SPECIES, w[wFrom + t * 7 + 6]);
      s60 = w6.fma(x0, s60);
      s61 = w6.fma(x1, s61);
      s62 = w6.fma(x2, s62);
    }
    put(s00, sums, sumsFrom, add);
    put(s01, sums, sumsFrom + LANES, add);
    put(s02, sums, sumsFrom + 2 * LANES, add);
    put(s10, sums, sumsFrom + step, add);
    put(s11, sums, sumsFrom + step + LANES, add);
    put(s12, sums, sumsFrom + step + 2 * LANES, add);
    put(s20, sums, sumsFrom + 2 * step, add);
    put(s21, sums, sumsFrom + 2 * step + LANES, add);
    put(s22, sums, sumsFrom + 2 * step + 2 * LANES, add);
    put(s30, sums, sumsFrom + 3 * step, add);
    put(s31, sums, sumsFrom + 3 * step + LANES, add);
    put(s32, sums, sumsFrom + 3 * step + 2 * LANES, add);
    put(s40, sums, sumsFrom + 4 * step, add);
    put(s41, sums, sumsFrom + 4 * step + LANES, add);
    put(s42, sums, sumsFrom + 4 * step + 2 * LANES, add);
    put(s50, sums, sumsFrom + 5 * step, add);
    put(s51, sums, sumsFrom + 5 * step + LANES, add);
    put(s52, sums, sumsFrom + 5 * step + 2 * LANES, add);
    put(s60, sums, sumsFrom + 6 * step, add);
    put(s61, sums, sumsFrom + 6 * step + LANES, add);
    put(s62, sums, sumsFrom + 6 * step + 2 * LANES, add);
  }

  private static void put(FloatVector sum, float[] sums, int at, boolean add) {
    if (add) {
      sum.add(FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
    } else {
      sum.intoArray(sums, at);
    }
  }
}
