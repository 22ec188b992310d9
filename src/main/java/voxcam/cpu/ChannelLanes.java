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

  /**
   * {@code line[i] = sum_r factors[r] x[rows[r] + i]} for {@code length} values, whole positions.
   */
  void combine(float[] x, int[] rows, float[] factors, int count, float[] line, int length);

  /** {@code y[q] = max_t x[sources[t]]}, as {@link #weighted} goes; of nothing -infinity. */
  void largest(float[] x, int from, int[] starts, int[] sources, float[] y, int at);

  /** {@code sums[c] += sum_p x[p][c]} over {@code count} positions, in double precision. */
  void add(float[] x, int from, int count, double[] sums, int at);

  /** {@code sums[c] += sum_p (x[p][c] - centres[c])^2}, in double precision. */
  void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at);

  /**
   * {@code y[p][c] = (x[p][c] - centres[c]) factors[c] + shifts[c]} over {@code count} positions
   * that lie at the same place in both.
   *
   * @param at where the numbers of the sixteen channels begin
   */
  void normalise(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at);

  /**
   * {@code sums[p][c] += sum_r a[p][c] b[p][c]} over {@code count} positions and over rows that
   * begin {@code step} apart.
   *
   * @param from where the first row begins in both
   * @param rows 1 to 4; their sum is in single precision
   */
  void addProducts(float[] a, float[] b, int from, int step, int rows, int count, double[] sums);

  /** The same with {@code b[r][c]} for all positions, {@code bFrom} on without gaps. */
  void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums);

  /** {@code y[p] = sum_c sums[p][c]}. */
  void total(double[] sums, int count, float[] y, int at);

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
