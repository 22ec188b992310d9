package voxcam.cpu;

/**
 * Sums of contiguous values, in double precision unless a method says otherwise, in an order that
 * depends on nothing but the length.
 */
final class Sums {
  private Sums() {}

  /** {@code sum x[i]} for {@code from <= i < to}. */
  static double plain(float[] x, int from, int to) {
    if (Machine.ELEMENTWISE) {
      return VectorSums.plain(x, from, to);
    }
    // Four sums: additions that wait for each other would take most of the time.
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    for (; i < to; i++) {
      s0 += x[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  /**
   * {@link #plain} where so much precision is not wanted: with vectors, up to 64 values are added
   * in single precision before they become doubles.
   */
  static double rounded(float[] x, int from, int to) {
    return Machine.ELEMENTWISE ? VectorSums.rounded(x, from, to) : plain(x, from, to);
  }

  /** {@code sum |x[i]|}. */
  static double magnitudes(float[] x, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    int i = from;
    for (; i + 1 < to; i += 2) {
      s0 += Math.abs(x[i]);
      s1 += Math.abs(x[i + 1]);
    }
    if (i < to) {
      s0 += Math.abs(x[i]);
    }
    return s0 + s1;
  }

  /** {@code sum (x[i] - centre)^2}. */
  static double squares(float[] x, int from, int to, double centre) {
    if (Machine.ELEMENTWISE) {
      return VectorSums.squares(x, from, to, centre);
    }
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += (x[i] - centre) * (x[i] - centre);
      s1 += (x[i + 1] - centre) * (x[i + 1] - centre);
      s2 += (x[i + 2] - centre) * (x[i + 2] - centre);
      s3 += (x[i + 3] - centre) * (x[i + 3] - centre);
    }
    for (; i < to; i++) {
      s0 += (x[i] - centre) * (x[i] - centre);
    }
    return (s0 + s1) + (s2 + s3);
  }
}
