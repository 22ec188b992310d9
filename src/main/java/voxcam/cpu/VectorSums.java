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

  /** As many floats as {@link #WIDE} has doubles. */
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

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
    double sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < to; i++) {
      sum += x[i];
    }
    return sum;
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
    double sum = s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    for (; i < to; i++) {
      sum += (x[i] - centre) * (x[i] - centre);
    }
    return sum;
  }
}
