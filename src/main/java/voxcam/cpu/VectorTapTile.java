package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tile of {@link ConvTiles#taps} with four vectors, see {@link VectorRunTile}. */
final class VectorTapTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private VectorTapTile() {}

  /** 24 sums. */
  static void rows6by4(
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
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
    if (from >= to) {
      return;
    }
    for (int t = from; t < to; t++) {
      int at = xFrom + offsets[t];
      int row = bFrom + t * 4 * LANES;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, row + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, row + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, row + 3 * LANES);
      FloatVector v0 = FloatVector.broadcast(SPECIES, x[at]);
      s0x0 = v0.fma(b0, s0x0);
      s0x1 = v0.fma(b1, s0x1);
      s0x2 = v0.fma(b2, s0x2);
      s0x3 = v0.fma(b3, s0x3);
      FloatVector v1 = FloatVector.broadcast(SPECIES, x[at + 1]);
      s1x0 = v1.fma(b0, s1x0);
      s1x1 = v1.fma(b1, s1x1);
      s1x2 = v1.fma(b2, s1x2);
      s1x3 = v1.fma(b3, s1x3);
      FloatVector v2 = FloatVector.broadcast(SPECIES, x[at + 2]);
      s2x0 = v2.fma(b0, s2x0);
      s2x1 = v2.fma(b1, s2x1);
      s2x2 = v2.fma(b2, s2x2);
      s2x3 = v2.fma(b3, s2x3);
      FloatVector v3 = FloatVector.broadcast(SPECIES, x[at + 3]);
      s3x0 = v3.fma(b0, s3x0);
      s3x1 = v3.fma(b1, s3x1);
      s3x2 = v3.fma(b2, s3x2);
      s3x3 = v3.fma(b3, s3x3);
      FloatVector v4 = FloatVector.broadcast(SPECIES, x[at + 4]);
      s4x0 = v4.fma(b0, s4x0);
      s4x1 = v4.fma(b1, s4x1);
      s4x2 = v4.fma(b2, s4x2);
      s4x3 = v4.fma(b3, s4x3);
      FloatVector v5 = FloatVector.broadcast(SPECIES, x[at + 5]);
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
