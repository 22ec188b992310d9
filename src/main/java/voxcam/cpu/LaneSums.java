package voxcam.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sum of a vector's lanes, halves added to halves: always in this order. {@code reduceLanes}
 * promises none and adds in another one when its caller has been compiled, so that a program would
 * give other bits when it is warm.
 */
final class LaneSums {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorShuffle<Float> FLOATS_BY_8 = swapped(FLOATS, 8);
  private static final VectorShuffle<Float> FLOATS_BY_4 = swapped(FLOATS, 4);
  private static final VectorShuffle<Float> FLOATS_BY_2 = swapped(FLOATS, 2);
  private static final VectorShuffle<Float> FLOATS_BY_1 = swapped(FLOATS, 1);
  private static final VectorShuffle<Double> DOUBLES_BY_4 = swapped(DOUBLES, 4);
  private static final VectorShuffle<Double> DOUBLES_BY_2 = swapped(DOUBLES, 2);
  private static final VectorShuffle<Double> DOUBLES_BY_1 = swapped(DOUBLES, 1);

  private LaneSums() {}

  private static <E> VectorShuffle<E> swapped(VectorSpecies<E> species, int distance) {
    return VectorShuffle.fromOp(species, lane -> (lane ^ distance) % species.length());
  }

  static float of(FloatVector v) {
    FloatVector s = v;
    if (FLOATS.length() > 8) {
      s = s.add(s.rearrange(FLOATS_BY_8));
    }
    if (FLOATS.length() > 4) {
      s = s.add(s.rearrange(FLOATS_BY_4));
    }
    if (FLOATS.length() > 2) {
      s = s.add(s.rearrange(FLOATS_BY_2));
    }
    return s.add(s.rearrange(FLOATS_BY_1)).lane(0);
  }

  static double of(DoubleVector v) {
    DoubleVector s = v;
    if (DOUBLES.length() > 4) {
      s = s.add(s.rearrange(DOUBLES_BY_4));
    }
    if (DOUBLES.length() > 2) {
      s = s.add(s.rearrange(DOUBLES_BY_2));
    }
    return s.add(s.rearrange(DOUBLES_BY_1)).lane(0);
  }
}
