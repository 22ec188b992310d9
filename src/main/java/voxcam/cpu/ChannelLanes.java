package voxcam.cpu;

/**
 * The inner loops over {@link Layout#BLOCKED} tensors that the JIT compiler does not turn into
 * vectors by itself: all take the sixteen channels of a position together. There are two
 * implementations, with and without the incubator module.
 */
interface ChannelLanes {
  /** The one that runs here. */
  ChannelLanes PREFERRED = Machine.VECTORS ? new VectorChannelLanes() : new ScalarChannelLanes();

  /**
   * Along one axis {@code y[q] = sum_t weights[t] x[sources[t]]} for t from {@code starts[q]} to
   * {@code starts[q + 1]}.
   *
   * @param from where x begins, and {@code at} where y does
   */
  void weighted(
      float[] x, int from, int[] starts, int[] sources, float[] weights, float[] y, int at);

  /** {@code y[q] = max_t x[sources[t]]}, as {@link #weighted} goes; of nothing -infinity. */
  void largest(float[] x, int from, int[] starts, int[] sources, float[] y, int at);

  /** {@code sums[c] += sum_p x[p][c]} over {@code count} positions, in double precision. */
  void add(float[] x, int from, int count, double[] sums, int at);

  /** {@code sums[c] += sum_p (x[p][c] - centres[c])^2}, in double precision. */
  void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at);

  /** {@code largest[c] = max(largest[c], max_p x[p][c])}. */
  void raise(float[] x, int from, int count, float[] largest);

  /**
   * For each channel the number of the first largest value among {@code x[from + offsets[t] + c]};
   * a NaN counts as largest.
   */
  void peaks(float[] x, int from, int[] offsets, int count, float[] numbers);

  /** {@code y[c] += numbers[c] == number ? x[c] : 0}. */
  void addWhere(float[] numbers, float number, float[] x, int from, float[] y, int at);
}
