package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tile of {@link ConvTiles#run} with four vectors. One loop without an inner one: what a nested
 * loop moves between registers at each start costs as much as 4 turns. And one index fewer than
 * there are rows and b: with one more, the JIT compiler keeps an address in a vector register,
 * which cost a quarter of the speed. Unrolled by hand, and so above 325 bytecodes: the sums must be
 * local variables to stay in registers.
 *
 * <p>The memory that the JIT compiler (C2) takes for it counts, too, 15 MB: additions written out
 * for each vector would take it 8 more. The question right before the loop tells it that the loop
 * has a turn: else each sum behind the loop is one of two vectors, and for each such pair it
 * allocates 256 KiB. This holds only where nothing behind the loop is a call: a vector that is
 * passed to a method not inlined becomes an object, then one in each turn. So the additions have no
 * method of their own.
 */
final class VectorRunTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorRunTile() {}

  /** 24 sums: 32 registers hold them, four vectors of b and a value of a. */
  static void rows6by4(
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
    int begin = start + rows[rowsFrom];
    int end = begin + len;
    int a1 = rows[rowsFrom + 1] - rows[rowsFrom];
    int a2 = rows[rowsFrom + 2] - rows[rowsFrom];
    int a3 = rows[rowsFrom + 3] - rows[rowsFrom];
    int a4 = rows[rowsFrom + 4] - rows[rowsFrom];
    int a5 = rows[rowsFrom + 5] - rows[rowsFrom];
    int shift = bFrom - begin * 4 * LANES;
    if (begin >= end) {
      return;
    }
    for (int l = begin; l < end; l++) {
      int row = shift + l * 4 * LANES;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, row + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, row + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, row + 3 * LANES);
      FloatVector v0 = FloatVector.broadcast(SPECIES, a[l]);
      s0x0 = v0.fma(b0, s0x0);
      s0x1 = v0.fma(b1, s0x1);
      s0x2 = v0.fma(b2, s0x2);
      s0x3 = v0.fma(b3, s0x3);
      FloatVector v1 = FloatVector.broadcast(SPECIES, a[l + a1]);
      s1x0 = v1.fma(b0, s1x0);
      s1x1 = v1.fma(b1, s1x1);
      s1x2 = v1.fma(b2, s1x2);
      s1x3 = v1.fma(b3, s1x3);
      FloatVector v2 = FloatVector.broadcast(SPECIES, a[l + a2]);
      s2x0 = v2.fma(b0, s2x0);
      s2x1 = v2.fma(b1, s2x1);
      s2x2 = v2.fma(b2, s2x2);
      s2x3 = v2.fma(b3, s2x3);
      FloatVector v3 = FloatVector.broadcast(SPECIES, a[l + a3]);
      s3x0 = v3.fma(b0, s3x0);
      s3x1 = v3.fma(b1, s3x1);
      s3x2 = v3.fma(b2, s3x2);
      s3x3 = v3.fma(b3, s3x3);
      FloatVector v4 = FloatVector.broadcast(SPECIES, a[l + a4]);
      s4x0 = v4.fma(b0, s4x0);
      s4x1 = v4.fma(b1, s4x1);
      s4x2 = v4.fma(b2, s4x2);
      s4x3 = v4.fma(b3, s4x3);
      FloatVector v5 = FloatVector.broadcast(SPECIES, a[l + a5]);
      s5x0 = v5.fma(b0, s5x0);
      s5x1 = v5.fma(b1, s5x1);
      s5x2 = v5.fma(b2, s5x2);
      s5x3 = v5.fma(b3, s5x3);
    }
    int sum = sumsFrom;
    for (int row = 0; row < 6; row += 2) {
      FloatVector t0x0;
      FloatVector t0x1;
      FloatVector t0x2;
      FloatVector t0x3;
      FloatVector t1x0;
      FloatVector t1x1;
      FloatVector t1x2;
      FloatVector t1x3;
      if (row == 0) {
        t0x0 = s0x0;
        t0x1 = s0x1;
        t0x2 = s0x2;
        t0x3 = s0x3;
        t1x0 = s1x0;
        t1x1 = s1x1;
        t1x2 = s1x2;
        t1x3 = s1x3;
      } else if (row == 2) {
        t0x0 = s2x0;
        t0x1 = s2x1;
        t0x2 = s2x2;
        t0x3 = s2x3;
        t1x0 = s3x0;
        t1x1 = s3x1;
        t1x2 = s3x2;
        t1x3 = s3x3;
      } else {
        t0x0 = s4x0;
        t0x1 = s4x1;
        t0x2 = s4x2;
        t0x3 = s4x3;
        t1x0 = s5x0;
        t1x1 = s5x1;
        t1x2 = s5x2;
        t1x3 = s5x3;
      }
      t0x0.add(FloatVector.fromArray(SPECIES, sums, sum)).intoArray(sums, sum);
      t0x1.add(FloatVector.fromArray(SPECIES, sums, sum + LANES)).intoArray(sums, sum + LANES);
      t0x2.add(FloatVector.fromArray(SPECIES, sums, sum + 2 * LANES))
          .intoArray(sums, sum + 2 * LANES);
      t0x3.add(FloatVector.fromArray(SPECIES, sums, sum + 3 * LANES))
          .intoArray(sums, sum + 3 * LANES);
      t1x0.add(FloatVector.fromArray(SPECIES, sums, sum + 4 * LANES))
          .intoArray(sums, sum + 4 * LANES);
      t1x1.add(FloatVector.fromArray(SPECIES, sums, sum + 5 * LANES))
          .intoArray(sums, sum + 5 * LANES);
      t1x2.add(FloatVector.fromArray(SPECIES, sums, sum + 6 * LANES))
          .intoArray(sums, sum + 6 * LANES);
      t1x3.add(FloatVector.fromArray(SPECIES, sums, sum + 7 * LANES))
          .intoArray(sums, sum + 7 * LANES);
      sum += 8 * LANES;
    }
  }
}
