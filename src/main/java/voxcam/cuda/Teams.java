package voxcam.cuda;

/**
 * How lines are given to teams of threads, a warp or a block for each, and long lines to several
 * blocks. All of it depends on sizes alone, so that every device sums in the same order.
 */
final class Teams {
  /** The threads of a block. */
  static final int BLOCK = 256;

  /** The least team. */
  static final int WARP = 32;

  /** Lines from this length on have a block of their own. */
  private static final int LONG = 512;

  /** Blocks that fill any device. */
  private static final int BLOCKS = 1024;

  private static final int MOST_PARTS = 65_535;

  private Teams() {}

  /** The threads of the team for each line. */
  static int of(long length) {
    return length < LONG ? WARP : BLOCK;
  }

  /** Blocks with a team for each of so many lines, or parts of lines. */
  static Grid grid(long lines, int team) {
    return Grid.covering(Math.multiplyExact(lines, team), BLOCK);
  }

  /**
   * The length of the parts of each line: the whole line, or where that would leave a device empty
   * a multiple of the least part.
   *
   * @param blocks how many there are with whole lines
   * @param least the least part that is worth its start
   */
  static long partLength(long length, long blocks, int least) {
    long wanted = Math.min(Math.ceilDiv(length, least), Math.ceilDiv(BLOCKS, blocks));
    long parts = Math.min(wanted, MOST_PARTS);
    return parts == 1 ? length : Math.ceilDiv(Math.ceilDiv(length, parts), least) * least;
  }
}
