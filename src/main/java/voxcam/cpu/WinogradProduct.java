package voxcam.cpu;

/**
 * The middle stage of {@link WinogradConv}: for one point, a matrix of tiles by channels times one
 * of channels by the output channels of a panel.
 */
final class WinogradProduct {
  /**
   * Channels in one sum: longer ones lose more. Measured with tiles of 4x4x4 at 256 channels:
   * 1.2e-6 relative norm, against 2.0e-6 with sums of 128. Most of the error arises here, not in
   * the transforms.
   */
  static final int DEPTH = 32;

  /** What the first channels are added to; as wide as the widest panel. */
  private static final float[] ZEROS = new float[64];

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
            channel == 0 ? ZEROS : m,
            channel == 0 ? 0 : mFrom + row * mRow,
            channel == 0 ? 0 : mRow,
            m,
            mFrom + row * mRow,
            mRow);
      }
    }
  }
}
