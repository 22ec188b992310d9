package voxcam.cuda;

import java.util.List;

/**
 * The kernels that compute one node, one after the other.
 *
 * @param launches at least one, unless the output has no elements
 * @param scratch the bytes of memory that they share among themselves; its contents are undefined
 *     before the first launch
 */
record Launches(List<Launch> launches, long scratch) {
  Launches {
    launches = List.copyOf(launches);
  }

  static Launches of(Launch... launches) {
    return new Launches(List.of(launches), 0);
  }
}
