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
    s0x0.add(FloatVector.fromArray(SPECIES, sums, sumsFrom)).intoArray(sums, sumsFrom);
    int s0x1At = sumsFrom + LANES;
    s0x1.add(FloatVector.fromArray(SPECIES, sums, s0x1At)).intoArray(sums, s0x1At);
    int s0x2At = sumsFrom + 2 * LANES;
    s0x2.add(FloatVector.fromArray(SPECIES, sums, s0x2At)).intoArray(sums, s0x2At);
    int s0x3At = sumsFrom + 3 * LANES;
    s0x3.add(FloatVector.fromArray(SPECIES, sums, s0x3At)).intoArray(sums, s0x3At);
    int s1x0At = sumsFrom + 4 * LANES;
    s1x0.add(FloatVector.fromArray(SPECIES, sums, s1x0At)).intoArray(sums, s1x0At);
    int s1x1At = sumsFrom + 5 * LANES;
    s1x1.add(FloatVector.fromArray(SPECIES, sums, s1x1At)).intoArray(sums, s1x1At);
    int s1x2At = sumsFrom + 6 * LANES;
    s1x2.add(FloatVector.fromArray(SPECIES, sums, s1x2At)).intoArray(sums, s1x2At);
    int s1x3At = sumsFrom + 7 * LANES;
    s1x3.add(FloatVector.fromArray(SPECIES, sums, s1x3At)).intoArray(sums, s1x3At);
    int s2x0At = sumsFrom + 8 * LANES;
    s2x0.add(FloatVector.fromArray(SPECIES, sums, s2x0At)).intoArray(sums, s2x0At);
    int s2x1At = sumsFrom + 9 * LANES;
    s2x1.add(FloatVector.fromArray(SPECIES, sums, s2x1At)).intoArray(sums, s2x1At);
    int s2x2At = sumsFrom + 10 * LANES;
    s2x2.add(FloatVector.fromArray(SPECIES, sums, s2x2At)).intoArray(sums, s2x2At);
    int s2x3At = sumsFrom + 11 * LANES;
    s2x3.add(FloatVector.fromArray(SPECIES, sums, s2x3At)).intoArray(sums, s2x3At);
    int s3x0At = sumsFrom + 12 * LANES;
    s3x0.add(FloatVector.fromArray(SPECIES, sums, s3x0At)).intoArray(sums, s3x0At);
    int s3x1At = sumsFrom + 13 * LANES;
    s3x1.add(FloatVector.fromArray(SPECIES, sums, s3x1At)).intoArray(sums, s3x1At);
    int s3x2At = sumsFrom + 14 * LANES;
    s3x2.add(FloatVector.fromArray(SPECIES, sums, s3x2At)).intoArray(sums, s3x2At);
    int s3x3At = sumsFrom + 15 * LANES;
    s3x3.add(FloatVector.fromArray(SPECIES, sums, s3x3At)).intoArray(sums, s3x3At);
    int s4x0At = sumsFrom + 16 * LANES;
    s4x0.add(FloatVector.fromArray(SPECIES, sums, s4x0At)).intoArray(sums, s4x0At);
    int s4x1At = sumsFrom + 17 * LANES;
    s4x1.add(FloatVector.fromArray(SPECIES, sums, s4x1At)).intoArray(sums, s4x1At);
    int s4x2At = sumsFrom + 18 * LANES;
    s4x2.add(FloatVector.fromArray(SPECIES, sums, s4x2At)).intoArray(sums, s4x2At);
    int s4x3At = sumsFrom + 19 * LANES;
    s4x3.add(FloatVector.fromArray(SPECIES, sums, s4x3At)).intoArray(sums, s4x3At);
    int s5x0At = sumsFrom + 20 * LANES;
    s5x0.add(FloatVector.fromArray(SPECIES, sums, s5x0At)).intoArray(sums, s5x0At);
    int s5x1At = sumsFrom + 21 * LANES;
    s5x1.add(FloatVector.fromArray(SPECIES, sums, s5x1At)).intoArray(sums, s5x1At);
    int s5x2At = sumsFrom + 22 * LANES;
    s5x2.add(FloatVector.fromArray(SPECIES, sums, s5x2At)).intoArray(sums, s5x2At);
    int s5x3At = sumsFrom + 23 * LANES;
    s5x3.add(FloatVector.fromArray(SPECIES, sums, s5x3At)).intoArray(sums, s5x3At);
  }
}
