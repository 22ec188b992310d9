package voxcam.metrics;

import voxcam.op.InputException;

/**
 * How much of a map's positive energy lies inside a region: {@code sum of max(map, 0) inside / sum
 * of max(map, 0) everywhere}, voxel by voxel, with nothing smoothed and no threshold (the
 * energy-based pointing game of Wang et al., "Score-CAM", CVPR workshops 2020, with a region in
 * place of a box).
 *
 * @param inside the sum of positive values in the region
 * @param total the sum of all positive values
 */
public record EnergyShare(double inside, double total) {
  /**
   * Sums a map.
   *
   * @param map voxels in any order; NaN is refused
   * @param region as many voxels in the same order; all but 0 are inside
   * @throws InputException if the lengths differ or a value is NaN
   */
  public static EnergyShare of(float[] map, float[] region) {
    if (map.length != region.length) {
      throw new InputException(
          "energy share: the map has "
              + map.length
              + " voxels, the region "
              + region.length
              + "; bring both onto one grid");
    }
    double inside = 0;
    double total = 0;
    for (int i = 0; i < map.length; i++) {
      if (Float.isNaN(map[i])) {
        throw new InputException("energy share: voxel " + i + " of the map is NaN");
      }
      double energy = Math.max(map[i], 0);
      total += energy;
      if (region[i] != 0) {
        inside += energy;
      }
    }
    return new EnergyShare(inside, total);
  }

  /** 0 to 1; 0 for a map without positive values. */
  public double share() {
    return total == 0 ? 0 : inside / total;
  }

  /** Whether the map has positive values at all. */
  public boolean isEmpty() {
    return total == 0;
  }
}
