package voxcam.volume;

/**
 * Smallest and largest value, mean and population standard deviation of some values, summed in
 * double precision.
 */
record Stats(float least, float most, double mean, double deviation, int count) {
  static Stats of(float[] values, int from, int length) {
    return of(values, from, from + length, false);
  }

  /**
   * Of the values from {@code from} to {@code to}, the last one excluded; all of them or only those
   * that are not zero.
   */
  static Stats of(float[] values, int from, int to, boolean nonzero) {
    float least = Float.POSITIVE_INFINITY;
    float most = Float.NEGATIVE_INFINITY;
    double sum = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      float value = values[i];
      if (nonzero && value == 0) {
        continue;
      }
      least = Math.min(least, value);
      most = Math.max(most, value);
      sum += value;
      count++;
    }
    double mean = count == 0 ? 0 : sum / count;
    double squares = 0;
    for (int i = from; i < to; i++) {
      if (!(nonzero && values[i] == 0)) {
        squares += (values[i] - mean) * (values[i] - mean);
      }
    }
    return new Stats(least, most, mean, count == 0 ? 0 : Math.sqrt(squares / count), count);
  }
}
