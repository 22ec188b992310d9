package voxcam.cpu;

/**
 * The innermost loops of convolution: blocks of outputs whose sums stay in registers. Every method
 * adds to {@code sums} what it has summed from zero, which also keeps long sums accurate.
 */
interface ConvTiles {
  /** Rows of a panel tile. */
  int ROWS = 12;

  /** Outputs of a tile of {@link #channels}. */
  int COLUMNS = 8;

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

  /** The rows of the tiles of {@link #run} and {@link #taps}. */
  int rows(int vectors);

  /**
   * {@code sums[i][j] += sum_l a[rows[i] + start + l] b[bFrom + l width + j]} for l below {@code
   * len}, {@link #rows} values of i and {@code width} of j.
   *
   * @param vectors the width in vectors: 1, 2 or 4, at most {@link #panelVectors()}
   * @param rowsFrom where in {@code rows} the tile's begin
   */
  void run(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom);

  /**
   * {@code sums[i][j] += sum_t x[xFrom + offsets[t] + i] b[bFrom + t width + j]} for t in {@code
   * [from, to)}, {@link #rows} values of i and {@code width} of j.
   *
   * @param vectors the width in vectors: 1, 2 or 4, at most {@link #panelVectors()}
   */
  void taps(
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom);

  /**
   * {@code sums[i][j] = sum_t x[xFrom + offsets[t] + i step + j] w[wFrom + t} {@link
   * Layout#BLOCK}{@code + j]} for {@link #COLUMNS} values of i and {@link Layout#BLOCK} of j.
   */
  void channels(
      float[] x,
      int xFrom,
      int step,
      int[] offsets,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom);

  /**
   * Stores one vector of each row: {@code output[at + i step + j] = sums[from + i pitch + j] +
   * bias[biasFrom + j] + added[at + i step + j]} for i below {@code count} and {@link #lanes()}
   * values of j.
   *
   * @param added empty if nothing is added
   * @param relu whether results below zero become zero
   */
  void storeRows(
      float[] sums,
      int from,
      int pitch,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step);

  /** Copies {@code count} times {@link Layout#BLOCK} floats that are some steps apart. */
  void copyBlocks(float[] x, int from, int fromStep, float[] y, int to, int toStep, int count);

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
