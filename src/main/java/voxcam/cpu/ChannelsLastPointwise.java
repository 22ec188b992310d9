package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution with a kernel of one position and no padding, any stride: a matrix product. A task
 * copies the channels of some positions side by side and computes output channels from the copy, a
 * few positions by a panel of output channels at a time.
 */
final class ChannelsLastPointwise implements Kernel {
  /** The copy of a block of positions is meant to take at most 512 KiB, a part of the L2 cache. */
  private static final int BLOCK_FLOATS = 128 << 10;

  /** The most positions of a block. */
  private static final int POSITIONS = 192;

  /** Positions of a block are a multiple of the rows of every tile. */
  private static final int ROUND = 24;

  /** The piece of the weights that is read over and over: 24 KiB. */
  private static final int PIECE = 6 << 10;

  /** Tasks should be at least so many, if need be by several of them copying the same positions. */
  private static final int TASKS = 16;

  private final Correlation c;
  private final ConvTiles tiles;
  private final ChannelsLastInput input;
  private final ConvOutput output;
  private final PanelWeights panels;
  private final Optional<PanelWeights.Packed> packed;
  private final int workers;

  /**
   * Makes the kernel.
   *
   * @param in the layout of the input
   * @param out the layout of the output and of the residual input
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  ChannelsLastPointwise(
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles tiles,
      Optional<Weights> weights,
      Layout in,
      Layout out,
      int workers) {
    this.c = c;
    this.tiles = tiles;
    this.input = new ChannelsLastInput(c, in, tiles);
    this.output = new ConvOutput(c, epilogue, tiles, out);
    this.panels = PanelWeights.of(c, tiles);
    this.packed = weights.map(panels::packed);
    this.workers = workers;
  }

  /** Whether each output position reads one input position, which is never in the padding. */
  static boolean suits(Correlation c, Layout in, Layout out) {
    return DirectConv.suits(c, in, out) && inside(c.d()) && inside(c.h()) && inside(c.w());
  }

  private static boolean inside(ConvAxis axis) {
    return axis.kernel() == 1
        && axis.pad() == 0
        && (axis.output() - 1) * axis.stride() < axis.input();
  }

  @Override
  public long scratch() {
    return weightsAt() + (packed.isPresent() ? 0 : panels.floats());
  }

  private long weightsAt() {
    return Alignment.BEGIN + workers * (copyFloats() + sumsFloats());
  }

  /** The last tile may reach past the block. */
  private long copyFloats() {
    return Alignment.lines((block() + (long) tiles.rows(1)) * c.channels());
  }

  private long sumsFloats() {
    return (block() + (long) tiles.rows(1)) * panels.vectors(0) * tiles.lanes();
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4 * panels.floats() : 0;
  }

  private int plane() {
    return c.h().output() * c.w().output();
  }

  private int positions() {
    return c.d().output() * plane();
  }

  /** Positions copied together. */
  private int block() {
    int most = Math.clamp(BLOCK_FLOATS / c.channels(), ROUND, POSITIONS);
    int blocks = Math.ceilDiv(positions(), most);
    return Math.ceilDiv(Math.ceilDiv(positions(), blocks), ROUND) * ROUND;
  }

  @Override
  public String algorithm() {
    return "pointwise";
  }

  @Override
  public void run(float[][] inputs, float[] result, float[] scratch, Threads threads) {
    int weightsAt = Math.toIntExact(weightsAt());
    PanelWeights.Packed weights = panels.ready(packed, inputs, scratch, weightsAt, threads);
    Threads limited = threads.limited(workers);
    int block = block();
    int blocks = Math.ceilDiv(positions(), block);
    int units = c.batch() * c.groups() * blocks;
    int parts = Math.clamp(Math.ceilDiv(TASKS, units), 1, panels.perGroup());
    limited.forEach(
        units * parts,
        (task, worker) -> {
          int unit = task / parts;
          int from = unit % blocks * block;
          int count = Math.min(block, positions() - from);
          int group = unit / blocks % c.groups();
          Block positions = new Block(unit / blocks / c.groups(), group, from, count);
          int first = task % parts * panels.perGroup() / parts;
          int end = (task % parts + 1) * panels.perGroup() / parts;
          int work = Alignment.BEGIN + worker * (int) (copyFloats() + sumsFloats());
          block(inputs, weights, result, positions, first, end, scratch, work);
        });
  }

  /** Outputs of a group at some positions. */
  private record Block(int n, int group, int from, int count) {}

  private void block(
      float[][] inputs,
      PanelWeights.Packed weights,
      float[] result,
      Block block,
      int firstPanel,
      int endPanel,
      float[] scratch,
      int copyAt) {
    int tile = tiles.rows(1);
    int depth = c.channels();
    int sumsAt = copyAt + (int) copyFloats();
    copy(inputs[0], block, scratch, copyAt);
    int[] rows = new int[block.count + tile];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = copyAt + Math.min(i, block.count - 1) * depth;
    }
    for (int i = firstPanel; i < endPanel; i++) {
      int panel = block.group * panels.perGroup() + i;
      int vectors = panels.vectors(panel);
      int width = vectors * tiles.lanes();
      int at = weights.from() + panels.at(panel);
      sum(scratch, rows, block.count, weights.array(), at, vectors, sumsAt);
      int k = panels.firstChannel(panel);
      int channels = Math.min(width, c.outputs() - k);
      store(inputs, result, block, block.group * c.outputs() + k, channels, scratch, sumsAt, width);
    }
  }

  private void copy(float[] x, Block block, float[] copy, int copyAt) {
    boolean dense = dense(c.d()) && dense(c.h()) && dense(c.w());
    int columns = c.w().output();
    for (int i = 0; i < block.count; ) {
      int at = block.from + i;
      int z = at / plane() * c.d().stride();
      int p = at % plane() / columns * c.h().stride();
      int q = at % columns * c.w().stride();
      int position = (z * c.h().input() + p) * c.w().input() + q;
      int run = dense ? block.count : Math.min(block.count - i, columns - at % columns);
      int to = copyAt + i * c.channels();
      input.copy(x, block.n, block.group, position, c.w().stride(), run, copy, to);
      i += run;
    }
  }

  private static boolean dense(ConvAxis axis) {
    return axis.stride() == 1 && axis.input() == axis.output();
  }

  private void sum(
      float[] scratch, int[] rows, int count, float[] weights, int at, int vectors, int sums) {
    int depth = c.channels();
    int width = vectors * tiles.lanes();
    int run = Math.ceilDiv(depth, Math.ceilDiv(depth * width, PIECE));
    int tile = tiles.rows(vectors);
    Arrays.fill(scratch, sums, sums + (count + tile) * width, 0);
    for (int l = 0; l < depth; l += run) {
      int len = Math.min(run, depth - l);
      for (int i = 0; i < count; i += tile) {
        int to = sums + i * width;
        tiles.run(vectors, scratch, rows, i, l, len, weights, at + l * width, scratch, to);
      }
    }
  }

  private void store(
      float[][] inputs,
      float[] result,
      Block block,
      int k,
      int channels,
      float[] sums,
      int sumsAt,
      int width) {
    for (int i = 0; i < block.count; ) {
      int z = (block.from + i) / plane();
      int position = (block.from + i) % plane();
      int run = Math.min(block.count - i, plane() - position);
      int at = sumsAt + i * width;
      output.store(inputs, result, block.n, k, channels, z, position, run, sums, at, width);
      i += run;
    }
  }
}
