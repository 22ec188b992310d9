package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with vectors of the width that the processor prefers. Where a block is several vectors,
 * each goes its own way over all positions, so that what is summed stays in registers.
 */
final class VectorChannelLanes implements ChannelLanes {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE.length();

  /** As many floats as {@link #WIDE} has doubles. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));

  @Override
  public void weighted(
      float[] x, int from, int[] starts, int[] sources, float[] weights, float[] y, int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      weightedLane(x, from + lane, starts, sources, weights, y, at + lane);
    }
  }

  private static void weightedLane(
      float[] x, int from, int[] starts, int[] sources, float[] weights, float[] y, int at) {
    int t = starts[0];
    for (int q = 0; q + 1 < starts.length; q++) {
      int end = starts[q + 1];
      FloatVector sum = FloatVector.zero(SPECIES);
      for (; t < end; t++) {
        sum =
            FloatVector.fromArray(SPECIES, x, from + sources[t] * BLOCK)
                .fma(FloatVector.broadcast(SPECIES, weights[t]), sum);
      }
      sum.intoArray(y, at + q * BLOCK);
    }
  }

  @Override
  public void largest(float[] x, int from, int[] starts, int[] sources, float[] y, int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      largestLane(x, from + lane, starts, sources, y, at + lane);
    }
  }

  private static void largestLane(
      float[] x, int from, int[] starts, int[] sources, float[] y, int at) {
    int t = starts[0];
    for (int q = 0; q + 1 < starts.length; q++) {
      int end = starts[q + 1];
      FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
      for (; t < end; t++) {
        max = max.max(FloatVector.fromArray(SPECIES, x, from + sources[t] * BLOCK));
      }
      max.intoArray(y, at + q * BLOCK);
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
      m0 = m0.max(FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
      m1 = m1.max(FloatVector.fromArray(SPECIES, x, from + (p + 1) * BLOCK));
    }
    if (p < count) {
      m0 = m0.max(FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
    }
    m0.max(m1).intoArray(largest, at);
  }

  @Override
  public void peaks(float[] x, int from, int[] offsets, int count, float[] numbers) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      peaksLane(x, from + lane, offsets, count, numbers, lane);
    }
  }

  private static void peaksLane(
      float[] x, int from, int[] offsets, int count, float[] numbers, int at) {
    FloatVector best = FloatVector.fromArray(SPECIES, x, from + offsets[0]);
    FloatVector number = FloatVector.zero(SPECIES);
    for (int t = 1; t < count; t++) {
      FloatVector value = FloatVector.fromArray(SPECIES, x, from + offsets[t]);
      // A value that is no number is not at most the best one, and a best one that is none stays.
      VectorMask<Float> wins =
          value.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
      best = best.blend(value, wins);
      number = number.blend((float) t, wins);
    }
    number.intoArray(numbers, at);
  }

  @Override
  public void addWhere(float[] numbers, float number, float[] x, int from, float[] y, int at) {
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      VectorMask<Float> here =
          FloatVector.fromArray(SPECIES, numbers, lane).compare(VectorOperators.EQ, number);
      FloatVector sum = FloatVector.fromArray(SPECIES, y, at + lane);
      sum.blend(sum.add(FloatVector.fromArray(SPECIES, x, from + lane)), here)
          .intoArray(y, at + lane);
    }
  }
}
