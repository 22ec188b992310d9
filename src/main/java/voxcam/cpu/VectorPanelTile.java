package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The panel tiles of {@link ConvTiles} with vectors. Unrolled by hand, and so above 325 bytecodes:
 * the sums must be local variables to stay in registers. The methods are not inlined and need not
 * be, one call does thousands of multiply-adds.
 */
final class VectorPanelTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorPanelTile() {}

  /** 16 sums: 32 registers hold them, two vectors of b and a value of a. */
  static void rows8(
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    FloatVector s40 = s00;
    FloatVector s41 = s00;
    FloatVector s50 = s00;
    FloatVector s51 = s00;
    FloatVector s60 = s00;
    FloatVector s61 = s00;
    FloatVector s70 = s00;
    FloatVector s71 = s00;
    for (int g = from; g < to; g++) {
      int start = starts[g];
      int a0 = start + rows[rowsFrom];
      int a1 = start + rows[rowsFrom + 1];
      int a2 = start + rows[rowsFrom + 2];
      int a3 = start + rows[rowsFrom + 3];
      int a4 = start + rows[rowsFrom + 4];
      int a5 = start + rows[rowsFrom + 5];
      int a6 = start + rows[rowsFrom + 6];
      int a7 = start + rows[rowsFrom + 7];
      int bRow = bFrom + g * len * 2 * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s00 = v0.fma(b0, s00);
        s01 = v0.fma(b1, s01);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s10 = v1.fma(b0, s10);
        s11 = v1.fma(b1, s11);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s20 = v2.fma(b0, s20);
        s21 = v2.fma(b1, s21);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s30 = v3.fma(b0, s30);
        s31 = v3.fma(b1, s31);
        FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + l]);
        s40 = v4.fma(b0, s40);
        s41 = v4.fma(b1, s41);
        FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + l]);
        s50 = v5.fma(b0, s50);
        s51 = v5.fma(b1, s51);
        FloatVector v6 = FloatVector.broadcast(SPECIES, a[a6 + l]);
        s60 = v6.fma(b0, s60);
        s61 = v6.fma(b1, s61);
        FloatVector v7 = FloatVector.broadcast(SPECIES, a[a7 + l]);
        s70 = v7.fma(b0, s70);
        s71 = v7.fma(b1, s71);
      }
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s10, sums, sumsFrom + 2 * LANES);
    add(s11, sums, sumsFrom + 3 * LANES);
    add(s20, sums, sumsFrom + 4 * LANES);
    add(s21, sums, sumsFrom + 5 * LANES);
    add(s30, sums, sumsFrom + 6 * LANES);
    add(s31, sums, sumsFrom + 7 * LANES);
    add(s40, sums, sumsFrom + 8 * LANES);
    add(s41, sums, sumsFrom + 9 * LANES);
    add(s50, sums, sumsFrom + 10 * LANES);
    add(s51, sums, sumsFrom + 11 * LANES);
    add(s60, sums, sumsFrom + 12 * LANES);
    add(s61, sums, sumsFrom + 13 * LANES);
    add(s70, sums, sumsFrom + 14 * LANES);
    add(s71, sums, sumsFrom + 15 * LANES);
  }

  /** 8 sums, for processors with 16 registers. */
  static void rows4(
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    for (int g = from; g < to; g++) {
      int start = starts[g];
      int a0 = start + rows[rowsFrom];
      int a1 = start + rows[rowsFrom + 1];
      int a2 = start + rows[rowsFrom + 2];
      int a3 = start + rows[rowsFrom + 3];
      int bRow = bFrom + g * len * 2 * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s00 = v0.fma(b0, s00);
        s01 = v0.fma(b1, s01);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s10 = v1.fma(b0, s10);
        s11 = v1.fma(b1, s11);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s20 = v2.fma(b0, s20);
        s21 = v2.fma(b1, s21);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s30 = v3.fma(b0, s30);
        s31 = v3.fma(b1, s31);
      }
    }
    add(s00, sums, sumsFrom);
    add(s01, sums, sumsFrom + LANES);
    add(s10, sums, sumsFrom + 2 * LANES);
    add(s11, sums, sumsFrom + 3 * LANES);
    add(s20, sums, sumsFrom + 4 * LANES);
    add(s21, sums, sumsFrom + 5 * LANES);
    add(s30, sums, sumsFrom + 6 * LANES);
    add(s31, sums, sumsFrom + 7 * LANES);
  }

  /** 8 rows of one vector. */
  static void narrow(
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int g = from; g < to; g++) {
      int start = starts[g];
      int a0 = start + rows[rowsFrom];
      int a1 = start + rows[rowsFrom + 1];
      int a2 = start + rows[rowsFrom + 2];
      int a3 = start + rows[rowsFrom + 3];
      int a4 = start + rows[rowsFrom + 4];
      int a5 = start + rows[rowsFrom + 5];
      int a6 = start + rows[rowsFrom + 6];
      int a7 = start + rows[rowsFrom + 7];
      int bRow = bFrom + g * len * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s0 = v0.fma(b0, s0);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s1 = v1.fma(b0, s1);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s2 = v2.fma(b0, s2);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s3 = v3.fma(b0, s3);
        FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + l]);
        s4 = v4.fma(b0, s4);
        FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + l]);
        s5 = v5.fma(b0, s5);
        FloatVector v6 = FloatVector.broadcast(SPECIES, a[a6 + l]);
        s6 = v6.fma(b0, s6);
        FloatVector v7 = FloatVector.broadcast(SPECIES, a[a7 + l]);
        s7 = v7.fma(b0, s7);
      }
    }
    add(s0, sums, sumsFrom);
    add(s1, sums, sumsFrom + LANES);
    add(s2, sums, sumsFrom + 2 * LANES);
    add(s3, sums, sumsFrom + 3 * LANES);
    add(s4, sums, sumsFrom + 4 * LANES);
    add(s5, sums, sumsFrom + 5 * LANES);
    add(s6, sums, sumsFrom + 6 * LANES);
    add(s7, sums, sumsFrom + 7 * LANES);
  }

  private static void add(FloatVector sum, float[] sums, int at) {
    sum.add(FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
  }
}
