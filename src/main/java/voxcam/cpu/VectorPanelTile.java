package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The panel tiles of {@link ConvTiles} with vectors. Unrolled by hand, and so above 325 bytecodes:
 * the sums must be local variables to stay in registers.
 */
final class VectorPanelTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorPanelTile() {}

  /** 24 sums: 32 registers hold them, four vectors of b and a value of a. */
  static void rows6by4(
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
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s0x1 = s0x0;
    FloatVector s0x2 = s0x0;
    FloatVector s0x3 = s0x0;
    FloatVector s1x0 = s0x0;
    FloatVector s1x1 = s0x0;
    FloatVector s1x2 = s0x0;
    FloatVector s1x3 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s2x1 = s0x0;
    FloatVector s2x2 = s0x0;
    FloatVector s2x3 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s3x1 = s0x0;
    FloatVector s3x2 = s0x0;
    FloatVector s3x3 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s4x1 = s0x0;
    FloatVector s4x2 = s0x0;
    FloatVector s4x3 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s5x1 = s0x0;
    FloatVector s5x2 = s0x0;
    FloatVector s5x3 = s0x0;
    for (int g = from; g < to; g++) {
      int start = starts[g];
      int a0 = start + rows[rowsFrom];
      int a1 = start + rows[rowsFrom + 1];
      int a2 = start + rows[rowsFrom + 2];
      int a3 = start + rows[rowsFrom + 3];
      int a4 = start + rows[rowsFrom + 4];
      int a5 = start + rows[rowsFrom + 5];
      int bRow = bFrom + g * len * 4 * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * 4 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + l * 4 * LANES + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, b, bRow + l * 4 * LANES + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, b, bRow + l * 4 * LANES + 3 * LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s0x0 = v0.fma(b0, s0x0);
        s0x1 = v0.fma(b1, s0x1);
        s0x2 = v0.fma(b2, s0x2);
        s0x3 = v0.fma(b3, s0x3);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s1x0 = v1.fma(b0, s1x0);
        s1x1 = v1.fma(b1, s1x1);
        s1x2 = v1.fma(b2, s1x2);
        s1x3 = v1.fma(b3, s1x3);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s2x0 = v2.fma(b0, s2x0);
        s2x1 = v2.fma(b1, s2x1);
        s2x2 = v2.fma(b2, s2x2);
        s2x3 = v2.fma(b3, s2x3);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s3x0 = v3.fma(b0, s3x0);
        s3x1 = v3.fma(b1, s3x1);
        s3x2 = v3.fma(b2, s3x2);
        s3x3 = v3.fma(b3, s3x3);
        FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + l]);
        s4x0 = v4.fma(b0, s4x0);
        s4x1 = v4.fma(b1, s4x1);
        s4x2 = v4.fma(b2, s4x2);
        s4x3 = v4.fma(b3, s4x3);
        FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + l]);
        s5x0 = v5.fma(b0, s5x0);
        s5x1 = v5.fma(b1, s5x1);
        s5x2 = v5.fma(b2, s5x2);
        s5x3 = v5.fma(b3, s5x3);
      }
    }
    add(s0x0, sums, sumsFrom);
    add(s0x1, sums, sumsFrom + LANES);
    add(s0x2, sums, sumsFrom + 2 * LANES);
    add(s0x3, sums, sumsFrom + 3 * LANES);
    add(s1x0, sums, sumsFrom + 4 * LANES);
    add(s1x1, sums, sumsFrom + 5 * LANES);
    add(s1x2, sums, sumsFrom + 6 * LANES);
    add(s1x3, sums, sumsFrom + 7 * LANES);
    add(s2x0, sums, sumsFrom + 8 * LANES);
    add(s2x1, sums, sumsFrom + 9 * LANES);
    add(s2x2, sums, sumsFrom + 10 * LANES);
    add(s2x3, sums, sumsFrom + 11 * LANES);
    add(s3x0, sums, sumsFrom + 12 * LANES);
    add(s3x1, sums, sumsFrom + 13 * LANES);
    add(s3x2, sums, sumsFrom + 14 * LANES);
    add(s3x3, sums, sumsFrom + 15 * LANES);
    add(s4x0, sums, sumsFrom + 16 * LANES);
    add(s4x1, sums, sumsFrom + 17 * LANES);
    add(s4x2, sums, sumsFrom + 18 * LANES);
    add(s4x3, sums, sumsFrom + 19 * LANES);
    add(s5x0, sums, sumsFrom + 20 * LANES);
    add(s5x1, sums, sumsFrom + 21 * LANES);
    add(s5x2, sums, sumsFrom + 22 * LANES);
    add(s5x3, sums, sumsFrom + 23 * LANES);
  }

  /** 24 sums. */
  static void rows12by2(
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
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s0x1 = s0x0;
    FloatVector s1x0 = s0x0;
    FloatVector s1x1 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s2x1 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s3x1 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s4x1 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s5x1 = s0x0;
    FloatVector s6x0 = s0x0;
    FloatVector s6x1 = s0x0;
    FloatVector s7x0 = s0x0;
    FloatVector s7x1 = s0x0;
    FloatVector s8x0 = s0x0;
    FloatVector s8x1 = s0x0;
    FloatVector s9x0 = s0x0;
    FloatVector s9x1 = s0x0;
    FloatVector s10x0 = s0x0;
    FloatVector s10x1 = s0x0;
    FloatVector s11x0 = s0x0;
    FloatVector s11x1 = s0x0;
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
      int a8 = start + rows[rowsFrom + 8];
      int a9 = start + rows[rowsFrom + 9];
      int a10 = start + rows[rowsFrom + 10];
      int a11 = start + rows[rowsFrom + 11];
      int bRow = bFrom + g * len * 2 * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s0x0 = v0.fma(b0, s0x0);
        s0x1 = v0.fma(b1, s0x1);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s1x0 = v1.fma(b0, s1x0);
        s1x1 = v1.fma(b1, s1x1);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s2x0 = v2.fma(b0, s2x0);
        s2x1 = v2.fma(b1, s2x1);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s3x0 = v3.fma(b0, s3x0);
        s3x1 = v3.fma(b1, s3x1);
        FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + l]);
        s4x0 = v4.fma(b0, s4x0);
        s4x1 = v4.fma(b1, s4x1);
        FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + l]);
        s5x0 = v5.fma(b0, s5x0);
        s5x1 = v5.fma(b1, s5x1);
        FloatVector v6 = FloatVector.broadcast(SPECIES, a[a6 + l]);
        s6x0 = v6.fma(b0, s6x0);
        s6x1 = v6.fma(b1, s6x1);
        FloatVector v7 = FloatVector.broadcast(SPECIES, a[a7 + l]);
        s7x0 = v7.fma(b0, s7x0);
        s7x1 = v7.fma(b1, s7x1);
        FloatVector v8 = FloatVector.broadcast(SPECIES, a[a8 + l]);
        s8x0 = v8.fma(b0, s8x0);
        s8x1 = v8.fma(b1, s8x1);
        FloatVector v9 = FloatVector.broadcast(SPECIES, a[a9 + l]);
        s9x0 = v9.fma(b0, s9x0);
        s9x1 = v9.fma(b1, s9x1);
        FloatVector v10 = FloatVector.broadcast(SPECIES, a[a10 + l]);
        s10x0 = v10.fma(b0, s10x0);
        s10x1 = v10.fma(b1, s10x1);
        FloatVector v11 = FloatVector.broadcast(SPECIES, a[a11 + l]);
        s11x0 = v11.fma(b0, s11x0);
        s11x1 = v11.fma(b1, s11x1);
      }
    }
    add(s0x0, sums, sumsFrom);
    add(s0x1, sums, sumsFrom + LANES);
    add(s1x0, sums, sumsFrom + 2 * LANES);
    add(s1x1, sums, sumsFrom + 3 * LANES);
    add(s2x0, sums, sumsFrom + 4 * LANES);
    add(s2x1, sums, sumsFrom + 5 * LANES);
    add(s3x0, sums, sumsFrom + 6 * LANES);
    add(s3x1, sums, sumsFrom + 7 * LANES);
    add(s4x0, sums, sumsFrom + 8 * LANES);
    add(s4x1, sums, sumsFrom + 9 * LANES);
    add(s5x0, sums, sumsFrom + 10 * LANES);
    add(s5x1, sums, sumsFrom + 11 * LANES);
    add(s6x0, sums, sumsFrom + 12 * LANES);
    add(s6x1, sums, sumsFrom + 13 * LANES);
    add(s7x0, sums, sumsFrom + 14 * LANES);
    add(s7x1, sums, sumsFrom + 15 * LANES);
    add(s8x0, sums, sumsFrom + 16 * LANES);
    add(s8x1, sums, sumsFrom + 17 * LANES);
    add(s9x0, sums, sumsFrom + 18 * LANES);
    add(s9x1, sums, sumsFrom + 19 * LANES);
    add(s10x0, sums, sumsFrom + 20 * LANES);
    add(s10x1, sums, sumsFrom + 21 * LANES);
    add(s11x0, sums, sumsFrom + 22 * LANES);
    add(s11x1, sums, sumsFrom + 23 * LANES);
  }

  /** 12 sums, for processors with 16 registers. */
  static void rows6by2(
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
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s0x1 = s0x0;
    FloatVector s1x0 = s0x0;
    FloatVector s1x1 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s2x1 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s3x1 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s4x1 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s5x1 = s0x0;
    for (int g = from; g < to; g++) {
      int start = starts[g];
      int a0 = start + rows[rowsFrom];
      int a1 = start + rows[rowsFrom + 1];
      int a2 = start + rows[rowsFrom + 2];
      int a3 = start + rows[rowsFrom + 3];
      int a4 = start + rows[rowsFrom + 4];
      int a5 = start + rows[rowsFrom + 5];
      int bRow = bFrom + g * len * 2 * LANES;
      for (int l = 0; l < len; l++) {
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + l * 2 * LANES + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, a[a0 + l]);
        s0x0 = v0.fma(b0, s0x0);
        s0x1 = v0.fma(b1, s0x1);
        FloatVector v1 = FloatVector.broadcast(SPECIES, a[a1 + l]);
        s1x0 = v1.fma(b0, s1x0);
        s1x1 = v1.fma(b1, s1x1);
        FloatVector v2 = FloatVector.broadcast(SPECIES, a[a2 + l]);
        s2x0 = v2.fma(b0, s2x0);
        s2x1 = v2.fma(b1, s2x1);
        FloatVector v3 = FloatVector.broadcast(SPECIES, a[a3 + l]);
        s3x0 = v3.fma(b0, s3x0);
        s3x1 = v3.fma(b1, s3x1);
        FloatVector v4 = FloatVector.broadcast(SPECIES, a[a4 + l]);
        s4x0 = v4.fma(b0, s4x0);
        s4x1 = v4.fma(b1, s4x1);
        FloatVector v5 = FloatVector.broadcast(SPECIES, a[a5 + l]);
        s5x0 = v5.fma(b0, s5x0);
        s5x1 = v5.fma(b1, s5x1);
      }
    }
    add(s0x0, sums, sumsFrom);
    add(s0x1, sums, sumsFrom + LANES);
    add(s1x0, sums, sumsFrom + 2 * LANES);
    add(s1x1, sums, sumsFrom + 3 * LANES);
    add(s2x0, sums, sumsFrom + 4 * LANES);
    add(s2x1, sums, sumsFrom + 5 * LANES);
    add(s3x0, sums, sumsFrom + 6 * LANES);
    add(s3x1, sums, sumsFrom + 7 * LANES);
    add(s4x0, sums, sumsFrom + 8 * LANES);
    add(s4x1, sums, sumsFrom + 9 * LANES);
    add(s5x0, sums, sumsFrom + 10 * LANES);
    add(s5x1, sums, sumsFrom + 11 * LANES);
  }

  /** 12 rows of one vector. */
  static void rows12(
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
    FloatVector s8 = s0;
    FloatVector s9 = s0;
    FloatVector s10 = s0;
    FloatVector s11 = s0;
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
      int a8 = start + rows[rowsFrom + 8];
      int a9 = start + rows[rowsFrom + 9];
      int a10 = start + rows[rowsFrom + 10];
      int a11 = start + rows[rowsFrom + 11];
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
        FloatVector v8 = FloatVector.broadcast(SPECIES, a[a8 + l]);
        s8 = v8.fma(b0, s8);
        FloatVector v9 = FloatVector.broadcast(SPECIES, a[a9 + l]);
        s9 = v9.fma(b0, s9);
        FloatVector v10 = FloatVector.broadcast(SPECIES, a[a10 + l]);
        s10 = v10.fma(b0, s10);
        FloatVector v11 = FloatVector.broadcast(SPECIES, a[a11 + l]);
        s11 = v11.fma(b0, s11);
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
    add(s8, sums, sumsFrom + 8 * LANES);
    add(s9, sums, sumsFrom + 9 * LANES);
    add(s10, sums, sumsFrom + 10 * LANES);
    add(s11, sums, sumsFrom + 11 * LANES);
  }

  private static void add(FloatVector sum, float[] sums, int at) {
    sum.add(FloatVector.fromArray(SPECIES, sums, at)).intoArray(sums, at);
  }
}
