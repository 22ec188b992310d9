package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with vectors of the width that the processor prefers. Where a block is several vectors,
 * each goes its own way over all positions, so that what is summed stays in registers.
 */
final class VectorCamLanes implements CamLanes {
  private static final int BLOCK = Layout.BLOCK;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE.length();

  @Override
  public void addProducts(
      float[] a, float[] b, int from, int step, int rows, int count, double[] sums) {
    for (int i = 0; i < count * BLOCK; i += LANES) {
      FloatVector s =
          FloatVector.fromArray(SPECIES, a, from + i)
              .mul(FloatVector.fromArray(SPECIES, b, from + i));
      if (rows > 1) {
        s =
            FloatVector.fromArray(SPECIES, a, from + step + i)
                .fma(FloatVector.fromArray(SPECIES, b, from + step + i), s);
      }
      if (rows > 2) {
        s =
            FloatVector.fromArray(SPECIES, a, from + 2 * step + i)
                .fma(FloatVector.fromArray(SPECIES, b, from + 2 * step + i), s);
      }
      if (rows > 3) {
        s =
            FloatVector.fromArray(SPECIES, a, from + 3 * step + i)
                .fma(FloatVector.fromArray(SPECIES, b, from + 3 * step + i), s);
      }
      int to = i;
      var low = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 0);
      var high = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 1);
      low.add(DoubleVector.fromArray(WIDE, sums, to)).intoArray(sums, to);
      to += WIDE_LANES;
      high.add(DoubleVector.fromArray(WIDE, sums, to)).intoArray(sums, to);
    }
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
      int to = p * BLOCK + lane;
      var low = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 0);
      var high = (DoubleVector) s.convertShape(VectorOperators.F2D, WIDE, 1);
      low.add(DoubleVector.fromArray(WIDE, sums, to)).intoArray(sums, to);
      to += WIDE_LANES;
      high.add(DoubleVector.fromArray(WIDE, sums, to)).intoArray(sums, to);
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
}
