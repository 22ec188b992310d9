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

  /** The floats of memory that {@link #transform} works in. */
  int workFloats() {
    int nw = WinogradTile.inputs(tile.w());
    int nh = WinogradTile.inputs(tile.h());
    return c.d().kernel() * nw * (c.h().kernel() + nh) * size;
  }

  /**
   * Transforms one element of each position of the kernel, along W, H, and D; the last transform
   * leaves its results in u.
   *
   * @param taps {@code [t][r][s][element]} from {@code from}
   * @param u gets the element of point p at {@code uFrom + p pointStride}
   * @param work {@link #workFloats} from {@code workFrom}, in an array of its own or behind the
   *     rest
   */
  void transform(
      float[] taps, int from, float[] u, int uFrom, int pointStride, float[] work, int workFrom) {
    int kd = c.d().kernel();
    int kh = c.h().kernel();
    int nw = WinogradTile.inputs(tile.w());
    int nh = WinogradTile.inputs(tile.h());
    int row = nw * size;
    boolean h = tile.h() > 1;
    boolean d = tile.d() > 1;
    float[] x = taps;
    int at = from;
    if (tile.w() > 1) {
      boolean last = !h && !d;
      float[] y = last ? u : work;
      int to = last ? uFrom : workFrom;
      int apart = last ? pointStride : size;
      along(tile.w(), x, at, 3 * size, size, y, to, row, apart, kd * kh, size);
      x = y;
      at = to;
    }
    if (h) {
      int planes = workFrom + kd * kh * row;
      for (int t = 0; t < kd; t++) {
        if (d) {
          along(tile.h(), x, at + 3 * t * row, 0, row, work, planes + t * nh * row, 0, row, 1, row);
        } else {
          along(tile.h(), x, at, size, row, u, uFrom, pointStride, nw * pointStride, nw, size);
        }
      }
      x = work;
      at = planes;
    }
    if (d) {
      int plane = nh * row;
      // One point of H and W at a time, so that its three elements stay in the first cache.
      for (int point = 0; point < nh * nw; point++) {
        int to = uFrom + point * pointStride;
        along(tile.d(), x, at + point * size, 0, plane, u, to, 0, nh * nw * pointStride, 1, size);
      }
    }
  }

  private void along(
      int m,
      float[] x,
      int from,
      int x0,
      int xl,
      float[] y,
      int to,
      int y0,
      int yl,
      int n0,
      int length) {
    for (int i = 0; i < n0; i++) {
      lines.kernel(m, x, from + i * x0, xl, y, to + i * y0, yl, length);
    }
  }
}
