package voxcam.cpu;

/**
 * Where vectors lie in cache lines. A JVM puts large arrays to the start of a page, 16 bytes of
 * header first; what begins {@link #BEGIN} floats in does not straddle lines. Nothing but time
 * depends on it: a fifth of it, measured, in tiles of 6 rows by 4 vectors.
 */
final class Alignment {
  /** Where things begin in an array. */
  static final int BEGIN = 12;

  /** Floats in a line. */
  private static final int LINE = 16;

  private Alignment() {}

  /** The least multiple of a line that holds so many floats. */
  static long lines(long floats) {
    return Math.ceilDiv(floats, LINE) * LINE;
  }
}
