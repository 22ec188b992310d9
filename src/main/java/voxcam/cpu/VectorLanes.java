package voxcam.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The same with vectors of the width that the processor prefers. */
final class VectorLanes implements Lanes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LENGTH = SPECIES.length();

  @Override
  public int bits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public int columns() {
    return 2 * LENGTH;
  }

  @Override
  public float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
    // Four sums: a multiply-add takes four cycles, and two can start in each.
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i + 4 * LENGTH <= length; i += 4 * LENGTH) {
      s0 = multiplyAdd(a, aFrom + i, b, bFrom + i, s0);
      s1 = multiplyAdd(a, aFrom + i + LENGTH, b, bFrom + i + LENGTH, s1);
      s2 = multiplyAdd(a, aFrom + i + 2 * LENGTH, b, bFrom + i + 2 * LENGTH, s2);
      s3 = multiplyAdd(a, aFrom + i + 3 * LENGTH, b, bFrom + i + 3 * LENGTH, s3);
    }
    for (; i + LENGTH <= length; i += LENGTH) {
      s0 = multiplyAdd(a, aFrom + i, b, bFrom + i, s0);
    }
    float sum = LaneSums.of(s0.add(s1).add(s2.add(s3)));
    for (; i < length; i++) {
      sum += a[aFrom + i] * b[bFrom + i];
    }
    return sum;
  }

  private static FloatVector multiplyAdd(
      float[] a, int aFrom, float[] b, int bFrom, FloatVector sum) {
    return FloatVector.fromArray(SPECIES, a, aFrom)
        .fma(FloatVector.fromArray(SPECIES, b, bFrom), sum);
  }

  // Above the limit of 325 bytecodes because all twelve sums must be local variables; it is called
  // for whole tiles, not per element.
  @Override
  public void tile(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float[] c,
      int cFrom,
      int stride,
      boolean add) {
    FloatVector c00 = FloatVector.zero(SPECIES);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    int atA = aFrom;
    int atB = bFrom;
    for (int k = 0; k < depth; k++) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, atB);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, atB + LENGTH);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[atA + 0]);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[atA + 1]);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[atA + 2]);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[atA + 3]);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[atA + 4]);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[atA + 5]);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      atA += ROWS;
      atB += 2 * LENGTH;
    }
    store(c00, c01, c, cFrom + 0 * stride, add);
    store(c10, c11, c, cFrom + 1 * stride, add);
    store(c20, c21, c, cFrom + 2 * stride, add);
    store(c30, c31, c, cFrom + 3 * stride, add);
    store(c40, c41, c, cFrom + 4 * stride, add);
    store(c50, c51, c, cFrom + 5 * stride, add);
  }

  private static void store(FloatVector left, FloatVector right, float[] c, int from, boolean add) {
    if (add) {
      left.add(FloatVector.fromArray(SPECIES, c, from)).intoArray(c, from);
      right.add(FloatVector.fromArray(SPECIES, c, from + LENGTH)).intoArray(c, from + LENGTH);
    } else {
      left.intoArray(c, from);
      right.intoArray(c, from + LENGTH);
    }
  }
}
