package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link ConvTiles#run} with one or two vectors, see {@link VectorRunTile}. */
final class VectorRunTileNarrow {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorRunTileNarrow() {}

  /** 24 sums. */
  static void rows12by2(
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
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
    int begin = start + rows[rowsFrom];
    int end = begin + len;
    int a1 = rows[rowsFrom + 1] - rows[rowsFrom];
    int a2 = rows[rowsFrom + 2] - rows[rowsFrom];
    int a3 = rows[rowsFrom + 3] - rows[rowsFrom];
    int a4 = rows[rowsFrom + 4] - rows[rowsFrom];
    int a5 = rows[rowsFrom + 5] - rows[rowsFrom];
    int a6 = rows[rowsFrom + 6] - rows[rowsFrom];
    int a7 = rows[rowsFrom + 7] - rows[rowsFrom];
    int a8 = rows[rowsFrom + 8] - rows[rowsFrom];
    int a9 = rows[rowsFrom + 9] - rows[rowsFrom];
    int a10 = rows[rowsFrom + 10] - rows[rowsFrom];
    int a11 = rows[rowsFrom + 11] - rows[rowsFrom];
    int shift = bFrom - begin * 2 * LANES;
    if (begin >= end) {
      return;
    }
    for (int l = begin; l < end; l++) {
      int row = shift + l * 2 * LANES;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, row + LANES);
      FloatVector v0 = FloatVector.broadcast(SPECIES, a[l]);
      s0x0 = v0.fma(b0, s0x0);
      s0x1 = v0.fma(b1, s0x1);
      FloatVector v1 = FloatVector.broadcast(SPECIES, a[l + a1]);
      s1x0 = v1.fma(b0, s1x0);
      s1x1 = v1.fma(b1, s1x1);
      FloatVector v2 = FloatVector.broadcast(SPECIES, a[l + a2]);
      s2x0 = v2.fma(b0, s2x0);
      s2x1 = v2.fma(b1, s2x1);
      FloatVector v3 = FloatVector.broadcast(SPECIES, a[l + a3]);
      s3x0 = v3.fma(b0, s3x0);
      s3x1 = v3.fma(b1, s3x1);
      FloatVector v4 = FloatVector.broadcast(SPECIES, a[l + a4]);
      s4x0 = v4.fma(b0, s4x0);
      s4x1 = v4.fma(b1, s4x1);
      FloatVector v5 = FloatVector.broadcast(SPECIES, a[l + a5]);
      s5x0 = v5.fma(b0, s5x0);
      s5x1 = v5.fma(b1, s5x1);
      FloatVector v6 = FloatVector.broadcast(SPECIES, a[l + a6]);
      s6x0 = v6.fma(b0, s6x0);
      s6x1 = v6.fma(b1, s6x1);
      FloatVector v7 = FloatVector.broadcast(SPECIES, a[l + a7]);
      s7x0 = v7.fma(b0, s7x0);
      s7x1 = v7.fma(b1, s7x1);
      FloatVector v8 = FloatVector.broadcast(SPECIES, a[l + a8]);
      s8x0 = v8.fma(b0, s8x0);
      s8x1 = v8.fma(b1, s8x1);
      FloatVector v9 = FloatVector.broadcast(SPECIES, a[l + a9]);
      s9x0 = v9.fma(b0, s9x0);
      s9x1 = v9.fma(b1, s9x1);
      FloatVector v10 = FloatVector.broadcast(SPECIES, a[l + a10]);
      s10x0 = v10.fma(b0, s10x0);
      s10x1 = v10.fma(b1, s10x1);
      FloatVector v11 = FloatVector.broadcast(SPECIES, a[l + a11]);
      s11x0 = v11.fma(b0, s11x0);
      s11x1 = v11.fma(b1, s11x1);
    }
    int sum = sumsFrom;
    for (int row = 0; row < 12; row += 4) {
      FloatVector t0x0;
      FloatVector t0x1;
      FloatVector t1x0;
      FloatVector t1x1;
      FloatVector t2x0;
      FloatVector t2x1;
      FloatVector t3x0;
      FloatVector t3x1;
      if (row == 0) {
        t0x0 = s0x0;
        t0x1 = s0x1;
        t1x0 = s1x0;
        t1x1 = s1x1;
        t2x0 = s2x0;
        t2x1 = s2x1;
        t3x0 = s3x0;
        t3x1 = s3x1;
      } else if (row == 4) {
        t0x0 = s4x0;
        t0x1 = s4x1;
        t1x0 = s5x0;
        t1x1 = s5x1;
        t2x0 = s6x0;
        t2x1 = s6x1;
        t3x0 = s7x0;
        t3x1 = s7x1;
      } else {
        t0x0 = s8x0;
        t0x1 = s8x1;
        t1x0 = s9x0;
        t1x1 = s9x1;
        t2x0 = s10x0;
        t2x1 = s10x1;
        t3x0 = s11x0;
        t3x1 = s11x1;
      }
      t0x0.add(FloatVector.fromArray(SPECIES, sums, sum)).intoArray(sums, sum);
      t0x1.add(FloatVector.fromArray(SPECIES, sums, sum + LANES)).intoArray(sums, sum + LANES);
      t1x0.add(FloatVector.fromArray(SPECIES, sums, sum + 2 * LANES))
          .intoArray(sums, sum + 2 * LANES);
      t1x1.add(FloatVector.fromArray(SPECIES, sums, sum + 3 * LANES))
          .intoArray(sums, sum + 3 * LANES);
      t2x0.add(FloatVector.fromArray(SPECIES, sums, sum + 4 * LANES))
          .intoArray(sums, sum + 4 * LANES);
      t2x1.add(FloatVector.fromArray(SPECIES, sums, sum + 5 * LANES))
          .intoArray(sums, sum + 5 * LANES);
      t3x0.add(FloatVector.fromArray(SPECIES, sums, sum + 6 * LANES))
          .intoArray(sums, sum + 6 * LANES);
      t3x1.add(FloatVector.fromArray(SPECIES, sums, sum + 7 * LANES))
          .intoArray(sums, sum + 7 * LANES);
      sum += 8 * LANES;
    }
  }

  /** 12 sums: 16 registers hold them, two vectors of b and a value of a. */
  static void rows6by2(
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
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
    int begin = start + rows[rowsFrom];
    int end = begin + len;
    int a1 = rows[rowsFrom + 1] - rows[rowsFrom];
    int a2 = rows[rowsFrom + 2] - rows[rowsFrom];
    int a3 = rows[rowsFrom + 3] - rows[rowsFrom];
    int a4 = rows[rowsFrom + 4] - rows[rowsFrom];
    int a5 = rows[rowsFrom + 5] - rows[rowsFrom];
    int shift = bFrom - begin * 2 * LANES;
    if (begin >= end) {
      return;
    }
    for (int l = begin; l < end; l++) {
      int row = shift + l * 2 * LANES;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, row + LANES);
      FloatVector v0 = FloatVector.broadcast(SPECIES, a[l]);
      s0x0 = v0.fma(b0, s0x0);
      s0x1 = v0.fma(b1, s0x1);
      FloatVector v1 = FloatVector.broadcast(SPECIES, a[l + a1]);
      s1x0 = v1.fma(b0, s1x0);
      s1x1 = v1.fma(b1, s1x1);
      FloatVector v2 = FloatVector.broadcast(SPECIES, a[l + a2]);
      s2x0 = v2.fma(b0, s2x0);
      s2x1 = v2.fma(b1, s2x1);
      FloatVector v3 = FloatVector.broadcast(SPECIES, a[l + a3]);
      s3x0 = v3.fma(b0, s3x0);
      s3x1 = v3.fma(b1, s3x1);
      FloatVector v4 = FloatVector.broadcast(SPECIES, a[l + a4]);
      s4x0 = v4.fma(b0, s4x0);
      s4x1 = v4.fma(b1, s4x1);
      FloatVector v5 = FloatVector.broadcast(SPECIES, a[l + a5]);
      s5x0 = v5.fma(b0, s5x0);
      s5x1 = v5.fma(b1, s5x1);
    }
    s0x0.add(FloatVector.fromArray(SPECIES, sums, sumsFrom)).intoArray(sums, sumsFrom);
    int s0x1At = sumsFrom + LANES;
    s0x1.add(FloatVector.fromArray(SPECIES, sums, s0x1At)).intoArray(sums, s0x1At);
    int s1x0At = sumsFrom + 2 * LANES;
    s1x0.add(FloatVector.fromArray(SPECIES, sums, s1x0At)).intoArray(sums, s1x0At);
    int s1x1At = sumsFrom + 3 * LANES;
    s1x1.add(FloatVector.fromArray(SPECIES, sums, s1x1At)).intoArray(sums, s1x1At);
    int s2x0At = sumsFrom + 4 * LANES;
    s2x0.add(FloatVector.fromArray(SPECIES, sums, s2x0At)).intoArray(sums, s2x0At);
    int s2x1At = sumsFrom + 5 * LANES;
    s2x1.add(FloatVector.fromArray(SPECIES, sums, s2x1At)).intoArray(sums, s2x1At);
    int s3x0At = sumsFrom + 6 * LANES;
    s3x0.add(FloatVector.fromArray(SPECIES, sums, s3x0At)).intoArray(sums, s3x0At);
    int s3x1At = sumsFrom + 7 * LANES;
    s3x1.add(FloatVector.fromArray(SPECIES, sums, s3x1At)).intoArray(sums, s3x1At);
    int s4x0At = sumsFrom + 8 * LANES;
    s4x0.add(FloatVector.fromArray(SPECIES, sums, s4x0At)).intoArray(sums, s4x0At);
    int s4x1At = sumsFrom + 9 * LANES;
    s4x1.add(FloatVector.fromArray(SPECIES, sums, s4x1At)).intoArray(sums, s4x1At);
    int s5x0At = sumsFrom + 10 * LANES;
    s5x0.add(FloatVector.fromArray(SPECIES, sums, s5x0At)).intoArray(sums, s5x0At);
    int s5x1At = sumsFrom + 11 * LANES;
    s5x1.add(FloatVector.fromArray(SPECIES, sums, s5x1At)).intoArray(sums, s5x1At);
  }

  /** 12 sums. */
  static void rows12by1(
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    FloatVector s0x0 = FloatVector.zero(SPECIES);
    FloatVector s1x0 = s0x0;
    FloatVector s2x0 = s0x0;
    FloatVector s3x0 = s0x0;
    FloatVector s4x0 = s0x0;
    FloatVector s5x0 = s0x0;
    FloatVector s6x0 = s0x0;
    FloatVector s7x0 = s0x0;
    FloatVector s8x0 = s0x0;
    FloatVector s9x0 = s0x0;
    FloatVector s10x0 = s0x0;
    FloatVector s11x0 = s0x0;
    int begin = start + rows[rowsFrom];
    int end = begin + len;
    int a1 = rows[rowsFrom + 1] - rows[rowsFrom];
    int a2 = rows[rowsFrom + 2] - rows[rowsFrom];
    int a3 = rows[rowsFrom + 3] - rows[rowsFrom];
    int a4 = rows[rowsFrom + 4] - rows[rowsFrom];
    int a5 = rows[rowsFrom + 5] - rows[rowsFrom];
    int a6 = rows[rowsFrom + 6] - rows[rowsFrom];
    int a7 = rows[rowsFrom + 7] - rows[rowsFrom];
    int a8 = rows[rowsFrom + 8] - rows[rowsFrom];
    int a9 = rows[rowsFrom + 9] - rows[rowsFrom];
    int a10 = rows[rowsFrom + 10] - rows[rowsFrom];
    int a11 = rows[rowsFrom + 11] - rows[rowsFrom];
    int shift = bFrom - begin * LANES;
    if (begin >= end) {
      return;
    }
    for (int l = begin; l < end; l++) {
      int row = shift + l * LANES;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, row);
      FloatVector v0 = FloatVector.broadcast(SPECIES, a[l]);
      s0x0 = v0.fma(b0, s0x0);
      FloatVector v1 = FloatVector.broadcast(SPECIES, a[l + a1]);
      s1x0 = v1.fma(b0, s1x0);
      FloatVector v2 = FloatVector.broadcast(SPECIES, a[l + a2]);
      s2x0 = v2.fma(b0, s2x0);
      FloatVector v3 = FloatVector.broadcast(SPECIES, a[l + a3]);
      s3x0 = v3.fma(b0, s3x0);
      FloatVector v4 = FloatVector.broadcast(SPECIES, a[l + a4]);
      s4x0 = v4.fma(b0, s4x0);
      FloatVector v5 = FloatVector.broadcast(SPECIES, a[l + a5]);
      s5x0 = v5.fma(b0, s5x0);
      FloatVector v6 = FloatVector.broadcast(SPECIES, a[l + a6]);
      s6x0 = v6.fma(b0, s6x0);
      FloatVector v7 = FloatVector.broadcast(SPECIES, a[l + a7]);
      s7x0 = v7.fma(b0, s7x0);
      FloatVector v8 = FloatVector.broadcast(SPECIES, a[l + a8]);
      s8x0 = v8.fma(b0, s8x0);
      FloatVector v9 = FloatVector.broadcast(SPECIES, a[l + a9]);
      s9x0 = v9.fma(b0, s9x0);
      FloatVector v10 = FloatVector.broadcast(SPECIES, a[l + a10]);
      s10x0 = v10.fma(b0, s10x0);
      FloatVector v11 = FloatVector.broadcast(SPECIES, a[l + a11]);
      s11x0 = v11.fma(b0, s11x0);
    }
    s0x0.add(FloatVector.fromArray(SPECIES, sums, sumsFrom)).intoArray(sums, sumsFrom);
    int s1x0At = sumsFrom + LANES;
    s1x0.add(FloatVector.fromArray(SPECIES, sums, s1x0At)).intoArray(sums, s1x0At);
    int s2x0At = sumsFrom + 2 * LANES;
    s2x0.add(FloatVector.fromArray(SPECIES, sums, s2x0At)).intoArray(sums, s2x0At);
    int s3x0At = sumsFrom + 3 * LANES;
    s3x0.add(FloatVector.fromArray(SPECIES, sums, s3x0At)).intoArray(sums, s3x0At);
    int s4x0At = sumsFrom + 4 * LANES;
    s4x0.add(FloatVector.fromArray(SPECIES, sums, s4x0At)).intoArray(sums, s4x0At);
    int s5x0At = sumsFrom + 5 * LANES;
    s5x0.add(FloatVector.fromArray(SPECIES, sums, s5x0At)).intoArray(sums, s5x0At);
    int s6x0At = sumsFrom + 6 * LANES;
    s6x0.add(FloatVector.fromArray(SPECIES, sums, s6x0At)).intoArray(sums, s6x0At);
    int s7x0At = sumsFrom + 7 * LANES;
    s7x0.add(FloatVector.fromArray(SPECIES, sums, s7x0At)).intoArray(sums, s7x0At);
    int s8x0At = sumsFrom + 8 * LANES;
    s8x0.add(FloatVector.fromArray(SPECIES, sums, s8x0At)).intoArray(sums, s8x0At);
    int s9x0At = sumsFrom + 9 * LANES;
    s9x0.add(FloatVector.fromArray(SPECIES, sums, s9x0At)).intoArray(sums, s9x0At);
    int s10x0At = sumsFrom + 10 * LANES;
    s10x0.add(FloatVector.fromArray(SPECIES, sums, s10x0At)).intoArray(sums, s10x0At);
    int s11x0At = sumsFrom + 11 * LANES;
    s11x0.add(FloatVector.fromArray(SPECIES, sums, s11x0At)).intoArray(sums, s11x0At);
  }
}
