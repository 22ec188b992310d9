package voxcam.cuda;

/**
 * The blocks of a launch along x, y and z and the threads of each block, which lie along x.
 *
 * @param x at most 2^31 - 1
 * @param y at most 65,535
 * @param z at most 65,535
 * @param threads a multiple of the warp's 32, at most 1,024
 */
record Grid(int x, int y, int z, int threads) {
  private static final int MOST_OF_YZ = 65_535;
  private static final int WARP = 32;
  private static final int MOST_THREADS = 1024;

  Grid {
    if (x < 1 || y < 1 || z < 1 || y > MOST_OF_YZ || z > MOST_OF_YZ) {
      throw new IllegalArgumentException("grid: " + x + " x " + y + " x " + z + " blocks");
    }
    if (threads < WARP || threads > MOST_THREADS || threads % WARP != 0) {
      throw new IllegalArgumentException("grid: " + threads + " threads in a block");
    }
  }

  /** Enough blocks along x that each of {@code count} items has a thread. */
  static Grid covering(long count, int threads) {
    return new Grid(Math.toIntExact(Math.ceilDiv(count, threads)), 1, 1, threads);
  }
}
