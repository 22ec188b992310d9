package voxcam.cpu;

/**
 * The matrices of Winograd's (Toom and Cook's) short correlation with a kernel of 3: {@code m}
 * outputs {@code y = A ((G g) * (B x))} from {@code n = m + 2} inputs x and as many products.
 *
 * <p>Each product belongs to a point p: the kernel's row is {@code (1, p, p^2) / N}, with N the
 * product of the differences to the other points; the input's row holds the coefficients of {@code
 * M(x) / (x - p)}, with {@code M(x)} the product of all {@code x - p}; the output's column is
 * {@code (1, p, p^2, ...)}. The last point is infinity: its rows are the highest coefficients, and
 * M itself.
 *
 * <p>For m = 2 the points are 0, 1, -1; for m = 4 they are 0, ±5/8, ±3/2. The usual 0, ±1, ±2 have
 * an error three times as large: 4.7e-6 relative norm against 1.4e-6, measured in three dimensions
 * at 64 channels. ±sqrt(1/2), ±sqrt(2) are nearly as good, but no factor that comes of them is a
 * float. For m = 3 they are 0, ±11/16, 7/4, the best of a hundred: 6.9e-7.
 */
final class WinogradTransform {
  /** The points ±{@code NEAR} and ±{@code FAR} of m = 4. */
  static final double NEAR = 0.625;

  static final double FAR = 1.5;

  /** The points ±{@code PAIR} and {@code SINGLE} of m = 3. */
  static final double PAIR = 0.6875;

  static final double SINGLE = 1.75;

  private WinogradTransform() {}

  private static double[] points(int m) {
    return switch (m) {
      case 2 -> new double[] {0, 1, -1};
      case 3 -> new double[] {0, PAIR, -PAIR, SINGLE};
      default -> new double[] {0, NEAR, -NEAR, FAR, -FAR};
    };
  }

  /** G, {@code [n][3]}; of m = 1 it is 1. */
  static double[][] kernel(int m) {
    if (m == 1) {
      return new double[][] {{1}};
    }
    double[] points = points(m);
    double[][] rows = new double[m + 2][3];
    for (int i = 0; i <= m; i++) {
      double scale = 1;
      for (int k = 0; k <= m; k++) {
        scale *= k == i ? 1 : points[i] - points[k];
      }
      for (int j = 0; j < 3; j++) {
        rows[i][j] = Math.pow(points[i], j) / scale;
      }
    }
    rows[m + 1][2] = 1;
    return rows;
  }

  /** B, {@code [n][n]}. */
  static double[][] input(int m) {
    if (m == 1) {
      return new double[][] {{1}};
    }
    double[][] rows = new double[m + 2][];
    for (int i = 0; i < m + 2; i++) {
      rows[i] = withoutPoint(points(m), i);
    }
    return rows;
  }

  /** The coefficients of M, lowest first, without the factor of one point. */
  private static double[] withoutPoint(double[] points, int left) {
    double[] product = new double[points.length + 1];
    product[0] = 1;
    for (int k = 0; k < points.length; k++) {
      if (k == left) {
        continue;
      }
      for (int j = points.length; j >= 0; j--) {
        product[j] = (j == 0 ? 0 : product[j - 1]) - points[k] * product[j];
      }
    }
    return product;
  }

  /** A, {@code [m][n]}. */
  static double[][] output(int m) {
    if (m == 1) {
      return new double[][] {{1}};
    }
    double[] points = points(m);
    double[][] rows = new double[m][m + 2];
    for (int j = 0; j < m; j++) {
      for (int i = 0; i <= m; i++) {
        rows[j][i] = Math.pow(points[i], j);
      }
    }
    rows[m - 1][m + 1] = 1;
    return rows;
  }
}
