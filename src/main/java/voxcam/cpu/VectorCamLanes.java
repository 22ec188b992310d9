package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with vectors of the width that the processor prefers. Where a block is several vectors
 * and channels have factors, each vector goes its own way over all positions, so that the factors
 * stay in registers.
 */
final class VectorCamLanes implements CamLanes {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE.length();
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

  private static final VectorMask<Double> ODD = lanes(1);
  private static final VectorMask<Double> SECOND_PAIRS = lanes(2);
  private static final VectorMask<Double> SECOND_FOURS = lanes(4);
  private static final VectorShuffle<Double> BY_ONE = partners(1);
  private static final VectorShuffle<Double> BY_TWO = partners(2);
  private static final VectorShuffle<Double> BY_FOUR = partners(4);

  /** The lanes whose number has a bit. */
  private static VectorMask<Double> lanes(int bit) {
    boolean[] set = new boolean[WIDE_LANES];
    for (int lane = 0; lane < WIDE_LANES; lane++) {
      set[lane] = (lane & bit) != 0;
    }
    return WIDE.loadMask(set, 0);
  }

  /** For each lane the one whose number differs in a bit, if there is one. */
  private static VectorShuffle<Double> partners(int bit) {
    return VectorShuffle.fromOp(WIDE, lane -> (lane ^ bit) % WIDE_LANES);
  }

