package voxcam.cpu;

/**
 * The middle stage of {@link WinogradConv}: for one point, a matrix of tiles by channels times one
 * of channels by the output channels of a panel.
 */
final class WinogradProduct {
  /**
   * Channels summed at a time: their part of a panel, 32 KiB, stays in the L1 cache for all tiles,
   * and the error of a sum does not grow with its length.
   */
  private static final int DEPTH = 128;

  private WinogradProduct() {}

  /** How many rows the product of so many tiles has. */
  static int rows(int tiles) {
    return Math.ceilDiv(tiles, WinogradRows.ROWS) * WinogradRows.ROWS;
  }

  /**
   * Multiplies.
   *
   * @param vRow how far tiles are apart in v
   * @param vectors the width of the panel
   * @param m gets {@link #rows} rows, {@code mRow} apart; those behind the last tile mean nothing
   */
  static void multiply(
      WinogradRows form,
      int tiles,
      int channels,
      float[] v,
      int vFrom,
      int vRow,
      int vectors,
      float[] u,
      int uFrom,
      float[] m,
      int mFrom,
      int mRow) {
    int width = vectors * form.lanes();
    for (int channel = 0; channel < channels; channel += DEPTH) {
      int depth = Math.min(DEPTH, channels - channel);
      for (int row = 0; row < tiles; row += WinogradRows.ROWS) {
        form.block(
            vectors,
            v,
            vFrom + row * vRow + channel,
            vRow,
            tiles - 1 - row,
            u,
            uFrom + channel * width,
            depth,
            m,
            mFrom + row * mRow,
            mRow,
            channel > 0);
      }
    }
  }
}
