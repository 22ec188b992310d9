package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with vectors of the width that the processor prefers. Where a block is several vectors,
 * each goes its own way over all positions, so that what is summed stays in registers.
 */
final class VectorMomentLanes implements MomentLanes {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE.length();

  /** As many floats as {@link #WIDE} has doubles. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

  @Override
  public void normalise(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      normaliseLane(x, y, from + lane, count, centres, factors, shifts, at + lane);
    }
  }

  private static void normaliseLane(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at) {
    FloatVector centre = FloatVector.fromArray(SPECIES, centres, at);
    FloatVector factor = FloatVector.fromArray(SPECIES, factors, at);
    FloatVector shift = FloatVector.fromArray(SPECIES, shifts, at);
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      FloatVector.fromArray(SPECIES, x, position)
          .sub(centre)
          .fma(factor, shift)
          .intoArray(y, position);
    }
  }

  @Override
  public void add(float[] x, int from, int count, double[] sums, int at) {
    for (int lane = 0; lane < BLOCK; lane += WIDE_LANES) {
      addLane(x, from + lane, count, sums, at + lane);
    }
  }

  private static void addLane(float[] x, int from, int count, double[] sums, int at) {
    // Four sums: additions that wait for each other would take most of the time.
    DoubleVector s0 = DoubleVector.fromArray(WIDE, sums, at);
    DoubleVector s1 = DoubleVector.zero(WIDE);
    DoubleVector s2 = s1;
    DoubleVector s3 = s1;
    int p = 0;
    for (; p + 3 < count; p += 4) {
      int position = from + p * BLOCK;
      s0 = s0.add(wide(x, position));
      s1 = s1.add(wide(x, position + BLOCK));
      s2 = s2.add(wide(x, position + 2 * BLOCK));
      s3 = s3.add(wide(x, position + 3 * BLOCK));
    }
    for (; p < count; p++) {
      s0 = s0.add(wide(x, from + p * BLOCK));
    }
    s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
  }

  @Override
  public void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at) {
    for (int lane = 0; lane < BLOCK; lane += WIDE_LANES) {
      addSquaresLane(x, from + lane, count, centres, centresAt + lane, sums, at + lane);
    }
  }

  private static void addSquaresLane(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at) {
    DoubleVector centre = DoubleVector.fromArray(WIDE, centres, centresAt);
    DoubleVector s0 = DoubleVector.fromArray(WIDE, sums, at);
    DoubleVector s1 = DoubleVector.zero(WIDE);
    DoubleVector s2 = s1;
    DoubleVector s3 = s1;
    int p = 0;
    for (; p + 3 < count; p += 4) {
      int position = from + p * BLOCK;
      DoubleVector d0 = wide(x, position).sub(centre);
      DoubleVector d1 = wide(x, position + BLOCK).sub(centre);
      DoubleVector d2 = wide(x, position + 2 * BLOCK).sub(centre);
      DoubleVector d3 = wide(x, position + 3 * BLOCK).sub(centre);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    for (; p < count; p++) {
      DoubleVector d = wide(x, from + p * BLOCK).sub(centre);
      s0 = d.fma(d, s0);
    }
    s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
  }

  @Override
  public void addCovariances(
      float[] x,
      float[] g,
      int from,
      int count,
      double[] centres,
      int centresAt,
      double[] sums,
      int at) {
    for (int lane = 0; lane < BLOCK; lane += WIDE_LANES) {
      addCovariancesLane(x, g, from + lane, count, centres, centresAt + lane, sums, at + lane);
    }
  }

  private static void addCovariancesLane(
      float[] x,
      float[] g,
      int from,
      int count,
      double[] centres,
      int centresAt,
      double[] sums,
      int at) {
    DoubleVector centre = DoubleVector.fromArray(WIDE, centres, centresAt);
    DoubleVector s0 = DoubleVector.fromArray(WIDE, sums, at);
    DoubleVector s1 = DoubleVector.zero(WIDE);
    int p = 0;
    for (; p + 1 < count; p += 2) {
      int position = from + p * BLOCK;
      s0 = wide(x, position).sub(centre).fma(wide(g, position), s0);
      s1 = wide(x, position + BLOCK).sub(centre).fma(wide(g, position + BLOCK), s1);
    }
    if (p < count) {
      int position = from + p * BLOCK;
      s0 = wide(x, position).sub(centre).fma(wide(g, position), s0);
    }
    s0.add(s1).intoArray(sums, at);
  }

  @Override
  public void normaliseGrad(
      float[] x, float[] g, float[] y, int from, int count, Numbers numbers, int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      normaliseGradLane(x, g, y, from + lane, count, numbers, at + lane);
    }
  }

  private static void normaliseGradLane(
      float[] x, float[] g, float[] y, int from, int count, Numbers numbers, int at) {
    FloatVector slope = FloatVector.fromArray(SPECIES, numbers.slopes(), at);
    FloatVector centre = FloatVector.fromArray(SPECIES, numbers.centres(), at);
    FloatVector factor = FloatVector.fromArray(SPECIES, numbers.factors(), at);
    FloatVector shift = FloatVector.fromArray(SPECIES, numbers.shifts(), at);
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      FloatVector rest = FloatVector.fromArray(SPECIES, x, position).sub(centre).fma(factor, shift);
      FloatVector.fromArray(SPECIES, g, position).fma(slope, rest).intoArray(y, position);
    }
  }

  private static DoubleVector wide(float[] x, int at) {
    return (DoubleVector)
        FloatVector.fromArray(HALF, x, at).convertShape(VectorOperators.F2D, WIDE, 0);
  }

  @Override
  public void raise(float[] x, int from, int count, float[] largest) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      raiseLane(x, from + lane, count, largest, lane);
    }
  }

  private static void raiseLane(float[] x, int from, int count, float[] largest, int at) {
    FloatVector m0 = FloatVector.fromArray(SPECIES, largest, at);
    FloatVector m1 = m0;
    int p = 0;
    for (; p + 1 < count; p += 2) {
      m0 = VectorWindowLanes.larger(m0, FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
      m1 = VectorWindowLanes.larger(m1, FloatVector.fromArray(SPECIES, x, from + (p + 1) * BLOCK));
    }
    if (p < count) {
      m0 = VectorWindowLanes.larger(m0, FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
    }
    VectorWindowLanes.larger(m0, m1).intoArray(largest, at);
  }
}
