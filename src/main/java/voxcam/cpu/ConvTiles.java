package voxcam.cpu;

/**
 * The innermost loops of convolution: blocks of outputs whose sums stay in registers. Every method
 * adds to {@code sums} what it has summed from zero, which also keeps long sums accurate.
 */
interface ConvTiles {
  /** Rows of a panel tile. */
  int ROWS = 12;

  /** The tiles that run here. */
  ConvTiles PREFERRED = Machine.VECTORS ? new VectorConvTiles() : new ScalarConvTiles();

  /** The number of floats in a vector. */
  int lanes();

  /** The most vectors in a row of a panel tile: 4 with 32 registers, 2 with 16. */
  int panelVectors();

  /**
   * {@code sums[i][j] += sum_g sum_l a[rows[i] + starts[g] + l] b[bFrom + (g len + l) width + j]}
   * for g in {@code [from, to)}, l below {@code len}, {@link #ROWS} values of i and {@code width}
   * of j.
   *
   * @param vectors the width in vectors: 1, 2 or 4, at most {@link #panelVectors()}
   * @param rowsFrom where in {@code rows} the tile's begin
   */
  void panel(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom);

  /**
   * {@code output[at + i] = sums[from + i] + shift + added[at + i]} for i below {@code count}.
   *
   * @param added empty if nothing is added
   * @param relu whether results below zero become zero
   */
  void store(
      float[] sums,
      int from,
      int count,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int at);
}
