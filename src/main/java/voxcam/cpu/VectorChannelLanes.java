package voxcam.cpu;

import java.util.Arrays;
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
  public void combine(float[] x, int[] rows, float[] factors, int count, float[] line, int length) {
    int first = count & 3;
    switch (first) {
      case 1 -> one(x, rows[0], factors[0], line, length);
      case 2 -> two(x, rows[0], factors[0], rows[1], factors[1], line, length);
      case 3 -> {
        two(x, rows[0], factors[0], rows[1], factors[1], line, length);
        add(x, rows[2], factors[2], line, length);
      }
      default -> {
        if (count == 0) {
          Arrays.fill(line, 0, length, 0);
        } else {
          four(x, rows, factors, 0, line, length, false);
          first = 4;
        }
      }
    }
    for (int r = first; r < count; r += 4) {
      four(x, rows, factors, r, line, length, true);
    }
  }

  private static void one(float[] x, int row, float factor, float[] line, int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(SPECIES, x, row + i).mul(factor).intoArray(line, i);
    }
  }

  private static void two(float[] x, int r0, float f0, int r1, float f1, float[] line, int length) {
    FloatVector v0 = FloatVector.broadcast(SPECIES, f0);
    FloatVector v1 = FloatVector.broadcast(SPECIES, f1);
    for (int i = 0; i < length; i += LANES) {
      FloatVector s = FloatVector.fromArray(SPECIES, x, r0 + i).mul(v0);
      FloatVector.fromArray(SPECIES, x, r1 + i).fma(v1, s).intoArray(line, i);
    }
  }

  private static void add(float[] x, int row, float factor, float[] line, int length) {
    FloatVector v = FloatVector.broadcast(SPECIES, factor);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(SPECIES, x, row + i)
          .fma(v, FloatVector.fromArray(SPECIES, line, i))
          .intoArray(line, i);
    }
  }

  private static void four(
      float[] x, int[] rows, float[] factors, int r, float[] line, int length, boolean add) {
    FloatVector v0 = FloatVector.broadcast(SPECIES, factors[r]);
    FloatVector v1 = FloatVector.broadcast(SPECIES, factors[r + 1]);
    FloatVector v2 = FloatVector.broadcast(SPECIES, factors[r + 2]);
    FloatVector v3 = FloatVector.broadcast(SPECIES, factors[r + 3]);
    int r0 = rows[r];
    int r1 = rows[r + 1];
    int r2 = rows[r + 2];
    int r3 = rows[r + 3];
    for (int i = 0; i < length; i += LANES) {
      FloatVector s = FloatVector.fromArray(SPECIES, x, r0 + i).mul(v0);
      s = FloatVector.fromArray(SPECIES, x, r1 + i).fma(v1, s);
      s = FloatVector.fromArray(SPECIES, x, r2 + i).fma(v2, s);
      s = FloatVector.fromArray(SPECIES, x, r3 + i).fma(v3, s);
      (add ? s.add(FloatVector.fromArray(SPECIES, line, i)) : s).intoArray(line, i);
    }
  }

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
  public void addProducts(
      float[] a, float[] b, int from, int step, int rows, int count, double[] sums) {
    for (int i = 0; i < count * BLOCK; i += LANES) {
      FloatVector s = product(a, b, from + i);
      if (rows > 1) {
        s = product(a, b, from + step + i, s);
      }
      if (rows > 2) {
        s = product(a, b, from + 2 * step + i, s);
      }
      if (rows > 3) {
        s = product(a, b, from + 3 * step + i, s);
      }
      widen(s, sums, i);
    }
  }

  private static FloatVector product(float[] a, float[] b, int at) {
    return FloatVector.fromArray(SPECIES, a, at).mul(FloatVector.fromArray(SPECIES, b, at));
  }

  private static FloatVector product(float[] a, float[] b, int at, FloatVector sum) {
    return FloatVector.fromArray(SPECIES, a, at).fma(FloatVector.fromArray(SPECIES, b, at), sum);
  }

  /** Adds a vector to sums in double precision. */
  private static void widen(FloatVector s, double[] sums, int at) {
    var low = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 0);
    var high = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 1);
    low.add(DoubleVector.fromArray(WIDE, sums, at)).intoArray(sums, at);
    high.add(DoubleVector.fromArray(WIDE, sums, at + WIDE_LANES)).intoArray(sums, at + WIDE_LANES);
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
      widen(s, sums, p * BLOCK + lane);
    }
  }

  @Override
  public void total(double[] sums, int count, float[] y, int at) {
    for (int p = 0; p < count; p++) {
      DoubleVector sum = DoubleVector.fromArray(WIDE, sums, p * BLOCK);
      for (int lane = WIDE_LANES; lane < BLOCK; lane += WIDE_LANES) {
        sum = sum.add(DoubleVector.fromArray(WIDE, sums, p * BLOCK + lane));
      }
      y[at + p] = (float) sum.reduceLanes(VectorOperators.ADD);
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
        max = larger(max, FloatVector.fromArray(SPECIES, x, from + sources[t] * BLOCK));
      }
      max.intoArray(y, at + q * BLOCK);
    }
  }

  /** The larger values, or NaN; the machine's own maximum tells zeros apart and takes longer. */
  private static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(VectorOperators.GT, a)).blend(b, b.compare(VectorOperators.NE, b));
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
      m0 = larger(m0, FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
      m1 = larger(m1, FloatVector.fromArray(SPECIES, x, from + (p + 1) * BLOCK));
    }
    if (p < count) {
      m0 = larger(m0, FloatVector.fromArray(SPECIES, x, from + p * BLOCK));
    }
    larger(m0, m1).intoArray(largest, at);
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
    // Becomes NaN where there is NaN or an infinite value.
    FloatVector doubt = best.sub(best);
    for (int t = 1; t < count; t++) {
      FloatVector value = FloatVector.fromArray(SPECIES, x, from + offsets[t]);
      VectorMask<Float> wins = value.compare(VectorOperators.GT, best);
      best = best.blend(value, wins);
      number = number.blend((float) t, wins);
      doubt = doubt.add(value.sub(value));
    }
    number.intoArray(numbers, at);
    if (doubt.compare(VectorOperators.NE, doubt).anyTrue()) {
      ScalarChannelLanes.peaks(x, from, offsets, count, numbers, at, LANES);
    }
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
