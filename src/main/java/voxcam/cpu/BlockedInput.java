package voxcam.cpu;

import java.util.Arrays;

/**
 * A plane of the input with the channels of a block innermost, {@code
 * [group][block][H][W][channel]}, surrounded by the zeros that the padding asks for. A sum over one
 * block, one kernel plane and one kernel row is a <em>piece</em>: one run of memory where the
 * dilation along W is 1, one run for each kernel column otherwise.
 *
 * @param blocks blocks of one group
 * @param width channels of one block; the last block ends with zeros
 */
record BlockedInput(Correlation c, int blocks, int width) {
  /**
   * The widest block. Longer runs mean fewer pieces; but the positions of a tile must not lie too
   * far apart for the L1 cache.
   */
  private static final int WIDEST = 16;

  /** Channels are copied for this many columns at a time, which keeps both sides in the cache. */
  private static final int COLUMNS = 16;

  static BlockedInput of(Correlation c) {
    int blocks = Math.ceilDiv(c.channels(), WIDEST);
    return new BlockedInput(c, blocks, Math.ceilDiv(c.channels(), blocks));
  }

  private int rowFloats() {
    return c.w().span() * width;
  }

  long planeFloats() {
    return (long) units() * c.h().span() * rowFloats();
  }

  /** Parts of a plane that are packed independently. */
  int units() {
    return c.groups() * blocks;
  }

  private boolean wholeRows() {
    return c.w().dilation() == 1 || c.w().kernel() == 1;
  }

  /** Pieces for one kernel plane. */
  int pieces() {
    return blocks * c.h().kernel() * (wholeRows() ? 1 : c.w().kernel());
  }

  int pieceLength() {
    return width * (wholeRows() ? c.w().kernel() : 1);
  }

  int positionAt(int p, int q) {
    return p * c.h().stride() * rowFloats() + q * c.w().stride() * width;
  }

  /** Where the pieces begin in a packed plane, for the output position (0, 0). */
  void pieceStarts(int group, int plane, int[] starts, int from) {
    int i = from;
    int columns = wholeRows() ? 1 : c.w().kernel();
    for (int block = 0; block < blocks; block++) {
      int blockAt = plane + (group * blocks + block) * c.h().span() * rowFloats();
      for (int r = 0; r < c.h().kernel(); r++) {
        int rowAt = blockAt + r * c.h().dilation() * rowFloats();
        for (int s = 0; s < columns; s++) {
          starts[i++] = rowAt + s * c.w().dilation() * width;
        }
      }
    }
  }

  /** Packs one block of input plane d. */
  void pack(float[] x, int n, int d, int unit, float[] slab, int plane) {
    int rows = c.h().span();
    int group = unit / blocks;
    int first = unit % blocks * width;
    int channels = Math.min(width, c.channels() - first);
    int channelSize = c.d().input() * c.h().input() * c.w().input();
    int volume = (n * c.groups() * c.channels() + group * c.channels() + first) * channelSize;
    int from = volume + d * c.h().input() * c.w().input();
    for (int row = 0; row < rows; row++) {
      int to = plane + (unit * rows + row) * rowFloats();
      int h = row - c.h().pad();
      if (h < 0 || h >= c.h().input()) {
        Arrays.fill(slab, to, to + rowFloats(), 0);
      } else {
        packRow(x, from + h * c.w().input(), channelSize, channels, slab, to);
      }
    }
  }

  private void packRow(float[] x, int from, int channelSize, int channels, float[] slab, int to) {
    int begin = Math.clamp(c.w().pad(), 0, c.w().span());
    int end = Math.clamp(c.w().pad() + (long) c.w().input(), begin, c.w().span());
    Arrays.fill(slab, to, to + begin * width, 0);
    Arrays.fill(slab, to + end * width, to + rowFloats(), 0);
    for (int column = begin; column < end; column += COLUMNS) {
      int count = Math.min(COLUMNS, end - column);
      int source = from + column - c.w().pad();
      int target = to + column * width;
      for (int channel = 0; channel < channels; channel++) {
        transpose(x, source + channel * channelSize, count, slab, target + channel, width);
      }
      for (int channel = channels; channel < width; channel++) {
        for (int i = 0; i < count; i++) {
          slab[target + i * width + channel] = 0;
        }
      }
    }
  }

  private static void transpose(float[] x, int from, int count, float[] slab, int to, int step) {
    for (int i = 0; i < count; i++) {
      slab[to + i * step] = x[from + i];
    }
  }
}
