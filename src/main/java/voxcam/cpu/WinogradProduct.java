package voxcam.cpu;

import java.util.Arrays;

/**
 * The middle stage of {@link WinogradConv}: for one point, a matrix of tiles by channels times one of
 * channels by the output channels of a panel.
 */
final class WinogradProduct {
  /**
   * Channels summed at a time: their part of a panel, 32 KiB, stays in the L1 cache for all tiles,
   * and the error of a sum does not grow with its length.
   */
  private static final int DEPTH = 128;

  private final ConvTiles tiles;
  private final int channels;

  WinogradProduct(ConvTiles tiles, int channels) {
    this.tiles = tiles;
    this.channels = channels;
  }

  /** How many rows the product of so many tiles has. */
  static int rows(int tiles) {
    return Math.ceilDiv(tiles, ConvTiles.ROWS) * ConvTiles.ROWS;
  }

  /**
   * Where the rows of so many tiles begin; what is left of the last block of rows repeats the last
   * tile.
   */
  static int[] rowStarts(int tiles, int rowStride) {
    int[] starts = new int[rows(tiles)];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = Math.min(i, tiles - 1) * rowStride;
    }
    return starts;
  }

  /**
   * Multiplies.
   *
   * @param rows of {@link #rowStarts}
   * @param vectors the width of the panel
   * @param m gets {@code rows.length} rows of the panel's width
   */
  void multiply(
      float[] v, int vFrom, int[] rows, int vectors, float[] u, int uFrom, float[] m, int mFrom) {
    int width = vectors * tiles.lanes();
    Arrays.fill(m, mFrom, mFrom + rows.length * width, 0);
    int[] start = new int[1];
    for (int channel = 0; channel < channels; channel += DEPTH) {
      int depth = Math.min(DEPTH, channels - channel);
      start[0] = vFrom + channel;
      for (int row = 0; row < rows.length; row += ConvTiles.ROWS) {
        tiles.panel(
            vectors, v, rows, row, start, 0, 1, depth, u, uFrom + channel * width, m,
            mFrom + row * width);
      }
    }
  }
}
