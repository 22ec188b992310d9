package voxcam.cpu;

/**
 * Transforms kernels in double precision, a few output channels at a time, in the same memory again
 * and again.
 */
final class WinogradKernels {
  private final Correlation c;
  private final int width;
  private final double[][] gd;
  private final double[][] gh;
  private final double[][] gw;
  private final double[] taps;
  private final double[] rows;
  private final double[] planes;
  private final double[] points;

  /** Memory for {@code width} output channels. */
  WinogradKernels(Correlation c, WinogradTile tile, int width) {
    this.c = c;
    this.width = width;
    gd = WinogradTransform.kernel(tile.d());
    gh = WinogradTransform.kernel(tile.h());
    gw = WinogradTransform.kernel(tile.w());
    taps = new double[c.taps() * width];
    rows = new double[c.d().kernel() * c.h().kernel() * gw.length * width];
    planes = new double[c.d().kernel() * gh.length * gw.length * width];
    points = new double[tile.points() * width];
  }

  /**
   * The kernels that link an input channel with {@code outputs} output channels from {@code first}
   * on, as {@code [point][output channel]}; zeros behind them. Valid until the next call.
   */
  double[] of(float[] weights, int group, int first, int outputs, int channel) {
    int kd = c.d().kernel();
    int kh = c.h().kernel();
    int kw = c.w().kernel();
    for (int tap = 0; tap < c.taps(); tap++) {
      int t = tap / (kh * kw);
      int r = tap / kw % kh;
      int s = tap % kw;
      for (int k = 0; k < outputs; k++) {
        taps[tap * width + k] = weights[c.weights().at(group, first + k, channel, t, r, s)];
      }
    }
    along(gw, taps, kd * kh, width, rows);
    along(gh, rows, kd, gw.length * width, planes);
    along(gd, planes, 1, gh.length * gw.length * width, points);
    return points;
  }

  /** {@code y[o][i][inner] = sum_j g[i][j] x[o][j][inner]}. */
  private static void along(double[][] g, double[] x, int outer, int inner, double[] y) {
    int kernel = g[0].length;
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < g.length; i++) {
        int from = o * kernel * inner;
        int to = (o * g.length + i) * inner;
        if (kernel == 1) {
          System.arraycopy(x, from, y, to, inner);
        } else {
          sum(g[i], x, from, inner, y, to);
        }
      }
    }
  }

  private static void sum(double[] g, double[] x, int from, int inner, double[] y, int to) {
    double g0 = g[0];
    double g1 = g[1];
    double g2 = g[2];
    for (int e = 0; e < inner; e++) {
      double first = x[from + e];
      double second = x[from + inner + e];
      double third = x[from + 2 * inner + e];
      y[to + e] = g0 * first + g1 * second + g2 * third;
    }
  }
}
