package voxcam.cuda;

/** How elements that do not depend on each other are given to threads. */
final class Elements {
  static final int THREADS = 256;

  /** Elements of one thread: enough loads under way at once, and few enough blocks. */
  static final int EACH = 4;

  private Elements() {}

  /** Threads along x for so many elements; the kernels stride by the number of all threads. */
  static Grid grid(long count) {
    return Grid.covering(Math.ceilDiv(count, EACH), THREADS);
  }
}
