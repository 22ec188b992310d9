package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution with a kernel of one position: a matrix product. A panel of positions is copied once,
 * all channels of it, and every output channel is computed from the copy; output channels are the
 * rows of a tile and positions its columns, so that results are stored as they come.
 */
final class PointwiseConv implements Kernel {
  /** What a block of positions is meant to hold at most, 1 MiB: it is read from the L2 cache. */
  private static final int BLOCK_FLOATS = 256 << 10;

  /**
   * The most panels in a block: long runs are what memory is good at, but blocks are also what
   * threads share out.
   */
  private static final int PANELS = 16;

  /**
   * Channels summed at a time, so that their part of a panel, 16 KiB, stays in the L1 cache for all
   * output channels.
   */
  private static final int DEPTH = 128;

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles tiles;
  private final Optional<float[]> packed;

  PointwiseConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Optional<float[]> weights) {
    this.c = c;
    this.epilogue = epilogue;
    this.tiles = tiles;
    this.packed =
        weights.map(values -> {
          float[] rows = new float[Math.toIntExact(weightFloats())];
          pack(values, rows);
          return rows;
        });
  }

  /** Whether each output position reads the input position of the same index and no other. */
  static boolean suits(Correlation c) {
    return aligned(c.d()) && aligned(c.h()) && aligned(c.w());
  }

  private static boolean aligned(ConvAxis axis) {
    return axis.kernel() == 1
        && axis.stride() == 1
        && axis.pad() == 0
        && axis.dense()
        && axis.input() == axis.output();
  }

  private long weightFloats() {
    return (long) c.groups() * c.outputs() * c.channels();
  }

  @Override
  public long scratch() {
    return packed.isPresent() ? 0 : weightFloats();
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4 * weightFloats() : 0;
  }

  private void pack(float[] weights, float[] rows) {
    int to = 0;
    for (int group = 0; group < c.groups(); group++) {
      for (int k = 0; k < c.outputs(); k++) {
        for (int channel = 0; channel < c.channels(); channel++) {
          rows[to++] = weights[c.weights().at(group, k, channel, 0, 0, 0)];
        }
      }
    }
  }

  @Override
  public String algorithm() {
    return "planar pointwise";
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    if (packed.isEmpty()) {
      pack(inputs[1], scratch);
    }
    float[] weights = packed.orElse(scratch);
    int blocks = Math.ceilDiv(positions(), block());
    threads.forEach(
        c.batch() * c.groups() * blocks,
        task -> block(inputs, weights, output, task / blocks, task % blocks));
  }

  private int positions() {
    return c.d().input() * c.h().input() * c.w().input();
  }

  /** Positions copied at a time. */
  private int block() {
    int width = tiles.panelVectors() * tiles.lanes();
    int panels = Math.min(BLOCK_FLOATS / c.channels(), positions() / 8) / width;
    return Math.clamp(panels, 1, PANELS) * width;
  }

  private void block(
      float[][] inputs, float[] weights, float[] output, int volumeGroup, int block) {
    int width = tiles.panelVectors() * tiles.lanes();
    float[] columns = new float[c.channels() * block()];
    int tileRows = Math.ceilDiv(c.outputs(), ConvTiles.ROWS) * ConvTiles.ROWS;
    float[] sums = new float[tileRows * width];
    int first = block * block();
    int count = Math.min(block(), positions() - first);
    copy(inputs[0], volumeGroup * c.channels() * positions() + first, count, columns);
    for (int i = 0; i < count; i += width) {
      int run = Math.min(width, count - i);
      panel(inputs, weights, output, volumeGroup, first + i, run, columns, i * c.channels(), sums);
    }
  }

  /** Copies a block as {@code [panel][channel][position]}. */
  private void copy(float[] x, int from, int count, float[] columns) {
    int width = tiles.panelVectors() * tiles.lanes();
    for (int channel = 0; channel < c.channels(); channel++) {
      for (int i = 0; i < count; i += width) {
        int to = i * c.channels() + channel * width;
        System.arraycopy(
            x, from + channel * positions() + i, columns, to, Math.min(width, count - i));
      }
    }
  }

  private void panel(
      float[][] inputs,
      float[] weights,
      float[] output,
      int volumeGroup,
      int first,
      int count,
      float[] columns,
      int columnsAt,
      float[] sums) {
    int width = tiles.panelVectors() * tiles.lanes();
    int group = volumeGroup % c.groups();
    int n = volumeGroup / c.groups();
    Arrays.fill(sums, 0);
    for (int channel = 0; channel < c.channels(); channel += DEPTH) {
      int depth = Math.min(DEPTH, c.channels() - channel);
      sum(weights, group, channel, depth, columns, columnsAt + channel * width, sums);
    }
    for (int k = 0; k < c.outputs(); k++) {
      int channel = group * c.outputs() + k;
      int at = (n * c.groups() * c.outputs() + channel) * positions() + first;
      epilogue.store(tiles, sums, k * width, count, channel, inputs, output, at, 1);
    }
  }

  /** Adds the part of some channels to the sums of all output channels. */
  private void sum(
      float[] weights,
      int group,
      int channel,
      int depth,
      float[] columns,
      int columnsAt,
      float[] sums) {
    int[] rows = new int[ConvTiles.ROWS];
    int[] starts = {group * c.outputs() * c.channels() + channel};
    for (int k = 0; k < c.outputs(); k += ConvTiles.ROWS) {
      for (int i = 0; i < ConvTiles.ROWS; i++) {
        rows[i] = Math.min(k + i, c.outputs() - 1) * c.channels();
      }
      int sumsAt = k * tiles.panelVectors() * tiles.lanes();
      tiles.panel(
          tiles.panelVectors(),
          weights,
          rows,
          0,
          starts,
          0,
          1,
          depth,
          columns,
          columnsAt,
          sums,
          sumsAt);
    }
  }
}
