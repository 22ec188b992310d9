package voxcam.cuda;

import java.util.List;

/**
 * The kernels that compute one node, one after the other.
 *
 * @param launches at least one, unless the output has no elements
 * @param scratch the bytes of memory that they share among themselves; its contents are undefined
 *     before the first launch
 * @param counters the number of counters ({@link Argument.Counters}) that they share
 */
record Launches(List<Launch> launches, long scratch, long counters) {
  Launches {
    launches = List.copyOf(launches);
  }

  /** Launches without counters. */
  Launches(List<Launch> launches, long scratch) {
    this(launches, scratch, 0);
  }

  /** The bytes that the counters take, which keep what lies behind them aligned. */
  long counterBytes() {
    return CudaPlan.aligned(counters * Integer.BYTES);
  }

  static Launches of(Launch... launches) {
    return new Launches(List.of(launches), 0);
  }
}
