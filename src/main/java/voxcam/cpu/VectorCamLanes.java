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

  /** In place of sums, or of a result. */
  private static final double[] NO_SUMS = {};

  private static final float[] NOTHING = {};

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
    int most = counted == Counted.POSITIVE ? FEW / 2 : FEW;
    for (int r = 0; r < rows; r += most) {
      int count = Math.min(most, rows - r);
      products(counted, a, b, from + r * step, step, count, length, sums, NOTHING, 0);
    }
  }

  @Override
  public void writeProducts(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      float[] y,
      int at) {
    products(counted, a, b, from, step, rows, length, NO_SUMS, y, at);
  }

  private static void products(
      Counted counted,
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      double[] sums,
      float[] y,
      int at) {
    switch (counted) {
      case ALL -> all(a, b, from, step, rows, length, sums, y, at);
      case OF_POSITIVE -> VectorCamTerms.ofPositive(a, b, from, step, rows, length, sums, y, at);
      case POSITIVE -> VectorCamTerms.positive(a, b, from, step, rows, length, sums, y, at);
    }
  }

  private static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(SPECIES, x, at);
  }

  // Which rows there are is asked at each position: branches that always go one way cost nothing
  // beside memory, while a pass of its own for each row costs a fifth.
  private static void all(
      float[] a,
      float[] b,
      int from,
      int step,
      int rows,
      int length,
      double[] sums,
      float[] y,
      int yFrom) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      int at = from + i;
      FloatVector s = load(a, at).mul(load(b, at));
      FloatVector t = FloatVector.zero(SPECIES);
      if (rows > 1) {
        t = load(a, at + step).fma(load(b, at + step), t);
      }
      if (rows > 2) {
        s = load(a, at + 2 * step).fma(load(b, at + 2 * step), s);
      }
      if (rows > 3) {
        t = load(a, at + 3 * step).fma(load(b, at + 3 * step), t);
      }
      if (rows > 4) {
        s = load(a, at + 4 * step).fma(load(b, at + 4 * step), s);
      }
      if (rows > 5) {
        t = load(a, at + 5 * step).fma(load(b, at + 5 * step), t);
      }
      if (rows > 6) {
        s = load(a, at + 6 * step).fma(load(b, at + 6 * step), s);
      }
      if (rows > 7) {
        t = load(a, at + 7 * step).fma(load(b, at + 7 * step), t);
      }
      put(s.add(t), sums, i, y, yFrom + i);
    }
    // The same operations as above: the bits must not depend on where a task ends.
    for (; i < length; i++) {
      float s = 0;
      float t = 0;
      for (int r = 0; r < rows; r += 2) {
        int at = from + i + r * step;
        s = Math.fma(a[at], b[at], s);
        t = r + 1 < rows ? Math.fma(a[at + step], b[at + step], t) : t;
      }
      put(s + t, sums, i, y, yFrom + i);
    }
  }

  @Override
  public void addRows(
      float[] a, int from, int step, int rows, int length, float[] b, int bFrom, double[] sums) {
    for (int r = 0; r < rows; r += FEW) {
      int count = Math.min(FEW, rows - r);
      scaled(a, from + r * step, step, count, length, b, bFrom + r, sums, NOTHING, 0);
    }
  }

  @Override
  public void writeRows(
      float[] a,
      int from,
      int step,
      int rows,
      int length,
      float[] b,
      int bFrom,
      float[] y,
      int at) {
    scaled(a, from, step, rows, length, b, bFrom, NO_SUMS, y, at);
  }

  private static FloatVector factor(float[] b, int from, int r, int rows) {
    return FloatVector.broadcast(SPECIES, r < rows ? b[from + r] : 0);
  }

  private static void scaled(
      float[] a,
      int from,
      int step,
      int rows,
      int length,
      float[] b,
      int bFrom,
      double[] sums,
      float[] y,
      int yFrom) {
    FloatVector v0 = factor(b, bFrom, 0, rows);
    FloatVector v1 = factor(b, bFrom, 1, rows);
    FloatVector v2 = factor(b, bFrom, 2, rows);
    FloatVector v3 = factor(b, bFrom, 3, rows);
    FloatVector v4 = factor(b, bFrom, 4, rows);
    FloatVector v5 = factor(b, bFrom, 5, rows);
    FloatVector v6 = factor(b, bFrom, 6, rows);
    FloatVector v7 = factor(b, bFrom, 7, rows);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      int at = from + i;
      FloatVector s = load(a, at).mul(v0);
      FloatVector t = FloatVector.zero(SPECIES);
      if (rows > 1) {
        t = load(a, at + step).fma(v1, t);
      }
      if (rows > 2) {
        s = load(a, at + 2 * step).fma(v2, s);
      }
      if (rows > 3) {
        t = load(a, at + 3 * step).fma(v3, t);
      }
      if (rows > 4) {
        s = load(a, at + 4 * step).fma(v4, s);
      }
      if (rows > 5) {
        t = load(a, at + 5 * step).fma(v5, t);
      }
      if (rows > 6) {
        s = load(a, at + 6 * step).fma(v6, s);
      }
      if (rows > 7) {
        t = load(a, at + 7 * step).fma(v7, t);
      }
      put(s.add(t), sums, i, y, yFrom + i);
    }
    for (; i < length; i++) {
      float s = 0;
      float t = 0;
      for (int r = 0; r < rows; r += 2) {
        int at = from + i + r * step;
        s = Math.fma(a[at], b[bFrom + r], s);
        t = r + 1 < rows ? Math.fma(a[at + step], b[bFrom + r + 1], t) : t;
      }
      put(s + t, sums, i, y, yFrom + i);
    }
  }

  /** Adds to the sums, or where there are none writes to y. */
  static void put(FloatVector values, double[] sums, int i, float[] y, int at) {
    if (sums.length == 0) {
      values.intoArray(y, at);
    } else {
      add(values, sums, i);
    }
  }

  static void put(float value, double[] sums, int i, float[] y, int at) {
    if (sums.length == 0) {
      y[at] = value;
    } else {
      sums[i] += value;
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
