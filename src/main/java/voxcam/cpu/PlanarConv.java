package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution with vectors along W. A tile is a few output channels by four vectors of positions;
 * its weights are read one by one. Suits few output channels, where {@link DirectConv} would
 * compute channels that nobody asked for, and grouped convolutions.
 */
final class PlanarConv implements Kernel {
  /** Tiles in one task. */
  private static final int STRIPE = 16;

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles tiles;
  private final PlanarInput input;
  private final PlaneRing ring;
  private final int[] counts;
  private final boolean flat;
  private final Optional<float[]> packed;

  PlanarConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Optional<float[]> weights) {
    this.c = c;
    this.epilogue = epilogue;
    this.tiles = tiles;
    this.input = PlanarInput.of(c);
    this.ring = PlaneRing.of(c, input.planeFloats());
    this.counts = counts(c.outputs(), tiles.planarRows());
    // With short rows it is cheaper to walk over the plane as one row and to drop what falls
    // between rows.
    this.flat =
        Math.ceilDiv(flatLength(), tile()) < c.h().output() * Math.ceilDiv(c.w().output(), tile());
    this.packed = weights.map(this::packed);
  }

  /** Which part of the positions that would be computed is asked for. */
  static double fill(Correlation c, int lanes) {
    int tile = ConvTiles.VECTORS * lanes;
    int byRow = c.h().output() * Math.ceilDiv(c.w().output(), tile);
    int flat = Math.ceilDiv(flatLength(c, PlanarInput.of(c)), tile);
    return (double) c.h().output() * c.w().output() / ((double) Math.min(byRow, flat) * tile);
  }

  private static int flatLength(Correlation c, PlanarInput input) {
    return (c.h().output() - 1) * input.columns() + c.w().output();
  }

  /** How many output channels each tile takes. */
  private static int[] counts(int outputs, int most) {
    int[] counts = new int[outputs];
    int tiles = 0;
    for (int left = outputs; left > 0; left -= counts[tiles++]) {
      if (most >= 5 && (left % 5 == 0 || left > 8)) {
        counts[tiles] = 5;
      } else if (most >= 4 && left >= 4) {
        counts[tiles] = 4;
      } else {
        counts[tiles] = left >= 2 ? 2 : 1;
      }
    }
    return Arrays.copyOf(counts, tiles);
  }

  private int tile() {
    return ConvTiles.VECTORS * tiles.lanes();
  }

  private int flatLength() {
    return flatLength(c, input);
  }

  private int groupFloats() {
    return Math.multiplyExact(c.outputs() * c.channels(), c.taps());
  }

  @Override
  public long scratch() {
    return slabFloats() + (packed.isPresent() ? 0 : (long) c.groups() * groupFloats());
  }

  /** The last tile of the last row reads, and drops, what comes after it. */
  private long slabFloats() {
    return ring.floats() + tile();
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4L * c.groups() * groupFloats() : 0;
  }

  private float[] packed(float[] weights) {
    float[] packed = new float[Math.multiplyExact(c.groups(), groupFloats())];
    for (int group = 0; group < c.groups(); group++) {
      pack(weights, group, packed, 0);
    }
    return packed;
  }

  /**
   * Packs the weights of a group as {@code [tile][t][channel][r][s][output channel of the tile]}.
   */
  private void pack(float[] weights, int group, float[] packed, int from) {
    int to = from + group * groupFloats();
    int first = 0;
    for (int count : counts) {
      for (int t = 0; t < c.d().kernel(); t++) {
        for (int channel = 0; channel < c.channels(); channel++) {
          for (int r = 0; r < c.h().kernel(); r++) {
            for (int s = 0; s < c.w().kernel(); s++) {
              for (int k = 0; k < count; k++) {
                packed[to++] = weights[c.weights().at(group, first + k, channel, t, r, s)];
              }
            }
          }
        }
      }
      first += count;
    }
  }

  @Override
  public String algorithm() {
    return "planar";
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    float[] weights = packed.orElse(scratch);
    int weightsAt = packed.isPresent() ? 0 : Math.toIntExact(slabFloats());
    if (packed.isEmpty()) {
      threads.forEach(c.groups(), group -> pack(inputs[1], group, scratch, weightsAt));
    }
    int stripes = Math.ceilDiv(rows() * tilesInRow(), STRIPE);
    ring.sweep(
        c,
        threads,
        c.groups() * c.channels(),
        (n, d, channel, at) -> input.pack(inputs[0], n, d, channel, scratch, at),
        c.groups() * stripes,
        false,
        (n, z, unit) ->
            stripe(
                inputs, scratch, weights, weightsAt, output, n, z, unit / stripes, unit % stripes));
  }

  private int rows() {
    return flat ? 1 : c.h().output();
  }

  private int tilesInRow() {
    return Math.ceilDiv(flat ? flatLength() : c.w().output(), tile());
  }

  private void stripe(
      float[][] inputs,
      float[] slab,
      float[] weights,
      int weightsAt,
      float[] output,
      int n,
      int z,
      int group,
      int stripe) {
    int[] offsets = offsets(z, group);
    int perPlane = c.channels() * c.h().kernel() * c.w().kernel();
    int from = c.d().firstTap(z) * perPlane;
    int to = c.d().endTap(z) * perPlane;
    float[] sums = new float[tiles.planarRows() * tile()];
    int end = Math.min((stripe + 1) * STRIPE, rows() * tilesInRow());
    for (int i = stripe * STRIPE; i < end; i++) {
      int row = i / tilesInRow();
      int column = i % tilesInRow() * tile();
      int at = row * input.columns() + column;
      int weightsFrom = weightsAt + group * groupFloats();
      int k = group * c.outputs();
      for (int count : counts) {
        Arrays.fill(sums, 0);
        tiles.planar(count, slab, at, offsets, from, to, weights, weightsFrom, sums, 0);
        for (int j = 0; j < count; j++) {
          store(inputs, output, n, k + j, z, row, column, sums, j * tile());
        }
        weightsFrom += count * c.channels() * c.taps();
        k += count;
      }
    }
  }

  /**
   * Where each kernel position and channel is read for output (0, 0) of plane z, in the order of
   * the weights.
   */
  private int[] offsets(int z, int group) {
    int[] offsets = new int[c.taps() * c.channels()];
    int perPlane = offsets.length / c.d().kernel();
    for (int t = c.d().firstTap(z); t < c.d().endTap(z); t++) {
      int plane = ring.at(z * c.d().stride() - c.d().pad() + t * c.d().dilation());
      int i = t * perPlane;
      for (int channel = 0; channel < c.channels(); channel++) {
        for (int r = 0; r < c.h().kernel(); r++) {
          for (int s = 0; s < c.w().kernel(); s++) {
            offsets[i++] = plane + input.tapAt(group * c.channels() + channel, r, s);
          }
        }
      }
    }
    return offsets;
  }

  private void store(
      float[][] inputs,
      float[] output,
      int n,
      int k,
      int z,
      int row,
      int column,
      float[] sums,
      int from) {
    int width = flat ? input.columns() : Integer.MAX_VALUE;
    int end = Math.min(column + tile(), flat ? flatLength() : c.w().output());
    for (int i = column; i < end; ) {
      int p = row + i / width;
      int q = i % width;
      int run = Math.min(end - i, width - q);
      int wanted = Math.min(run, c.w().output() - q);
      if (wanted > 0) {
        int at = c.storedAt(n, k, z, p, q);
        epilogue.store(tiles, sums, from + i - column, wanted, k, inputs, output, at, c.w().step());
      }
      i += run;
    }
  }
}
