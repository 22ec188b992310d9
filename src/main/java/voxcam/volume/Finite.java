package voxcam.volume;

/** Finds values that are no finite numbers. */
final class Finite {
  /** Values of one call, so that a JVM sees enough calls to compile them while they go on. */
  private static final int PART = 4096;

  private Finite() {}

  /**
   * Whether all are finite; it may take values for others whose sum is beyond single precision, and
   * {@link #clean} then finds nothing.
   */
  static boolean all(float[] values) {
    float sum = 0;
    for (int from = 0; from < values.length; from += PART) {
      sum += vanishing(values, from, Math.min(from + PART, values.length));
    }
    return sum == 0;
  }

  /** 0, or not a number if any value is not finite; eight at a time as this begins interpreted. */
  private static float vanishing(float[] v, int from, int to) {
    float sum = 0;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      sum +=
          0 * (v[i] + v[i + 1] + v[i + 2] + v[i + 3] + v[i + 4] + v[i + 5] + v[i + 6] + v[i + 7]);
    }
    for (; i < to; i++) {
      sum += 0 * v[i];
    }
    return sum;
  }

  /** Puts 0 where a value is not finite; says how often. */
  static int clean(float[] values, int from, int count) {
    int bad = 0;
    for (int i = from; i < from + count; i++) {
      if (!Float.isFinite(values[i])) {
        values[i] = 0;
        bad++;
      }
    }
    return bad;
  }
}
