package voxcam.cpu;

/**
 * The inner loops of windows over {@link Layout#BLOCKED} tensors, which take the sixteen channels
 * of a position together. There are two implementations, with and without the incubator module.
 */
interface WindowLanes {
  /** The one that runs here. */
  WindowLanes PREFERRED = Machine.ELEMENTWISE ? new VectorWindowLanes() : new ScalarWindowLanes();

  /**
   * Along one axis {@code y[q] = sum_t weights[t] x[sources[t]]} for t from {@code starts[q]} to
   * {@code starts[q + 1]}.
   *
   * @param from where x begins, and {@code at} where y does
   */
  void weighted(
      float[] x, int from, int[] starts, int[] sources, float[] weights, float[] y, int at);

  /**
   * {@code line[i] = sum_r factors[r] x[rows[r] + i]} for {@code length} values, whole positions.
   */
  void combine(float[] x, int[] rows, float[] factors, int count, float[] line, int length);

  /** {@code y[q] = max_t x[sources[t]]}, as {@link #weighted} goes; of nothing -infinity. */
  void largest(float[] x, int from, int[] starts, int[] sources, float[] y, int at);

  /**
   * For each channel the number of the first largest value among {@code x[from + offsets[t] + c]};
   * a NaN counts as largest.
   */
  void peaks(float[] x, int from, int[] offsets, int count, float[] numbers);

  /** {@code y[c] += numbers[c] == number ? x[c] : 0}. */
  void addWhere(float[] numbers, float number, float[] x, int from, float[] y, int at);
}
