package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The sums of {@link Sums} with vectors, four at a time. */
final class VectorSums {
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final int LANES = WIDE.length();
  private static final VectorSpecies<Float> FULL = FloatVector.SPECIES_PREFERRED;
  static final int FULL_LANES = FULL.length();

  /** As many floats as {@link #WIDE} has doubles. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

  /** Vectors that are added in single precision. */
  private static final int RUN = 16;

  private VectorSums() {}

  static double plain(float[] x, int from, int to) {
    DoubleVector s0 = DoubleVector.zero(WIDE);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    int i = from;
    for (; i + 4 * LANES <= to; i += 4 * LANES) {
      s0 = s0.add(FloatVector.fromArray(HALF, x, i).convertShape(VectorOperators.F2D, WIDE, 0));
      s1 =
          s1.add(
              FloatVector.fromArray(HALF, x, i + LANES).convertShape(VectorOperators.F2D, WIDE, 0));
      s2 =
          s2.add(
              FloatVector.fromArray(HALF, x, i + 2 * LANES)
                  .convertShape(VectorOperators.F2D, WIDE, 0));
      s3 =
          s3.add(
              FloatVector.fromArray(HALF, x, i + 3 * LANES)
                  .convertShape(VectorOperators.F2D, WIDE, 0));
    }
    double sum = LaneSums.of(s0.add(s1).add(s2.add(s3)));
    for (; i < to; i++) {
      sum += x[i];
    }
    return sum;
  }

  /**
   * Sixteen vectors of each quarter are added in single precision, then those of all four, of the
   * rest eight at a time; all else in double. Conversions of all of them would take longer than
   * reading, and four places are read at once because what lies behind the end of a page comes
   * late.
   */
  static double rounded(float[] x, int from, int to) {
    int quarter = (to - from) / (4 * RUN * FULL_LANES) * RUN * FULL_LANES;
    DoubleVector low = DoubleVector.zero(WIDE);
    DoubleVector high = low;
    for (int run = from; run < from + quarter; run += RUN * FULL_LANES) {
      FloatVector s0 = FloatVector.zero(FULL);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int i = run; i < run + RUN * FULL_LANES; i += FULL_LANES) {
        s0 = s0.add(FloatVector.fromArray(FULL, x, i));
        s1 = s1.add(FloatVector.fromArray(FULL, x, i + quarter));
        s2 = s2.add(FloatVector.fromArray(FULL, x, i + 2 * quarter));
        s3 = s3.add(FloatVector.fromArray(FULL, x, i + 3 * quarter));
      }
      FloatVector s = s0.add(s1).add(s2.add(s3));
      low = low.add(s.convertShape(VectorOperators.F2D, WIDE, 0));
      high = high.add(s.convertShape(VectorOperators.F2D, WIDE, 1));
    }
    int i = from + 4 * quarter;
    for (; i <= to - 8 * FULL_LANES; i += 8 * FULL_LANES) {
      FloatVector s = four(x, i).add(four(x, i + 4 * FULL_LANES));
      low = low.add(s.convertShape(VectorOperators.F2D, WIDE, 0));
      high = high.add(s.convertShape(VectorOperators.F2D, WIDE, 1));
    }
    for (; i <= to - FULL_LANES; i += FULL_LANES) {
      FloatVector s = FloatVector.fromArray(FULL, x, i);
      low = low.add(s.convertShape(VectorOperators.F2D, WIDE, 0));
      high = high.add(s.convertShape(VectorOperators.F2D, WIDE, 1));
    }
    double sum = LaneSums.of(low.add(high));
    for (; i < to; i++) {
      sum += x[i];
    }
    return sum;
  }

  /**
   * {@code sums[at + l] += sum_i x[from + i step + l]} for the lanes l of one vector of floats and
   * {@code count} rows.
   */
  static void columns(float[] x, int from, int step, int count, double[] sums, int at) {
    DoubleVector low = DoubleVector.fromArray(WIDE, sums, at);
    DoubleVector high = DoubleVector.fromArray(WIDE, sums, at + LANES);
    for (int i = 0; i < count; i++) {
      FloatVector s = FloatVector.fromArray(FULL, x, from + i * step);
      low = low.add(s.convertShape(VectorOperators.F2D, WIDE, 0));
      high = high.add(s.convertShape(VectorOperators.F2D, WIDE, 1));
    }
    low.intoArray(sums, at);
    high.intoArray(sums, at + LANES);
  }

  private static FloatVector four(float[] x, int i) {
    FloatVector left =
        FloatVector.fromArray(FULL, x, i).add(FloatVector.fromArray(FULL, x, i + FULL_LANES));
    FloatVector right =
        FloatVector.fromArray(FULL, x, i + 2 * FULL_LANES)
            .add(FloatVector.fromArray(FULL, x, i + 3 * FULL_LANES));
    return left.add(right);
  }

  static double squares(float[] x, int from, int to, double centre) {
    DoubleVector c = DoubleVector.broadcast(WIDE, centre);
    DoubleVector s0 = DoubleVector.zero(WIDE);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    int i = from;
    for (; i + 4 * LANES <= to; i += 4 * LANES) {
      DoubleVector d0 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, i).convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(c);
      DoubleVector d1 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, i + LANES)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(c);
      DoubleVector d2 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, i + 2 * LANES)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(c);
      DoubleVector d3 =
          ((DoubleVector)
                  FloatVector.fromArray(HALF, x, i + 3 * LANES)
                      .convertShape(VectorOperators.F2D, WIDE, 0))
              .sub(c);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    double sum = LaneSums.of(s0.add(s1).add(s2.add(s3)));
    for (; i < to; i++) {
      sum += (x[i] - centre) * (x[i] - centre);
    }
    return sum;
  }
}
