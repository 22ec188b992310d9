package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Direct convolution. The input is packed with the channels of a position side by side, so that a
 * row of the kernel reads one run of memory for each output position; a tile is a few positions by
 * one panel of output channels. Suits 16 and more channels, any stride and dilation.
 *
 * <p>Some positions are computed together: a piece of the weights, which stays in the L1 cache, is
 * used for all of them before the next one is read.
 */
final class DirectConv implements Kernel {
  /** The most positions computed together. */
  private static final int POSITIONS = 192;

  /** Positions computed together are a multiple of the rows of every tile. */
  private static final int ROUND = 24;

  /** The piece of the weights that is read over and over: 24 KiB. */
  private static final int PIECE = 6 << 10;

  /** The most terms that are summed in a register, for the sake of accuracy. */
  private static final int MOST_TERMS = 384;

  private final Correlation c;
  private final ConvTiles tiles;
  private final ChannelsLastInput input;
  private final ConvOutput output;
  private final PanelWeights panels;
  private final PlaneRing ring;
  private final Optional<PanelWeights.Packed> packed;
  private final int workers;

  /**
   * Makes the kernel.
   *
   * @param in the layout of the input
   * @param out the layout of the output and of the residual input
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  DirectConv(
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
    this.ring = PlaneRing.of(c, input.planeFloats());
    this.packed = weights.map(panels::packed);
    this.workers = workers;
  }

  /** Whether the channels of each group begin with a block where the layout has blocks. */
  static boolean suits(Correlation c, Layout in, Layout out) {
    return ChannelsLastInput.suits(c, in) && ConvOutput.suits(c, out);
  }

  @Override
  public long scratch() {
    return weightsAt() + (packed.isPresent() ? 0 : panels.floats());
  }

  /** The planes come first, then zeros for the rows of tiles that have no position. */
  private int zerosAt() {
    return Math.toIntExact(Alignment.BEGIN + ring.floats());
  }

  /** Then the sums of each worker, then the weights. */
  private long sumsAt() {
    return Alignment.BEGIN + Alignment.lines(ring.floats() + run(tiles.lanes()));
  }

  private int sumsFloats() {
    int width = panels.vectors(0) * tiles.lanes();
    return (POSITIONS + tiles.rows(1)) * width;
  }

  private long weightsAt() {
    return sumsAt() + (long) workers * sumsFloats();
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4 * panels.floats() : 0;
  }

  /** How many terms are summed at a time. */
  private int run(int width) {
    int most = Math.min(MOST_TERMS, PIECE / width);
    int length = input.pieceLength();
    return Math.ceilDiv(length, Math.ceilDiv(length, most));
  }

  @Override
  public String algorithm() {
    return "direct";
  }

  @Override
  public void run(float[][] inputs, float[] result, float[] scratch, Threads threads) {
    int weightsAt = Math.toIntExact(weightsAt());
    int sumsAt = (int) sumsAt();
    Arrays.fill(scratch, zerosAt(), sumsAt, 0);
    PanelWeights.Packed weights = panels.ready(packed, inputs, scratch, weightsAt, threads);
    Threads limited = threads.limited(workers);
    ring.sweep(
        c,
        threads,
        input.units(),
        (n, d, unit, at) -> input.pack(inputs[0], n, d, unit, scratch, Alignment.BEGIN + at),
        (n, first, planes) -> {
          int positions = planes * plane();
          int together = together(positions);
          int stripes = Math.ceilDiv(positions, together);
          limited.forEach(
              stripes * panels.count(),
              (task, worker) -> {
                int from = task % stripes * together;
                int count = Math.min(together, positions - from);
                Stripe stripe = new Stripe(first, from, count, task / stripes);
                int sums = sumsAt + worker * sumsFloats();
                stripe(inputs, scratch, weights, result, n, stripe, sums);
              });
        });
  }

  /** Positions of one output plane. */
  private int plane() {
    return c.h().output() * c.w().output();
  }

  private int together(int positions) {
    int stripes = Math.ceilDiv(positions, POSITIONS);
    int wanted = Math.ceilDiv(workers, panels.count());
    if (wanted <= stripes) {
      return Math.ceilDiv(Math.ceilDiv(positions, stripes), ROUND) * ROUND;
    }
    // Few panels for many threads: rather read weights twice than leave threads without work.
    int rows = tiles.rows(panels.vectors(0));
    return Math.ceilDiv(Math.ceilDiv(positions, wanted), rows) * rows;
  }

  /**
   * Outputs of one panel at {@code count} positions, the first being {@code from}, counted from the
   * start of plane {@code first}.
   */
  private record Stripe(int first, int from, int count, int panel) {}

