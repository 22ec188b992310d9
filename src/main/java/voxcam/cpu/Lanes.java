package voxcam.cpu;

/**
 * The loops over {@code float[]} that the JIT compiler does not turn into vectors by itself. There
 * are two implementations, with and without the incubator module; {@link Machine#LANES} is the one
 * that runs.
 */
interface Lanes {
  /**
   * Rows of a {@link #tile}: with two vectors a row its sums fill 12 registers, of which AVX2 has
   * 16.
   */
  int ROWS = 6;

  /** The width of a vector; 32 for plain loops. */
  int bits();

  /** Columns of a {@link #tile}. */
  int columns();

  /** {@code sum_i a[aFrom + i] b[bFrom + i]} for {@code i < length}. */
  float dot(float[] a, int aFrom, float[] b, int bFrom, int length);

  /**
   * {@code c[i][j] = sum_k a[k][i] b[k][j]} for {@link #ROWS} times {@link #columns()} values.
   *
   * @param a packed: {@link #ROWS} values for each k
   * @param b packed: {@link #columns()} values for each k
   * @param stride how far the rows of c are apart
   * @param add whether to add to what c holds
   */
  void tile(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float[] c,
      int cFrom,
      int stride,
      boolean add);
}
