package voxcam.cpu;

/**
 * Where cache lines begin. A vector that is stored across two of them takes several times as long
 * as one that is not.
 */
final class Memory {
  /**
   * The first element of a large {@code float[]} that begins a cache line of 64 bytes: large arrays
   * begin a region of the heap, and the header takes 16 bytes. Elsewhere it is an element like any
   * other.
   */
  static final int ALIGNED = 12;

  private static final int LINE = 16;

  private Memory() {}

  /** How many elements behind the last one that begins a vector this one is. */
  static int behindAligned(int at, int lanes) {
    return (at + LINE - ALIGNED) % Math.min(lanes, LINE);
  }
}
