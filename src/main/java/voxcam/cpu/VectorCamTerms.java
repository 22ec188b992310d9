package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Those inner loops of maps with vectors in which something is left out. They are loops of their
 * own for each kind of product: with the kind asked for inside of one loop the JIT compiler made
 * code that took more than twice as long.
 */
final class VectorCamTerms {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;

  private VectorCamTerms() {}

  private static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(SPECIES, x, at);
  }

  private static FloatVector positive(FloatVector v) {
    return v.blend(0f, v.compare(VectorOperators.LE, 0f));
  }

  private static float positive(float value) {
    return value <= 0 ? 0 : value;
  }

  /** {@link CamLanes.Counted#OF_POSITIVE}. */
  static void ofPositive(
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
      FloatVector s = load(a, at).mul(positive(load(b, at)));
      FloatVector t = FloatVector.zero(SPECIES);
      if (rows > 1) {
        t = load(a, at + step).fma(positive(load(b, at + step)), t);
      }
      if (rows > 2) {
        s = load(a, at + 2 * step).fma(positive(load(b, at + 2 * step)), s);
      }
      if (rows > 3) {
        t = load(a, at + 3 * step).fma(positive(load(b, at + 3 * step)), t);
      }
      if (rows > 4) {
        s = load(a, at + 4 * step).fma(positive(load(b, at + 4 * step)), s);
      }
      if (rows > 5) {
        t = load(a, at + 5 * step).fma(positive(load(b, at + 5 * step)), t);
      }
      if (rows > 6) {
        s = load(a, at + 6 * step).fma(positive(load(b, at + 6 * step)), s);
      }
      if (rows > 7) {
        t = load(a, at + 7 * step).fma(positive(load(b, at + 7 * step)), t);
      }
      VectorCamLanes.put(s.add(t), sums, i, y, yFrom + i);
    }
    for (; i < length; i++) {
      float s = 0;
      float t = 0;
      for (int r = 0; r < rows; r += 2) {
        int at = from + i + r * step;
        s = Math.fma(a[at], positive(b[at]), s);
        t = r + 1 < rows ? Math.fma(a[at + step], positive(b[at + step]), t) : t;
      }
      VectorCamLanes.put(s + t, sums, i, y, yFrom + i);
    }
  }

  /** {@link CamLanes.Counted#POSITIVE}. */
  static void positive(
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
      FloatVector s = positive(load(a, at).mul(load(b, at)));
      FloatVector t = FloatVector.zero(SPECIES);
      if (rows > 1) {
        t = t.add(positive(load(a, at + step).mul(load(b, at + step))));
      }
      if (rows > 2) {
        s = s.add(positive(load(a, at + 2 * step).mul(load(b, at + 2 * step))));
      }
      if (rows > 3) {
        t = t.add(positive(load(a, at + 3 * step).mul(load(b, at + 3 * step))));
      }
      if (rows > 4) {
        s = s.add(positive(load(a, at + 4 * step).mul(load(b, at + 4 * step))));
      }
      if (rows > 5) {
        t = t.add(positive(load(a, at + 5 * step).mul(load(b, at + 5 * step))));
      }
      if (rows > 6) {
        s = s.add(positive(load(a, at + 6 * step).mul(load(b, at + 6 * step))));
      }
      if (rows > 7) {
        t = t.add(positive(load(a, at + 7 * step).mul(load(b, at + 7 * step))));
      }
      VectorCamLanes.put(s.add(t), sums, i, y, yFrom + i);
    }
    for (; i < length; i++) {
      float s = 0;
      float t = 0;
      for (int r = 0; r < rows; r += 2) {
        int at = from + i + r * step;
        s += positive(a[at] * b[at]);
        t = r + 1 < rows ? t + positive(a[at + step] * b[at + step]) : t;
      }
      VectorCamLanes.put(s + t, sums, i, y, yFrom + i);
    }
  }

  static void addShares(
      float[] g, int from, int count, float[] totals, int totalsAt, double[] sums, int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      addSharesLane(g, from + lane, count, totals, totalsAt + lane, sums, at + lane);
    }
  }

  /** The operations of {@link CamLanes#share}. */
  private static void addSharesLane(
      float[] g, int from, int count, float[] totals, int totalsAt, double[] sums, int at) {
    FloatVector total = load(totals, totalsAt);
    FloatVector two = FloatVector.broadcast(SPECIES, 2f);
    DoubleVector low = DoubleVector.fromArray(WIDE, sums, at);
    DoubleVector high = DoubleVector.fromArray(WIDE, sums, at + WIDE.length());
    for (int p = 0; p < count; p++) {
      FloatVector v = positive(load(g, from + p * BLOCK));
      FloatVector below = v.fma(total, two);
      VectorMask<Float> none =
          v.compare(VectorOperators.EQ, 0f).or(below.compare(VectorOperators.EQ, 0f));
      FloatVector share = v.div(below).blend(0f, none);
      low = low.add(share.convertShape(VectorOperators.F2D, WIDE, 0));
      high = high.add(share.convertShape(VectorOperators.F2D, WIDE, 1));
    }
    low.intoArray(sums, at);
    high.intoArray(sums, at + WIDE.length());
  }
}
