package voxcam.cpu;

import java.util.Arrays;

/**
 * A plane of the input with all channels of a group side by side, {@code [group][H][W][channel]},
 * surrounded by the zeros that the padding asks for. What one kernel row of one kernel plane reads
 * is a <em>piece</em>: one run of memory where the dilation along W is 1, one run for each kernel
 * column otherwise.
 *
 * @param layout of the input
 */
record ChannelsLastInput(Correlation c, Layout layout, ConvTiles tiles) {
  /** Channels are copied for this many columns at a time, which keeps both sides in the cache. */
  private static final int COLUMNS = 16;

  /** Whether the channels of each group begin with a block. */
  static boolean suits(Correlation c, Layout layout) {
    return layout == Layout.PLAIN || c.groups() == 1 || c.channels() % Layout.BLOCK == 0;
  }

  private int rowFloats() {
    return c.w().span() * c.channels();
  }

  private int groupFloats() {
    return c.h().span() * rowFloats();
  }

  long planeFloats() {
    return (long) c.groups() * c.h().span() * rowFloats();
  }

  /** Parts of a plane that are packed independently. */
  int units() {
    return c.groups() * c.h().span();
  }

  private boolean wholeRows() {
    return c.w().dilation() == 1 || c.w().kernel() == 1;
  }

  /** Pieces for one kernel plane. */
  int pieces() {
    return c.h().kernel() * (wholeRows() ? 1 : c.w().kernel());
  }

  int pieceLength() {
    return c.channels() * (wholeRows() ? c.w().kernel() : 1);
  }

  /** Where an output position begins to read in the plane of a group. */
  int positionAt(int group, int p, int q) {
    int row = group * c.h().span() + p * c.h().stride();
    return row * rowFloats() + q * c.w().stride() * c.channels();
  }

  /** Where a piece begins, counted from the position. */
  int pieceAt(int piece) {
    int columns = wholeRows() ? 1 : c.w().kernel();
    int column = piece % columns * c.w().dilation();
    return piece / columns * c.h().dilation() * rowFloats() + column * c.channels();
  }

  /** Packs one row of input plane d. */
  void pack(float[] x, int n, int d, int unit, float[] slab, int plane) {
    int group = unit / c.h().span();
    int row = unit % c.h().span();
    int to = plane + group * groupFloats() + row * rowFloats();
    int h = row - c.h().pad();
    if (h < 0 || h >= c.h().input()) {
      Arrays.fill(slab, to, to + rowFloats(), 0);
      return;
    }
    int width = c.channels();
    int begin = Math.clamp(c.w().pad(), 0, c.w().span());
    int end = Math.clamp(c.w().pad() + (long) c.w().input(), begin, c.w().span());
    Arrays.fill(slab, to, to + begin * width, 0);
    Arrays.fill(slab, to + end * width, to + rowFloats(), 0);
    int position = (d * c.h().input() + h) * c.w().input() + begin - c.w().pad();
    copy(x, n, group, position, 1, end - begin, slab, to + begin * width);
  }

  /**
   * Copies all channels of a group at {@code count} positions of the input.
   *
   * @param position the first, counted over the volume
   * @param step how far they are apart
   */
  void copy(float[] x, int n, int group, int position, int step, int count, float[] slab, int to) {
    int volume = c.d().input() * c.h().input() * c.w().input();
    int width = c.channels();
    if (layout == Layout.PLAIN) {
      int from = (n * c.groups() + group) * width * volume + position;
      for (int i = 0; i < count; i += COLUMNS) {
        int columns = Math.min(COLUMNS, count - i);
        for (int channel = 0; channel < width; channel++) {
          int source = from + channel * volume + i * step;
          scatter(x, source, step, columns, slab, to + i * width + channel, width);
        }
      }
      return;
    }
    int first = n * Layout.blocks(c.groups() * width) + group * width / Layout.BLOCK;
    int whole = width / Layout.BLOCK;
    for (int block = 0; block < whole; block++) {
      int source = ((first + block) * volume + position) * Layout.BLOCK;
      tiles.copyBlocks(
          x, source, step * Layout.BLOCK, slab, to + block * Layout.BLOCK, width, count);
    }
    int source = ((first + whole) * volume + position) * Layout.BLOCK;
    for (int channel = whole * Layout.BLOCK; channel < width; channel++) {
      int at = source + channel % Layout.BLOCK;
      scatter(x, at, step * Layout.BLOCK, count, slab, to + channel, width);
    }
  }

  private static void scatter(
      float[] x, int from, int fromStep, int count, float[] slab, int to, int toStep) {
    for (int i = 0; i < count; i++) {
      slab[to + i * toStep] = x[from + i * fromStep];
    }
  }
}
