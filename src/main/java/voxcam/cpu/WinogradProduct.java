package voxcam.cpu;

/**
 * The middle stage of Winograd convolutions: for one point, a matrix of tiles by channels times one
 * of channels by the output channels of a panel.
 */
final class WinogradProduct {
  /** Channels in one sum, for tiles of fewer than {@link #MANY} points. */
  private static final int LONG = 64;

  /**
   * The same for larger tiles, which lose more. Measured with tiles of 4x4x4 at 256 channels:
   * 1.2e-6 relative norm with sums of 32, 2.0e-6 of 128. Most of the error arises here, not in the
   * transforms.
   */
  private static final int SHORT = 32;

  private static final int MANY = 100;

  /** What the first channels are added to; as wide as the widest panel. */
  private static final float[] ZEROS = new float[64];

  private WinogradProduct() {}

  /** How many channels are summed at a time for tiles of so many points. */
  static int depth(int points) {
    return points < MANY ? LONG : SHORT;
  }

  /** How many rows the product of so many tiles has. */
  static int rows(int tiles) {
    return Math.ceilDiv(tiles, WinogradRows.ROWS) * WinogradRows.ROWS;
  }

  /**
   * Multiplies.
   *
   * @param most channels that are summed at a time
   * @param vRow how far tiles are apart in v
   * @param vectors the width of the panel
   * @param m gets {@link #rows} rows, {@code mRow} apart; those behind the last tile mean nothing
   */
  static void multiply(
      WinogradRows form,
      int tiles,
      int channels,
      int most,
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
    for (int channel = 0; channel < channels; channel += most) {
      int depth = Math.min(most, channels - channel);
      int uAt = uFrom + channel * width;
      sum(
          form,
          tiles,
          channel == 0,
          depth,
          v,
          vFrom + channel,
          vRow,
          vectors,
          u,
          uAt,
          m,
          mFrom,
          mRow);
    }
  }

  /**
   * Multiplies the channels of one sum, and adds that to what m holds.
   *
   * @param first whether they are the first ones: then m holds nothing yet
   * @param depth how many they are
   */
  static void sum(
      WinogradRows form,
      int tiles,
      boolean first,
      int depth,
      float[] v,
      int vFrom,
      int vRow,
      int vectors,
      float[] u,
      int uFrom,
      float[] m,
      int mFrom,
      int mRow) {
    for (int row = 0; row < tiles; row += WinogradRows.ROWS) {
      int to = mFrom + row * mRow;
      form.block(
          vectors,
          v,
          vFrom + row * vRow,
          vRow,
          tiles - 1 - row,
          u,
          uFrom,
          depth,
          first ? ZEROS : m,
          first ? 0 : to,
          first ? 0 : mRow,
          m,
          to,
          mRow);
    }
  }
}
