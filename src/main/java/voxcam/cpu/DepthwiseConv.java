package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution of each channel by itself, {@link Layout#BLOCKED} on both sides: a vector holds
 * channels, and a tile is a few neighbouring outputs of a row. Each value is read once for each
 * kernel position and used once, so that reading is what takes the time.
 */
final class DepthwiseConv implements Kernel {
  private final Correlation c;
  private final ConvTiles tiles;
  private final ConvOutput output;
  private final PlaneRing ring;
  private final Optional<float[]> packed;

  DepthwiseConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Optional<float[]> weights) {
    this.c = c;
    this.tiles = tiles;
    this.output = new ConvOutput(c, epilogue, tiles, Layout.BLOCKED);
    this.ring = PlaneRing.of(c, (long) blocks() * c.h().span() * rowFloats());
    this.packed =
        weights.map(values -> {
          float[] array = new float[weightFloats()];
          pack(values, array, 0);
          return array;
        });
  }

  /** Whether each output channel reads the one input channel of its number. */
  static boolean suits(Correlation c, Layout in, Layout out) {
    return c.channels() == 1 && c.outputs() == 1 && in == Layout.BLOCKED && out == Layout.BLOCKED;
  }

  private int blocks() {
    return Layout.blocks(c.groups());
  }

  private int rowFloats() {
    return c.w().span() * Layout.BLOCK;
  }

  private int weightFloats() {
    return Math.multiplyExact(blocks() * c.taps(), Layout.BLOCK);
  }

  @Override
  public long scratch() {
    return weightsAt() + (packed.isPresent() ? 0 : weightFloats());
  }

  /** The tile of a row shorter than a tile reads, and drops, what comes after the last row. */
  private long weightsAt() {
    return ring.floats() + (long) ConvTiles.COLUMNS * c.w().stride() * Layout.BLOCK;
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4L * weightFloats() : 0;
  }

  /** Packs weights as {@code [block][t][r][s][channel]}. */
  private void pack(float[] weights, float[] array, int from) {
    int to = from;
    for (int block = 0; block < blocks(); block++) {
      for (int t = 0; t < c.d().kernel(); t++) {
        for (int r = 0; r < c.h().kernel(); r++) {
          for (int s = 0; s < c.w().kernel(); s++) {
            for (int i = 0; i < Layout.BLOCK; i++) {
              int k = block * Layout.BLOCK + i;
              array[to++] = k < c.groups() ? weights[c.weights().at(k, 0, 0, t, r, s)] : 0;
            }
          }
        }
      }
    }
  }

  @Override
  public String algorithm() {
    return "depthwise";
  }

  @Override
  public void run(float[][] inputs, float[] result, float[] scratch, Threads threads) {
    int weightsAt = packed.isPresent() ? 0 : Math.toIntExact(weightsAt());
    if (packed.isEmpty()) {
      pack(inputs[1], scratch, weightsAt);
    }
    float[] weights = packed.orElse(scratch);
    ring.sweep(
        c,
        threads,
        blocks(),
        (n, d, block, at) -> packPlane(inputs[0], n, d, block, scratch, at),
        blocks(),
        false,
        (n, z, block) -> plane(inputs, scratch, weights, weightsAt, result, n, z, block));
  }

  private void packPlane(float[] x, int n, int d, int block, float[] slab, int plane) {
    int rows = c.h().span();
    int begin = Math.clamp(c.w().pad(), 0, c.w().span());
    int end = Math.clamp(c.w().pad() + (long) c.w().input(), begin, c.w().span());
    for (int row = 0; row < rows; row++) {
      int to = plane + (block * rows + row) * rowFloats();
      int h = row - c.h().pad();
      if (h < 0 || h >= c.h().input()) {
        Arrays.fill(slab, to, to + rowFloats(), 0);
        continue;
      }
      int source = ((n * blocks() + block) * c.d().input() + d) * c.h().input() + h;
      int from = (source * c.w().input() + begin - c.w().pad()) * Layout.BLOCK;
      Arrays.fill(slab, to, to + begin * Layout.BLOCK, 0);
      Arrays.fill(slab, to + end * Layout.BLOCK, to + rowFloats(), 0);
      int length = (end - begin) * Layout.BLOCK;
      System.arraycopy(x, from, slab, to + begin * Layout.BLOCK, length);
    }
  }

  private void plane(
      float[][] inputs,
      float[] slab,
      float[] weights,
      int weightsAt,
      float[] result,
      int n,
      int z,
      int block) {
    int[] offsets = offsets(z);
    int tapsOfPlane = c.h().kernel() * c.w().kernel();
    int tap = block * c.taps() + c.d().firstTap(z) * tapsOfPlane;
    int at = weightsAt + tap * Layout.BLOCK;
    int columns = c.w().output();
    int step = c.w().stride() * Layout.BLOCK;
    int last = Math.max(0, columns - ConvTiles.COLUMNS);
    float[] sums = new float[Math.max(columns, ConvTiles.COLUMNS) * Layout.BLOCK];
    int channels = Math.min(Layout.BLOCK, c.groups() - block * Layout.BLOCK);
    for (int p = 0; p < c.h().output(); p++) {
      int row = (block * c.h().span() + p * c.h().stride()) * rowFloats();
      for (int i = 0; i < columns; i += ConvTiles.COLUMNS) {
        int q = Math.min(i, last);
        tiles.channels(slab, row + q * step, step, offsets, weights, at, sums, q * Layout.BLOCK);
      }
      output.store(
          inputs,
          result,
          n,
          block * Layout.BLOCK,
          channels,
          z,
          p * columns,
          columns,
          sums,
          0,
          Layout.BLOCK);
    }
  }

  /** Where each tap that reads the input lies in the slab for the first output of plane z. */
  private int[] offsets(int z) {
    int begin = c.d().firstTap(z);
    int end = c.d().endTap(z);
    int[] offsets = new int[(end - begin) * c.h().kernel() * c.w().kernel()];
    int i = 0;
    for (int t = begin; t < end; t++) {
      int plane = ring.at(z * c.d().stride() - c.d().pad() + t * c.d().dilation());
      for (int r = 0; r < c.h().kernel(); r++) {
        for (int s = 0; s < c.w().kernel(); s++) {
          int column = s * c.w().dilation() * Layout.BLOCK;
          offsets[i++] = plane + r * c.h().dilation() * rowFloats() + column;
        }
      }
    }
    return offsets;
  }
}
