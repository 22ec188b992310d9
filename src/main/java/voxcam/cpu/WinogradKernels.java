package voxcam.cpu;

import java.util.stream.IntStream;

/**
 * The transform of the kernels of a {@link WinogradTile}: for each pair of channels three weights
 * along each axis become a value for each point. An element is a run of output channels, or of
 * several input channels with those of their own, side by side.
 *
 * @param size the floats of an element, whole blocks
 */
record WinogradKernels(Correlation c, WinogradTile tile, WinogradLines lines, int size) {
  /** G for each size of a tile, row after row, as floats. */
  private static final float[][] ROWS =
      IntStream.range(0, WinogradTile.LARGEST + 1)
          .mapToObj(m -> m < 2 ? new float[0] : flat(WinogradTransform.kernel(m)))
          .toArray(float[][]::new);

  private static float[] flat(double[][] rows) {
    float[] flat = new float[3 * rows.length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) rows[i / 3][i % 3];
    }
    return flat;
  }

  /** The m + 2 rows of three that make points of weights along an axis. */
  static float[] rows(int m) {
    return ROWS[m];
  }

  private int nh() {
    return WinogradTile.inputs(tile.h());
  }

  private int nw() {
    return WinogradTile.inputs(tile.w());
  }

  private int rowFloats() {
    return c.d().kernel() * c.h().kernel() * nw() * size;
  }

  /** The floats of memory that {@link #transform} works in. */
  int workFloats() {
    return rowFloats() + c.d().kernel() * nh() * size;
  }

  /**
   * Transforms one element of each position of the kernel, along W, H, and D; the last transform
   * leaves its results in u.
   *
   * @param taps {@code [t][r][s][element]} from {@code from}
   * @param u gets the element of point p at {@code uFrom + p pointStride}
   * @param work {@link #workFloats} from {@code workFrom}
   */
  void transform(
      float[] taps, int from, float[] u, int uFrom, int pointStride, float[] work, int workFrom) {
    boolean w = tile.w() > 1;
    boolean h = tile.h() > 1;
    boolean d = tile.d() > 1;
    if (w && !h && !d) {
      lines.kernel(tile.w(), taps, from, size, u, uFrom, pointStride, size);
      return;
    }
    int lineCount = c.d().kernel() * c.h().kernel();
    for (int line = 0; line < lineCount && w; line++) {
      int to = workFrom + line * nw() * size;
      lines.kernel(tile.w(), taps, from + 3 * line * size, size, work, to, size, size);
    }
    float[] rows = w ? work : taps;
    int at = w ? workFrom : from;
    // One point of W at a time, so that what lies between stays in the first cache.
    for (int point = 0; point < nw(); point++) {
      int to = uFrom + point * pointStride;
      if (h && d) {
        int columns = workFrom + rowFloats();
        alongH(rows, at + point * size, work, columns, nh() * size, size);
        for (int p = 0; p < nh(); p++) {
          alongD(
              work, columns + p * size, nh() * size, u, to + p * nw() * pointStride, pointStride);
        }
      } else if (h) {
        alongH(rows, at + point * size, u, to, 0, nw() * pointStride);
      } else {
        alongD(rows, at + point * size, nw() * size, u, to, pointStride);
      }
    }
  }

  /** One point of W: the planes of y are {@code yPlane} apart, and its rows {@code yRow}. */
  private void alongH(float[] rows, int from, float[] y, int to, int yPlane, int yRow) {
    int row = nw() * size;
    for (int t = 0; t < c.d().kernel(); t++) {
      lines.kernel(tile.h(), rows, from + 3 * t * row, row, y, to + t * yPlane, yRow, size);
    }
  }

  /** One point of H and W, planes {@code xPlane} apart. */
  private void alongD(float[] x, int from, int xPlane, float[] u, int to, int pointStride) {
    lines.kernel(tile.d(), x, from, xPlane, u, to, nh() * nw() * pointStride, size);
  }
}
