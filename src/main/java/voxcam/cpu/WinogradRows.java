package voxcam.cpu;

/** The innermost loop of {@link WinogradProduct}: blocks of sums that stay in registers. */
interface WinogradRows {
  /** Rows of a block. */
  int ROWS = 6;

  /** The form that runs here. */
  WinogradRows PREFERRED = Machine.VECTORS ? new VectorWinogradRows() : new ScalarWinogradRows();

  /** The number of floats in a vector. */
  int lanes();

  /** The most vectors in a row: 4 with 32 registers, 2 with 16. */
  int mostVectors();

  /**
   * {@code m[i][j] = base[i][j] + sum_l v[i][l] u[l][j]} for {@link #ROWS} values of i and {@code
   * vectors} vectors of j, where row i of v begins at {@code vFrom + min(i, last) vRow}, row i of m
   * at {@code mFrom + i mRow}, likewise of base, and row l of u follows the one before.
   *
   * @param vectors 1, 2 or 4, at most {@link #mostVectors()}
   * @param last the last row of v, which stands for those behind it
   * @param depth at least 1
   * @param base may be m
   */
  void block(
      int vectors,
      float[] v,
      int vFrom,
      int vRow,
      int last,
      float[] u,
      int uFrom,
      int depth,
      float[] base,
      int baseFrom,
      int baseRow,
      float[] m,
      int mFrom,
      int mRow);
}
