package voxcam.cpu;

import java.util.Arrays;

/**
 * A plane of the input in its own order with zeros around it, taken apart by strides: {@code
 * [channel][phase of H][phase of W][H][W]}, where phase f of an axis holds its positions {@code f,
 * f + stride, ...}. So neighbouring outputs read neighbouring values whatever the stride is.
 *
 * @param rows rows of one phase
 * @param columns columns of one phase
 */
record PlanarInput(Correlation c, int rows, int columns) {
  static PlanarInput of(Correlation c) {
    return new PlanarInput(c, phaseSize(c.h()), phaseSize(c.w()));
  }

  private static int phaseSize(ConvAxis axis) {
    return axis.output() + (axis.kernel() - 1) * axis.dilation() / axis.stride();
  }

  private static int phases(ConvAxis axis) {
    return axis.kernel() == 1 ? 1 : axis.stride();
  }

  private int channelFloats() {
    return phases(c.h()) * phases(c.w()) * rows * columns;
  }

  long planeFloats() {
    return (long) c.groups() * c.channels() * channelFloats();
  }

  /** Where the value for output (0, 0) and this kernel position lies in a packed plane. */
  int tapAt(int channel, int r, int s) {
    int y = r * c.h().dilation();
    int x = s * c.w().dilation();
    int phase = y % c.h().stride() * phases(c.w()) + x % c.w().stride();
    int row = phase * rows + y / c.h().stride();
    return channel * channelFloats() + row * columns + x / c.w().stride();
  }

  /** Packs one channel, counted over all groups, of input plane d. */
  void pack(float[] x, int n, int d, int channel, float[] slab, int plane) {
    int volume = (n * c.groups() * c.channels() + channel) * c.d().input();
    int from = (volume + d) * c.h().input() * c.w().input();
    int to = plane + channel * channelFloats();
    for (int f = 0; f < phases(c.h()); f++) {
      for (int g = 0; g < phases(c.w()); g++) {
        for (int row = 0; row < rows; row++) {
          int h = row * c.h().stride() + f - c.h().pad();
          if (h < 0 || h >= c.h().input()) {
            Arrays.fill(slab, to, to + columns, 0);
          } else {
            packRow(x, from + h * c.w().input(), g - c.w().pad(), slab, to);
          }
          to += columns;
        }
      }
    }
  }

  /** Packs positions {@code first + i * stride} of a row. */
  private void packRow(float[] x, int from, int first, float[] slab, int to) {
    int stride = c.w().stride();
    int begin = Math.clamp(Math.ceilDiv(-first, stride), 0, columns);
    int end = Math.clamp(Math.floorDiv(c.w().input() - 1 - first, stride) + 1, begin, columns);
    Arrays.fill(slab, to, to + begin, 0);
    Arrays.fill(slab, to + end, to + columns, 0);
    if (stride == 1) {
      System.arraycopy(x, from + first + begin, slab, to + begin, end - begin);
      return;
    }
    for (int i = begin; i < end; i++) {
      slab[to + i] = x[from + first + i * stride];
    }
  }
}
