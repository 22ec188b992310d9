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
    for (int lane = 0; lane < BLOCK; lane += VectorSums.FULL_LANES) {
      VectorSums.columns(x, from + lane, BLOCK, count, sums, at + lane);
    }
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
      DoubleVector d0 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre);
      DoubleVector d1 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position + BLOCK)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre);
      DoubleVector d2 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position + 2 * BLOCK)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre);
      DoubleVector d3 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position + 3 * BLOCK)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    for (; p < count; p++) {
      DoubleVector d =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, from + p * BLOCK)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre);
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
      s0 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre)
              .fma(
                  (DoubleVector)
                      FloatVector.fromArray(HALF, g, position)
                          .convertShape(VectorOperators.F2D, WIDE, 0),
                  s0);
      s1 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position + BLOCK)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre)
              .fma(
                  (DoubleVector)
                      FloatVector.fromArray(HALF, g, position + BLOCK)
                          .convertShape(VectorOperators.F2D, WIDE, 0),
                  s1);
    }
    if (p < count) {
      int position = from + p * BLOCK;
      s0 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, position)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(centre)
              .fma(
                  (DoubleVector)
                      FloatVector.fromArray(HALF, g, position)
                          .convertShape(VectorOperators.F2D, WIDE, 0),
                  s0);
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

  @Override
  public void raise(float[] x, int from, int count, float[] largest) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      raiseLane(x, from + lane, count, largest, lane);
    }
  }

  private static void raiseLane(float[] x, int from, int count, float[] largest, int at) {
    FloatVector max = FloatVector.fromArray(SPECIES, largest, at);
    for (int p = 0; p < count; p++) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, from + p * BLOCK);
      max = max.blend(v, v.compare(VectorOperators.GT, max));
      max = max.blend(v, v.compare(VectorOperators.NE, v));
    }
    max.intoArray(largest, at);
  }
}
