package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Those inner loops of maps with vectors in which something is left out. */
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
  static void addOfPositive(
      float[] a, float[] b, int from, int step, int rows, int length, double[] sums) {
    int r = 0;
    for (; r <= rows - 4; r += 4) {
      addFourOfPositive(a, b, from + r * step, step, length, sums);
    }
    for (; r < rows; r++) {
      addOfPositive(a, b, from + r * step, length, sums);
    }
  }

  private static void addFourOfPositive(
      float[] a, float[] b, int from, int step, int length, double[] sums) {
    int second = from + step;
    int third = second + step;
    int fourth = third + step;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector s = load(a, from + i).mul(positive(load(b, from + i)));
      s = load(a, second + i).fma(positive(load(b, second + i)), s);
      s = load(a, third + i).fma(positive(load(b, third + i)), s);
      s = load(a, fourth + i).fma(positive(load(b, fourth + i)), s);
      VectorCamLanes.add(s, sums, i);
    }
    // The same operations as above: the bits must not depend on where a task ends.
    for (; i < length; i++) {
      float s = a[from + i] * positive(b[from + i]);
      s = Math.fma(a[second + i], positive(b[second + i]), s);
      s = Math.fma(a[third + i], positive(b[third + i]), s);
      sums[i] += Math.fma(a[fourth + i], positive(b[fourth + i]), s);
    }
  }

  private static void addOfPositive(float[] a, float[] b, int from, int length, double[] sums) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      VectorCamLanes.add(load(a, from + i).mul(positive(load(b, from + i))), sums, i);
    }
    for (; i < length; i++) {
      float product = a[from + i] * positive(b[from + i]);
      sums[i] += product;
    }
  }

  /** {@link CamLanes.Counted#POSITIVE}. */
  static void addPositive(
      float[] a, float[] b, int from, int step, int rows, int length, double[] sums) {
    int r = 0;
    for (; r <= rows - 4; r += 4) {
      addFourPositive(a, b, from + r * step, step, length, sums);
    }
    for (; r < rows; r++) {
      addPositive(a, b, from + r * step, length, sums);
    }
  }

  private static void addFourPositive(
      float[] a, float[] b, int from, int step, int length, double[] sums) {
    int second = from + step;
    int third = second + step;
    int fourth = third + step;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector s = positive(load(a, from + i).mul(load(b, from + i)));
      s = s.add(positive(load(a, second + i).mul(load(b, second + i))));
      s = s.add(positive(load(a, third + i).mul(load(b, third + i))));
      s = s.add(positive(load(a, fourth + i).mul(load(b, fourth + i))));
      VectorCamLanes.add(s, sums, i);
    }
    for (; i < length; i++) {
      float s = positive(a[from + i] * b[from + i]);
      s += positive(a[second + i] * b[second + i]);
      s += positive(a[third + i] * b[third + i]);
      s += positive(a[fourth + i] * b[fourth + i]);
      sums[i] += s;
    }
  }

  private static void addPositive(float[] a, float[] b, int from, int length, double[] sums) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      VectorCamLanes.add(positive(load(a, from + i).mul(load(b, from + i))), sums, i);
    }
    for (; i < length; i++) {
      sums[i] += positive(a[from + i] * b[from + i]);
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
