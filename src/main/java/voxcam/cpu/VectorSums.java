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
      s0 = s0.add(wide(x, i));
      s1 = s1.add(wide(x, i + LANES));
      s2 = s2.add(wide(x, i + 2 * LANES));
      s3 = s3.add(wide(x, i + 3 * LANES));
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
      DoubleVector d0 = wide(x, i).sub(c);
      DoubleVector d1 = wide(x, i + LANES).sub(c);
      DoubleVector d2 = wide(x, i + 2 * LANES).sub(c);
      DoubleVector d3 = wide(x, i + 3 * LANES).sub(c);
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

  private static DoubleVector wide(float[] x, int at) {
    return (DoubleVector)
        FloatVector.fromArray(HALF, x, at).convertShape(VectorOperators.F2D, WIDE, 0);
  }
}
