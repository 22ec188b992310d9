package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The transformed weights of {@link WinogradConv} in the order in which they are read: {@code
 * [group][panel][point][channel][output channel]}, where a panel is a few vectors of output
 * channels. Computed in double and rounded once. Missing output channels are zeros.
 *
 * @param widths the vectors of each panel of a group
 */
record WinogradWeights(Correlation c, WinogradTile tile, int lanes, List<Integer> widths) {
  static WinogradWeights of(Correlation c, WinogradTile tile, WinogradRows rows) {
    List<Integer> widths = new ArrayList<>();
    int left = Layout.blocks(c.outputs()) * Layout.BLOCK / rows.lanes();
    while (left > 0) {
      int width = Math.min(Integer.highestOneBit(left), rows.mostVectors());
      widths.add(width);
      left -= width;
    }
    return new WinogradWeights(c, tile, rows.lanes(), List.copyOf(widths));
  }

  /** How many floats the transformed weights take. */
  static long floats(Correlation c, WinogradTile tile) {
    long outputs = (long) Layout.blocks(c.outputs()) * Layout.BLOCK;
    return c.groups() * outputs * c.channels() * tile.points();
  }

  int perGroup() {
    return widths.size();
  }

  int count() {
    return c.groups() * perGroup();
  }

  /** The vectors of a panel of a group. */
  int vectors(int panel) {
    return widths.get(panel);
  }

  /** The floats in a row of the widest panel. */
  int widest() {
    return widths.getFirst() * lanes;
  }

  /** The first output channel of a panel within its group. */
  int firstChannel(int panel) {
    return widths.subList(0, panel).stream().mapToInt(Integer::intValue).sum() * lanes;
  }

  /** Where the weights of a panel of a group begin for one point. */
  int at(int group, int panel, int point) {
    int outputs = Layout.blocks(c.outputs()) * Layout.BLOCK;
    int all = (group * outputs + firstChannel(panel)) * c.channels() * tile.points();
    return all + point * c.channels() * vectors(panel) * lanes;
  }

  float[] packed(float[] weights) {
    float[] packed = new float[Math.toIntExact(floats(c, tile))];
    for (int panel = 0; panel < count(); panel++) {
      pack(weights, panel, packed, 0);
    }
    return packed;
  }

  /** Transforms one panel, counted over all groups. */
  void pack(float[] weights, int panelOfAll, float[] packed, int from) {
    int group = panelOfAll / perGroup();
    int panel = panelOfAll % perGroup();
    int width = vectors(panel) * lanes;
    int first = firstChannel(panel);
    int at = from + at(group, panel, 0);
    Transform transform = new Transform(tile);
    int pointStride = c.channels() * width;
    for (int channel = 0; channel < c.channels(); channel++) {
      for (int j = 0; j < width; j++) {
        int to = at + channel * width + j;
        if (first + j < c.outputs()) {
          double[] values = transform.of(weights, c, group, first + j, channel);
          for (int point = 0; point < values.length; point++) {
            packed[to + point * pointStride] = (float) values[point];
          }
        } else {
          for (int point = 0; point < tile.points(); point++) {
            packed[to + point * pointStride] = 0;
          }
        }
      }
    }
  }

  /** Transforms kernels, one after the other in the same memory. */
  static final class Transform {
    private final double[][] gd;
    private final double[][] gh;
    private final double[][] gw;
    private final double[] taps;
    private final double[] rows;
    private final double[] planes;
    private final double[] points;

    Transform(WinogradTile tile) {
      gd = WinogradTransform.kernel(tile.d());
      gh = WinogradTransform.kernel(tile.h());
      gw = WinogradTransform.kernel(tile.w());
      int kd = gd[0].length;
      int kh = gh[0].length;
      int kw = gw[0].length;
      taps = new double[kd * kh * kw];
      rows = new double[kd * kh * gw.length];
      planes = new double[kd * gh.length * gw.length];
      points = new double[tile.points()];
    }

    /** The values of all points for one pair of channels, valid until the next call. */
    double[] of(float[] weights, Correlation c, int group, int k, int channel) {
      int kh = c.h().kernel();
      int kw = c.w().kernel();
      for (int i = 0; i < taps.length; i++) {
        taps[i] =
            weights[c.weights().at(group, k, channel, i / (kh * kw), i / kw % kh, i % kw)];
      }
      int kd = c.d().kernel();
      along(gw, taps, kd * kh, 1, rows);
      along(gh, rows, kd, gw.length, planes);
      along(gd, planes, 1, gh.length * gw.length, points);
      return points;
    }

    /** {@code y[o][i][inner] = sum_j g[i][j] x[o][j][inner]}. */
    private static void along(double[][] g, double[] x, int outer, int inner, double[] y) {
      int kernel = g[0].length;
      for (int o = 0; o < outer; o++) {
        for (int i = 0; i < g.length; i++) {
          for (int e = 0; e < inner; e++) {
            double sum = 0;
            for (int j = 0; j < kernel; j++) {
              sum += g[i][j] * x[(o * kernel + j) * inner + e];
            }
            y[(o * g.length + i) * inner + e] = sum;
          }
        }
      }
    }
  }
}
