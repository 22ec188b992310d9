package voxcam.cpu;

/**
 * The filter transform of Winograd's F(4, 3) along D and H, with the points 0, ±1/√2, ±√2 and
 * infinity: the products of the points are 1, so that no factor of a transform is far from 1 and
 * float32 keeps the most digits (Lavin and Gray, "Fast Algorithms for Convolutional Neural
 * Networks", 2016; the points after Barabasz et al., "Error Analysis and Improving the Accuracy of
 * Winograd Convolution", 2020).
 *
 * <p>The kernel positions along W stay as they are: the transformed weights are {@code [point of
 * D][point of H][tile of outputs][channel][s][output channel of the tile]}.
 */
final class PlanarWinogradWeights {
  /** Points along an axis. */
  static final int POINTS = 6;

  /** Outputs of a tile along an axis. */
  static final int OUTPUTS = 4;

  /** The kernel size along a transformed axis. */
  static final int KERNEL = 3;

  /** What each kernel position gives to each point. */
  private static final double[][] FILTER = filter();

  private PlanarWinogradWeights() {}

  private static double[][] filter() {
    double[] points = {0, Math.sqrt(0.5), -Math.sqrt(0.5), Math.sqrt(2), -Math.sqrt(2)};
    double[][] rows = new double[POINTS][KERNEL];
    for (int i = 0; i < points.length; i++) {
      double p = points[i];
      // The derivative of x (x^2 - 1/2) (x^2 - 2), the product of the differences to the others.
      double scale = 5 * p * p * p * p - 7.5 * p * p + 1;
      for (int t = 0; t < KERNEL; t++) {
        rows[i][t] = Math.pow(p, t) / scale;
      }
    }
    rows[POINTS - 1][KERNEL - 1] = 1;
    return rows;
  }

  static int groupFloats(Correlation c) {
    return Math.multiplyExact(
        POINTS * POINTS * c.outputs(), Math.multiplyExact(c.channels(), c.w().kernel()));
  }

  /**
   * Transforms and packs the weights of a group, in double and rounded once.
   *
   * @param counts the output channels of each tile
   */
  static void pack(
      Correlation c, int[] counts, float[] weights, int group, float[] packed, int from) {
    int perPoint = groupFloats(c) / (POINTS * POINTS);
    double[] taps = new double[KERNEL * KERNEL];
    int to = from;
    int first = 0;
    for (int count : counts) {
      for (int channel = 0; channel < c.channels(); channel++) {
        for (int s = 0; s < c.w().kernel(); s++) {
          for (int k = 0; k < count; k++) {
            for (int i = 0; i < taps.length; i++) {
              int at = c.weights().at(group, first + k, channel, i / KERNEL, i % KERNEL, s);
              taps[i] = weights[at];
            }
            for (int point = 0; point < POINTS * POINTS; point++) {
              packed[to + point * perPoint] = (float) at(taps, point / POINTS, point % POINTS);
            }
            to++;
          }
        }
      }
      first += count;
    }
  }

  private static double at(double[] taps, int i, int j) {
    double sum = 0;
    for (int t = 0; t < KERNEL; t++) {
      for (int r = 0; r < KERNEL; r++) {
        sum += FILTER[i][t] * FILTER[j][r] * taps[t * KERNEL + r];
      }
    }
    return sum;
  }
}