  @Override
  public void addProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      double[] sums) {
    switch (counted) {
      case ALL -> addProducts(a, b, from, step, rows, length, sums);
      case OF_POSITIVE -> VectorCamTerms.addOfPositive(a, b, from, step, rows, length, sums);
      case POSITIVE -> VectorCamTerms.addPositive(a, b, from, step, rows, length, sums);
    }
  }

  private static void addProducts(
      float[] a, float[] b, int from, int step, int rows, int length, double[] sums) {
    int r = 0;
    for (; r <= rows - 4; r += 4) {
      addFourProducts(a, b, from + r * step, step, length, sums);
    }
    for (; r < rows; r++) {
      addProduct(a, b, from + r * step, length, sums);
    }
  }

  private static void addFourProducts(
      float[] a, float[] b, int from, int step, int length, double[] sums) {
    int second = from + step;
    int third = second + step;
    int fourth = third + step;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector s =
          FloatVector.fromArray(SPECIES, a, from + i)
              .mul(FloatVector.fromArray(SPECIES, b, from + i));
      s =
          FloatVector.fromArray(SPECIES, a, second + i)
              .fma(FloatVector.fromArray(SPECIES, b, second + i), s);
      s =
          FloatVector.fromArray(SPECIES, a, third + i)
              .fma(FloatVector.fromArray(SPECIES, b, third + i), s);
      s =
          FloatVector.fromArray(SPECIES, a, fourth + i)
              .fma(FloatVector.fromArray(SPECIES, b, fourth + i), s);
      add(s, sums, i);
    }
    // The same operations as above: the bits must not depend on where a task ends.
    for (; i < length; i++) {
      float s = a[from + i] * b[from + i];
      s = Math.fma(a[second + i], b[second + i], s);
      s = Math.fma(a[third + i], b[third + i], s);
      sums[i] += Math.fma(a[fourth + i], b[fourth + i], s);
    }
  }

  private static void addProduct(float[] a, float[] b, int from, int length, double[] sums) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector product =
          FloatVector.fromArray(SPECIES, a, from + i)
              .mul(FloatVector.fromArray(SPECIES, b, from + i));
      add(product, sums, i);
    }
    for (; i < length; i++) {
      float product = a[from + i] * b[from + i];
      sums[i] += product;
    }
  }

  @Override
  public void addRows(
      float[] a, int from, int step, int rows, int length, float[] b, int bFrom, double[] sums) {
    int r = 0;
    for (; r <= rows - 8; r += 8) {
      addEightRows(a, from + r * step, step, length, b, bFrom + r, sums);
    }
    for (; r <= rows - 4; r += 4) {
      addFourRows(a, from + r * step, step, length, b, bFrom + r, sums);
    }
    for (; r < rows; r++) {
      addRow(a, from + r * step, length, b[bFrom + r], sums);
    }
  }

  private static void addFourRows(
      float[] a, int from, int step, int length, float[] b, int bFrom, double[] sums) {
    int second = from + step;
    int third = second + step;
    int fourth = third + step;
    float b0 = b[bFrom];
    float b1 = b[bFrom + 1];
    float b2 = b[bFrom + 2];
    float b3 = b[bFrom + 3];
    FloatVector v0 = FloatVector.broadcast(SPECIES, b0);
    FloatVector v1 = FloatVector.broadcast(SPECIES, b1);
    FloatVector v2 = FloatVector.broadcast(SPECIES, b2);
    FloatVector v3 = FloatVector.broadcast(SPECIES, b3);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector s = FloatVector.fromArray(SPECIES, a, from + i).mul(v0);
      s = FloatVector.fromArray(SPECIES, a, second + i).fma(v1, s);
      s = FloatVector.fromArray(SPECIES, a, third + i).fma(v2, s);
      s = FloatVector.fromArray(SPECIES, a, fourth + i).fma(v3, s);
      add(s, sums, i);
    }
    for (; i < length; i++) {
      float s = Math.fma(a[second + i], b1, a[from + i] * b0);
      s = Math.fma(a[third + i], b2, s);
      sums[i] += Math.fma(a[fourth + i], b3, s);
    }
  }

  private static void addEightRows(
      float[] a, int from, int step, int length, float[] b, int bFrom, double[] sums) {
    FloatVector v0 = FloatVector.broadcast(SPECIES, b[bFrom]);
    FloatVector v1 = FloatVector.broadcast(SPECIES, b[bFrom + 1]);
    FloatVector v2 = FloatVector.broadcast(SPECIES, b[bFrom + 2]);
    FloatVector v3 = FloatVector.broadcast(SPECIES, b[bFrom + 3]);
    FloatVector v4 = FloatVector.broadcast(SPECIES, b[bFrom + 4]);
    FloatVector v5 = FloatVector.broadcast(SPECIES, b[bFrom + 5]);
    FloatVector v6 = FloatVector.broadcast(SPECIES, b[bFrom + 6]);
    FloatVector v7 = FloatVector.broadcast(SPECIES, b[bFrom + 7]);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      int at = from + i;
      FloatVector s = FloatVector.fromArray(SPECIES, a, at).mul(v0);
      FloatVector t = FloatVector.fromArray(SPECIES, a, at + step).mul(v1);
      s = FloatVector.fromArray(SPECIES, a, at + 2 * step).fma(v2, s);
      t = FloatVector.fromArray(SPECIES, a, at + 3 * step).fma(v3, t);
      s = FloatVector.fromArray(SPECIES, a, at + 4 * step).fma(v4, s);
      t = FloatVector.fromArray(SPECIES, a, at + 5 * step).fma(v5, t);
      s = FloatVector.fromArray(SPECIES, a, at + 6 * step).fma(v6, s);
      t = FloatVector.fromArray(SPECIES, a, at + 7 * step).fma(v7, t);
      add(s.add(t), sums, i);
    }
    for (; i < length; i++) {
      float s = a[from + i] * b[bFrom];
      float t = a[from + i + step] * b[bFrom + 1];
      for (int r = 2; r < 8; r += 2) {
        s = Math.fma(a[from + i + r * step], b[bFrom + r], s);
        t = Math.fma(a[from + i + (r + 1) * step], b[bFrom + r + 1], t);
      }
      sums[i] += s + t;
    }
  }

  private static void addRow(float[] a, int from, int length, float b, double[] sums) {
    FloatVector v = FloatVector.broadcast(SPECIES, b);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      add(FloatVector.fromArray(SPECIES, a, from + i).mul(v), sums, i);
    }
    for (; i < length; i++) {
      float product = a[from + i] * b;
      sums[i] += product;
    }
  }

  /** {@code sums[at + l] += values[l]}. */
  static void add(FloatVector values, double[] sums, int at) {
    var low = (DoubleVector) values.convertShape(VectorOperators.F2D, WIDE, 0);
    var high = (DoubleVector) values.convertShape(VectorOperators.F2D, WIDE, 1);
    low.add(DoubleVector.fromArray(WIDE, sums, at)).intoArray(sums, at);
    int behind = at + WIDE_LANES;
    high.add(DoubleVector.fromArray(WIDE, sums, behind)).intoArray(sums, behind);
  }

  @Override
  public void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      addScaledLane(a, from + lane, step, rows, count, b, bFrom + lane, sums, lane);
    }
  }

  private static void addScaledLane(
      float[] a,
      int from,
      int step,
      int rows,
      int count,
      float[] b,
      int bFrom,
      double[] sums,
      int lane) {
    FloatVector b0 = FloatVector.fromArray(SPECIES, b, bFrom);
    FloatVector b1 = rows > 1 ? FloatVector.fromArray(SPECIES, b, bFrom + BLOCK) : b0;
    FloatVector b2 = rows > 2 ? FloatVector.fromArray(SPECIES, b, bFrom + 2 * BLOCK) : b0;
    FloatVector b3 = rows > 3 ? FloatVector.fromArray(SPECIES, b, bFrom + 3 * BLOCK) : b0;
    for (int p = 0; p < count; p++) {
      int at = from + p * BLOCK;
      FloatVector s = FloatVector.fromArray(SPECIES, a, at).mul(b0);
      if (rows > 1) {
        s = FloatVector.fromArray(SPECIES, a, at + step).fma(b1, s);
      }
      if (rows > 2) {
        s = FloatVector.fromArray(SPECIES, a, at + 2 * step).fma(b2, s);
      }
      if (rows > 3) {
        s = FloatVector.fromArray(SPECIES, a, at + 3 * step).fma(b3, s);
      }
      add(s, sums, p * BLOCK + lane);
    }
  }

  @Override
  public void addShares(
      float[] g, int from, int count, float[] totals, int totalsAt, double[] sums, int at) {
    VectorCamTerms.addShares(g, from, count, totals, totalsAt, sums, at);
  }

  @Override
  public void total(double[] sums, int count, float[] y, int at) {
    int whole = WIDE_LANES == 8 ? count / 8 * 8 : 0;
    eightByEight(sums, whole, y, at);
    for (int p = whole; p < count; p++) {
      int from = p * BLOCK;
      double left = fourHalves(sums, from) + fourHalves(sums, from + 2);
      y[at + p] = (float) (left + (fourHalves(sums, from + 4) + fourHalves(sums, from + 6)));
    }
  }

  /** Two channels of a block, each with that half a block later, as the vectors below have them. */
  private static double fourHalves(double[] sums, int at) {
    return (sums[at] + sums[at + 8]) + (sums[at + 1] + sums[at + 9]);
  }

  /**
   * Eight positions at a time: vectors are halved in pairs until each lane is the total of one
   * position.
   */
  // Above the limit of 325 bytecodes so that it is compiled for itself: within its callers vectors
  // were boxed.
  private static void eightByEight(double[] sums, int count, float[] y, int at) {
    for (int p = 0; p < count; p += 8) {
      int from = p * BLOCK;
      DoubleVector v0 =
          DoubleVector.fromArray(WIDE, sums, from)
              .add(DoubleVector.fromArray(WIDE, sums, from + WIDE_LANES));
      DoubleVector v1 =
          DoubleVector.fromArray(WIDE, sums, from + BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + BLOCK + WIDE_LANES));
      DoubleVector v01 = merge(v0, v1, ODD, BY_ONE);
      DoubleVector v2 =
          DoubleVector.fromArray(WIDE, sums, from + 2 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 2 * BLOCK + WIDE_LANES));
      DoubleVector v3 =
          DoubleVector.fromArray(WIDE, sums, from + 3 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 3 * BLOCK + WIDE_LANES));
      DoubleVector v23 = merge(v2, v3, ODD, BY_ONE);
      DoubleVector v4 =
          DoubleVector.fromArray(WIDE, sums, from + 4 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 4 * BLOCK + WIDE_LANES));
      DoubleVector v5 =
          DoubleVector.fromArray(WIDE, sums, from + 5 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 5 * BLOCK + WIDE_LANES));
      DoubleVector v45 = merge(v4, v5, ODD, BY_ONE);
      DoubleVector v6 =
          DoubleVector.fromArray(WIDE, sums, from + 6 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 6 * BLOCK + WIDE_LANES));
      DoubleVector v7 =
          DoubleVector.fromArray(WIDE, sums, from + 7 * BLOCK)
              .add(DoubleVector.fromArray(WIDE, sums, from + 7 * BLOCK + WIDE_LANES));
      DoubleVector v67 = merge(v6, v7, ODD, BY_ONE);
      DoubleVector low = merge(v01, v23, SECOND_PAIRS, BY_TWO);
      DoubleVector high = merge(v45, v67, SECOND_PAIRS, BY_TWO);
      var totals =
          (FloatVector)
              merge(low, high, SECOND_FOURS, BY_FOUR).convertShape(VectorOperators.D2F, HALF, 0);
      totals.intoArray(y, at + p);
    }
  }

  /** In each lane the sum of two lanes: of b where the mask is set, else of a. */
  private static DoubleVector merge(
      DoubleVector a, DoubleVector b, VectorMask<Double> second, VectorShuffle<Double> partner) {
    return a.blend(b, second).add(b.blend(a, second).rearrange(partner));
  }
}
