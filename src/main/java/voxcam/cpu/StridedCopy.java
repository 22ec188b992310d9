package voxcam.cpu;

import java.util.Arrays;

/** Copies values from strided positions of one tensor to strided positions of another. */
final class StridedCopy {
  private final Walk walk;
  private final int from;
  private final int to;

  /**
   * @param sizes how many values along each axis
   * @param from where the first one is read, and {@code read} how far apart along each axis the
   *     others are
   * @param to where the first one is written, and {@code written} how far apart the others
   */
  StridedCopy(int[] sizes, long from, long[] read, long to, long[] written) {
    this.walk = Walk.of(sizes, read, written);
    this.from = (int) from;
    this.to = (int) to;
  }

  void run(float[] x, float[] y, Threads threads) {
    int read = walk.stride(0);
    int written = walk.stride(1);
    walk.forEach(
        threads,
        () -> (at, position, count) -> copy(x, from + at[0], read, y, to + at[1], written, count));
  }

  private static void copy(
      float[] x, int from, int read, float[] y, int to, int written, int count) {
    if (written == 1 && read == 1) {
      System.arraycopy(x, from, y, to, count);
    } else if (written == 1 && read == 0) {
      Arrays.fill(y, to, to + count, x[from]);
    } else {
      for (int i = 0; i < count; i++) {
        y[to + i * written] = x[from + i * read];
      }
    }
  }

  /** Sets the first {@code length} values. */
  static void fill(float[] y, int length, float value, Threads threads) {
    int span = 1 << 16;
    threads.forEach(
        Math.ceilDiv(length, span),
        task -> {
          int start = task * span;
          Arrays.fill(y, start, start + Math.min(span, length - start), value);
        });
  }
}
