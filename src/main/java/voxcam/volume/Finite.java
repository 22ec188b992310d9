package voxcam.volume;

/** Finds values that are no finite numbers. */
final class Finite {
  /** Values of one call, so that a JVM sees enough calls to compile them while they go on. */
  private static final int PART = 4096;

  private Finite() {}

  /** Whether all are finite. */
  static boolean all(float[] values) {
    float sum = 0;
    for (int from = 0; from < values.length; from += PART) {
      sum += differences(values, from, Math.min(from + PART, values.length));
    }
    return sum == 0;
  }

  /** 0, or not a number if any value is not finite: then it is not 0 apart from itself. */
  private static float differences(float[] values, int from, int to) {
    float sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i] - values[i];
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