  private void stripe(
      float[][] inputs,
      float[] slab,
      PanelWeights.Packed weights,
      float[] result,
      int n,
      Stripe stripe,
      int sums) {
    int vectors = panels.vectors(stripe.panel);
    int width = vectors * tiles.lanes();
    Arrays.fill(slab, sums, sums + (stripe.count + tiles.rows(vectors)) * width, 0);
    int[] rows = new int[stripe.count + tiles.rows(vectors)];
    int[] lines = lines(stripe);
    int end = stripe.first + Math.ceilDiv(stripe.from + stripe.count, plane());
    for (int t = 0; t < c.d().kernel(); t++) {
      int z = stripe.first + stripe.from / plane();
      while (z < end && !reads(z, t)) {
        z++;
      }
      int last = z;
      while (last < end && reads(last, t)) {
        last++;
      }
      int lo = Math.max(0, (z - stripe.first) * plane() - stripe.from);
      int hi = Math.min(stripe.count, (last - stripe.first) * plane() - stripe.from);
      if (lo < hi) {
        rows(stripe, t, lo, hi, rows);
        sum(slab, rows, lines, lo, hi, weights, t, stripe.panel, sums);
      }
    }
    int group = stripe.panel / panels.perGroup();
    int k = panels.firstChannel(stripe.panel);
    int channels = Math.min(width, c.outputs() - k);
    for (int i = 0; i < stripe.count; ) {
      int z = stripe.first + (stripe.from + i) / plane();
      int position = (stripe.from + i) % plane();
      int count = Math.min(stripe.count - i, plane() - position);
      output.store(
          inputs,
          result,
          n,
          group * c.outputs() + k,
          channels,
          z,
          position,
          count,
          slab,
          sums + i * width,
          width);
      i += count;
    }
  }

  /** The row of input that each position of a stripe reads through the first row of the kernel. */
  private int[] lines(Stripe stripe) {
    int[] lines = new int[stripe.count];
    for (int i = 0; i < lines.length; i++) {
      int p = (stripe.from + i) % plane() / c.w().output();
      lines[i] = p * c.h().stride() - c.h().pad();
    }
    return lines;
  }

  /**
   * Whether some of the positions of a tile read the input, and not the padding, through kernel row
   * r. With a large dilation, or few rows, many tiles do not.
   */
  private boolean reads(int[] lines, int from, int to, int r) {
    int reach = r * c.h().dilation();
    for (int i = from; i < to; i++) {
      int line = lines[i] + reach;
      if (line >= 0 && line < c.h().input()) {
        return true;
      }
    }
    return false;
  }

  /** Whether output plane z reads the input, and not the padding, through kernel plane t. */
  private boolean reads(int z, int t) {
    int d = z * c.d().stride() - c.d().pad() + t * c.d().dilation();
    return d >= 0 && d < c.d().input();
  }

  /** Where positions lo to hi of a stripe begin to read in the slab. */
  private void rows(Stripe stripe, int t, int lo, int hi, int[] rows) {
    int group = stripe.panel / panels.perGroup();
    for (int i = lo; i < hi; ) {
      int z = stripe.first + (stripe.from + i) / plane();
      int position = (stripe.from + i) % plane();
      int p = position / c.w().output();
      int q = position % c.w().output();
      int count = Math.min(hi - i, c.w().output() - q);
      int plane =
          Alignment.BEGIN + ring.at(z * c.d().stride() - c.d().pad() + t * c.d().dilation());
      int at = plane + input.positionAt(group, p, q);
      for (int j = 0; j < count; j++) {
        rows[i + j] = at + j * c.w().stride() * c.channels();
      }
      i += count;
    }
  }

  /** Adds what positions lo to hi get through kernel plane t. */
  private void sum(
      float[] slab,
      int[] rows,
      int[] lines,
      int lo,
      int hi,
      PanelWeights.Packed weights,
      int t,
      int panel,
      int sums) {
    int vectors = panels.vectors(panel);
    int width = vectors * tiles.lanes();
    int length = input.pieceLength();
    int run = run(width);
    int tile = tiles.rows(vectors);
    int zeros = zerosAt();
    int at = weights.from() + panels.at(panel) + t * input.pieces() * length * width;
    int perRow = input.pieces() / c.h().kernel();
    for (int piece = 0; piece < input.pieces(); piece++) {
      int r = piece / perRow;
      for (int l = 0; l < length; l += run) {
        int start = input.pieceAt(piece) + l;
        int len = Math.min(run, length - l);
        Arrays.fill(rows, hi, hi + tile, zeros - start);
        for (int i = lo; i < hi; i += tile) {
          if (reads(lines, i, Math.min(hi, i + tile), r)) {
            tiles.run(
                vectors, slab, rows, i, start, len, weights.array(), at, slab, sums + i * width);
          }
        }
        at += len * width;
      }
    }
  }
}
