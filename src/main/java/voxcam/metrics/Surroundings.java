package voxcam.metrics;

import voxcam.op.InputException;
import voxcam.op.Shape;

/** A region with what lies around it, for maps that are coarser than the region. */
public final class Surroundings {
  private Surroundings() {}

  /**
   * The region and all voxels that lie at most {@code reach} voxels away along every axis.
   *
   * @param region row-major; all but 0 are inside
   * @param shape its three axes
   * @param reach how far, for each axis
   * @return 1 inside, 0 elsewhere
   */
  public static float[] of(float[] region, Shape shape, int... reach) {
    if (shape.rank() != 3 || reach.length != 3 || shape.size() != region.length) {
      throw new InputException(
          "surroundings: region of "
              + region.length
              + " voxels, shape "
              + shape
              + ", "
              + reach.length
              + " distances; give three axes that fit");
    }
    float[] grown = new float[region.length];
    for (int i = 0; i < grown.length; i++) {
      grown[i] = region[i] == 0 ? 0 : 1;
    }
    int stride = 1;
    for (int axis = 2; axis >= 0; axis--) {
      grown = grown(grown, shape.dim(axis), stride, reach[axis]);
      stride *= shape.dim(axis);
    }
    return grown;
  }

  private static float[] grown(float[] region, int size, int stride, int reach) {
    float[] grown = new float[region.length];
    for (int i = 0; i < region.length; i++) {
      if (region[i] != 0) {
        int at = i / stride % size;
        int last = Math.min(size - 1, at + reach);
        for (int j = Math.max(0, at - reach); j <= last; j++) {
          grown[i + (j - at) * stride] = 1;
        }
      }
    }
    return grown;
  }
}
