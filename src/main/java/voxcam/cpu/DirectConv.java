package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Direct convolution in channel blocks. The input is packed with the channels of a block innermost,
 * so that a row of the kernel reads one run of memory for each output position; a tile is {@link
 * ConvTiles#ROWS} positions by one panel of output channels, whose weights are packed in the order
 * in which they are read. Suits 16 and more output channels, any stride and dilation.
 */
final class DirectConv implements Kernel {
  /**
   * Positions whose sums are kept at a time: those of a panel of weights that fits into the L1
   * cache are used for all of them.
   */
  private static final int POSITIONS = 4 * ConvTiles.ROWS;

  /** Positions in one task. */
  private static final int STRIPE = 8 * POSITIONS;

  /**
   * Weights that stay in the L2 cache, 2 MiB: with more, all positions are computed for one panel
   * before the next.
   */
  private static final int MOST_RESIDENT = 512 << 10;

  /** What part of the weights is read over and over: 24 KiB. */
  private static final int CACHED_WEIGHTS = 36 << 10;

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles tiles;
  private final BlockedInput input;
  private final PanelWeights panels;
  private final PlaneRing ring;
  private final Optional<float[]> packed;

  DirectConv(Correlation c, ConvEpilogue epilogue, ConvTiles tiles, Optional<float[]> weights) {
    this.c = c;
    this.epilogue = epilogue;
    this.tiles = tiles;
    this.input = BlockedInput.of(c);
    this.panels = PanelWeights.of(c, input, tiles);
    this.ring = PlaneRing.of(c, input.planeFloats());
    this.packed = weights.map(panels::packed);
  }

  @Override
  public long scratch() {
    return ring.floats() + (packed.isPresent() ? 0 : panels.floats());
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4 * panels.floats() : 0;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    float[] weights = packed.orElse(scratch);
    int weightsAt = packed.isPresent() ? 0 : Math.toIntExact(ring.floats());
    if (packed.isEmpty()) {
      threads.forEach(panels.count(), panel -> panels.pack(inputs[1], panel, scratch, weightsAt));
    }
    int stripes = Math.ceilDiv(c.h().output() * c.w().output(), STRIPE);
    boolean panelsOutside = panels.floats() > MOST_RESIDENT;
    ring.sweep(
        c,
        threads,
        input.units(),
        (n, d, unit, at) -> input.pack(inputs[0], n, d, unit, scratch, at),
        stripes * panels.count(),
        panelsOutside,
        (n, z, unit) ->
            stripe(
                inputs,
                scratch,
                weights,
                weightsAt,
                output,
                n,
                z,
                panelsOutside ? unit % stripes : unit / panels.count(),
                panelsOutside ? unit / stripes : unit % panels.count()));
  }

  private void stripe(
      float[][] inputs,
      float[] slab,
      float[] weights,
      int weightsAt,
      float[] output,
      int n,
      int z,
      int stripe,
      int panel) {
    int vectors = panels.vectors(panel);
    int width = vectors * tiles.lanes();
    int[] starts = starts(z, panel / panels.perGroup());
    int end = Math.min((stripe + 1) * STRIPE, c.h().output() * c.w().output());
    int[] rows = new int[POSITIONS];
    float[] sums = new float[POSITIONS * width];
    for (int position = stripe * STRIPE; position < end; position += POSITIONS) {
      int count = Math.min(POSITIONS, end - position);
      rows(position, count, rows);
      Arrays.fill(sums, 0);
      sum(vectors, slab, rows, count, starts, z, weights, weightsAt + panels.at(panel), sums);
      store(inputs, output, n, z, panel, position, count, sums, width);
    }
  }

  private void sum(
      int vectors,
      float[] slab,
      int[] rows,
      int count,
      int[] starts,
      int z,
      float[] weights,
      int weightsAt,
      float[] sums) {
    int width = vectors * tiles.lanes();
    int pieces = input.pieces();
    int len = input.pieceLength();
    int together = Math.max(1, CACHED_WEIGHTS / (len * width));
    int end = c.d().endTap(z) * pieces;
    for (int from = c.d().firstTap(z) * pieces; from < end; from += together) {
      int to = Math.min(from + together, end);
      for (int i = 0; i < count; i += ConvTiles.ROWS) {
        tiles.panel(
            vectors, slab, rows, i, starts, from, to, len, weights, weightsAt, sums, i * width);
      }
    }
  }

  /** Where each piece of the sum begins in the slab, for an output plane. */
  private int[] starts(int z, int group) {
    int[] starts = new int[c.d().kernel() * input.pieces()];
    for (int t = c.d().firstTap(z); t < c.d().endTap(z); t++) {
      int plane = ring.at(z * c.d().stride() - c.d().pad() + t * c.d().dilation());
      input.pieceStarts(group, plane, starts, t * input.pieces());
    }
    return starts;
  }

  /**
   * Where each position begins in a packed plane; what is left of the last tile repeats the last
   * position.
   */
  private void rows(int position, int count, int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      int at = position + Math.min(i, count - 1);
      rows[i] = input.positionAt(at / c.w().output(), at % c.w().output());
    }
  }

  private void store(
      float[][] inputs,
      float[] output,
      int n,
      int z,
      int panel,
      int position,
      int count,
      float[] sums,
      int width) {
    int columns = c.w().output();
    int first = panel / panels.perGroup() * c.outputs();
    int fromChannel = panels.firstChannel(panel);
    int channels = Math.min(width, c.outputs() - fromChannel);
    float[] line = new float[POSITIONS];
    for (int j = 0; j < channels; j++) {
      int k = first + fromChannel + j;
      for (int i = 0; i < count; i++) {
        line[i] = sums[i * width + j];
      }
      if (c.densePlanes()) {
        int at = c.storedAt(n, k, z, 0, 0) + position;
        epilogue.store(tiles, line, 0, count, k, inputs, output, at, 1);
        continue;
      }
      for (int i = 0; i < count; ) {
        int p = (position + i) / columns;
        int q = (position + i) % columns;
        int run = Math.min(count - i, columns - q);
        int at = c.storedAt(n, k, z, p, q);
        epilogue.store(tiles, line, i, run, k, inputs, output, at, c.w().step());
        i += run;
      }
    }
  }
}
