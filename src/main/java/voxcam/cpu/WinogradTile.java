package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * How many outputs a {@link WinogradConv} computes at a time along D, H and W: 1 along an axis
 * whose kernel is 1, and 2, 3 or 4 along an axis whose kernel is 3, from m + 2 inputs and as many
 * products for each channel.
 */
record WinogradTile(int d, int h, int w) {
  static final int LARGEST = 4;

  /** Inputs along an axis with m outputs. */
  static int inputs(int m) {
    return m == 1 ? 1 : m + 2;
  }

  /** Products for each pair of channels. */
  int points() {
    return inputs(d) * inputs(h) * inputs(w);
  }

  int outputs() {
    return d * h * w;
  }

  /** Whether this is a way to compute a correlation. */
  boolean suits(Correlation c) {
    boolean aligned =
        c.groups() == 1 || (c.channels() % Layout.BLOCK == 0 && c.outputs() % Layout.BLOCK == 0);
    return aligned && outputs() > 1 && suits(c.d(), d) && suits(c.h(), h) && suits(c.w(), w);
  }

  private static boolean suits(ConvAxis axis, int m) {
    return axis.stride() == 1
        && axis.step() == 1
        && axis.first() == 0
        && axis.stored() == axis.output()
        && (m == 1 ? axis.kernel() == 1 : m <= LARGEST && axis.kernel() == 3);
  }

  /** All tiles that suit a correlation. */
  static List<WinogradTile> all(Correlation c) {
    List<WinogradTile> tiles = new ArrayList<>();
    for (int d : sizes(c.d())) {
      for (int h : sizes(c.h())) {
        for (int w : sizes(c.w())) {
          WinogradTile tile = new WinogradTile(d, h, w);
          if (tile.suits(c)) {
            tiles.add(tile);
          }
        }
      }
    }
    return tiles;
  }

  private static int[] sizes(ConvAxis axis) {
    return axis.kernel() == 1 ? new int[] {1} : new int[] {2, 3, LARGEST};
  }

  @Override
  public String toString() {
    return d + "x" + h + "x" + w;
  }
}
