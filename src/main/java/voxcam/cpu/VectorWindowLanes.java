package voxcam.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with vectors of the width that the processor prefers. Where a block is several vectors,
 * each goes its own way over all positions, so that what is summed stays in registers.
 */
final class VectorWindowLanes implements WindowLanes {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

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
        FloatVector v = FloatVector.fromArray(SPECIES, x, from + sources[t] * BLOCK);
        // The machine's own maximum tells zeros apart and takes longer. NaN goes through.
        max = max.blend(v, v.compare(VectorOperators.GT, max));
        max = max.blend(v, v.compare(VectorOperators.NE, v));
      }
      max.intoArray(y, at + q * BLOCK);
    }
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
      ScalarWindowLanes.peaks(x, from, offsets, count, numbers, at, LANES);
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
