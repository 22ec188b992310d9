package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution of few input channels, as first layers have: a tile is a few neighbouring outputs of
 * a row by one panel of output channels, and each of its terms is one tap, an input channel at a
 * kernel position, whose values for neighbouring outputs are neighbours in {@link PlanarInput}. Any
 * kernel, stride and dilation; the input is {@link Layout#PLAIN}.
 */
final class TapConv implements Kernel {
  /** The fewest outputs in one task, in whole rows. */
  private static final int POSITIONS = 192;

  /** The piece of the weights that is read over and over: 24 KiB. */
  private static final int PIECE = 6 << 10;

  private final Correlation c;
  private final ConvTiles tiles;
  private final PlanarInput input;
  private final int[] spots;
  private final ConvOutput output;
  private final PanelWeights panels;
  private final PlaneRing ring;
  private final Optional<PanelWeights.Packed> packed;
  private final int workers;

  /**
   * Makes the kernel.
   *
   * @param out the layout of the output and of the residual input
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  TapConv(
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles tiles,
      Optional<Weights> weights,
      Layout out,
      int workers) {
    this.c = c;
    this.tiles = tiles;
    this.input = PlanarInput.of(c);
    this.spots = spots(c, input);
    this.output = new ConvOutput(c, epilogue, tiles, out);
    this.panels = PanelWeights.of(c, tiles);
    this.ring = PlaneRing.of(c, input.planeFloats());
    this.packed = weights.map(panels::packed);
    this.workers = workers;
  }

  /** Whether the output channels of each group begin with a block where the layout has blocks. */
  static boolean suits(Correlation c, Layout in, Layout out) {
    return in == Layout.PLAIN && ConvOutput.suits(c, out);
  }

  @Override
  public long scratch() {
    return weightsAt() + (packed.isPresent() ? 0 : panels.floats());
  }

  /**
   * The sums of each worker follow the planes, then the weights. Tiles of rows shorter than a tile
   * read, and drop, what comes after the last row.
   */
  private long sumsAt() {
    return Alignment.BEGIN + Alignment.lines(ring.floats() + tiles.rows(1));
  }

  private int sumsFloats() {
    int columns = c.w().output() + tiles.rows(1);
    return rows() * columns * panels.vectors(0) * tiles.lanes();
  }

  private long weightsAt() {
    return sumsAt() + (long) workers * sumsFloats();
  }

  /** Output rows of one task. */
  private int rows() {
    return Math.min(c.h().output(), Math.ceilDiv(POSITIONS, c.w().output()));
  }

  @Override
  public long weightBytes() {
    return packed.isPresent() ? 4 * panels.floats() : 0;
  }

  @Override
  public String algorithm() {
    return "taps";
  }

  @Override
  public void run(float[][] inputs, float[] result, float[] scratch, Threads threads) {
    int weightsAt = Math.toIntExact(weightsAt());
    int sumsAt = (int) sumsAt();
    PanelWeights.Packed weights = panels.ready(packed, inputs, scratch, weightsAt, threads);
    Threads limited = threads.limited(workers);
    int stripes = Math.ceilDiv(c.h().output(), rows());
    int units = stripes * panels.count();
    ring.sweep(
        c,
        threads,
        c.groups() * c.channels(),
        (n, d, channel, at) -> input.pack(inputs[0], n, d, channel, scratch, Alignment.BEGIN + at),
        (n, first, planes) ->
            limited.forEach(
                planes * units,
                (task, worker) -> {
                  int from = task % stripes * rows();
                  int end = Math.min(c.h().output(), from + rows());
                  Stripe stripe = new Stripe(n, first + task / units, from, end);
                  int panel = task % units / stripes;
                  int sums = sumsAt + worker * sumsFloats();
                  stripe(inputs, scratch, weights, result, stripe, panel, sums);
                }));
  }

  /** Output rows from {@code from} to {@code end} of one plane. */
  private record Stripe(int n, int z, int from, int end) {}

  private void stripe(
      float[][] inputs,
      float[] slab,
      PanelWeights.Packed weights,
      float[] result,
      Stripe stripe,
      int panel,
      int sums) {
    int vectors = panels.vectors(panel);
    int width = vectors * tiles.lanes();
    int tile = tiles.rows(vectors);
    int perRow = Math.ceilDiv(c.w().output(), tile);
    int group = panel / panels.perGroup();
    Arrays.fill(slab, sums, sums + (stripe.end - stripe.from) * perRow * tile * width, 0);
    int[] offsets = offsets(stripe.z, group);
    int first = c.d().firstTap(stripe.z) * spots.length;
    int at = weights.from() + panels.at(panel) + first * width;
    int pieces = Math.max(1, Math.ceilDiv(offsets.length * width, PIECE));
    int run = Math.ceilDiv(offsets.length, pieces);
    for (int t = 0; t < offsets.length; t += run) {
      int end = Math.min(t + run, offsets.length);
      for (int p = stripe.from; p < stripe.end; p++) {
        int row = sums + (p - stripe.from) * perRow * tile * width;
        row(slab, p * input.columns(), offsets, t, end, weights.array(), at, vectors, row);
      }
    }
    for (int p = stripe.from; p < stripe.end; p++) {
      int row = sums + (p - stripe.from) * perRow * tile * width;
      store(inputs, result, stripe, panel, p, slab, row);
    }
  }

  /** The last tile of a row ends with the row and computes some outputs again. */
  private int lastColumn(int tile) {
    return Math.max(0, c.w().output() - tile);
  }

  private void row(
      float[] slab,
      int from,
      int[] offsets,
      int begin,
      int end,
      float[] weights,
      int weightsAt,
      int vectors,
      int sumsAt) {
    int tile = tiles.rows(vectors);
    int width = vectors * tiles.lanes();
    int last = lastColumn(tile);
    for (int q = 0; q < c.w().output(); q += tile) {
      int x = from + Math.min(q, last);
      int to = sumsAt + q * width;
      tiles.taps(vectors, slab, x, offsets, begin, end, weights, weightsAt, slab, to);
    }
  }

  /** Where the taps of one kernel plane of the first group lie in a packed plane. */
  private static int[] spots(Correlation c, PlanarInput input) {
    int[] spots = new int[c.h().kernel() * c.w().kernel() * c.channels()];
    int i = 0;
    for (int r = 0; r < c.h().kernel(); r++) {
      for (int s = 0; s < c.w().kernel(); s++) {
        for (int channel = 0; channel < c.channels(); channel++) {
          spots[i++] = input.tapAt(channel, r, s);
        }
      }
    }
    return spots;
  }

  /** Where each tap that reads the input lies in the slab for the first output of plane z. */
  private int[] offsets(int z, int group) {
    int begin = c.d().firstTap(z);
    int end = c.d().endTap(z);
    int[] offsets = new int[(end - begin) * spots.length];
    int channel = group == 0 ? 0 : input.tapAt(group * c.channels(), 0, 0);
    for (int t = begin; t < end; t++) {
      int plane = ring.at(z * c.d().stride() - c.d().pad() + t * c.d().dilation());
      int from = (t - begin) * spots.length;
      for (int i = 0; i < spots.length; i++) {
        offsets[from + i] = Alignment.BEGIN + plane + channel + spots[i];
      }
    }
    return offsets;
  }

  private void store(
      float[][] inputs, float[] result, Stripe stripe, int panel, int p, float[] sums, int sumsAt) {
    int vectors = panels.vectors(panel);
    int width = vectors * tiles.lanes();
    int tile = tiles.rows(vectors);
    int columns = c.w().output();
    int q = (columns - 1) / tile * tile;
    int fromChannel = panels.firstChannel(panel);
    int k = panel / panels.perGroup() * c.outputs() + fromChannel;
    int channels = Math.min(width, c.outputs() - fromChannel);
    int from = p * columns;
    output.store(inputs, result, stripe.n, k, channels, stripe.z, from, q, sums, sumsAt, width);
    int skipped = q - Math.min(q, lastColumn(tile));
    output.store(
        inputs,
        result,
        stripe.n,
        k,
        channels,
        stripe.z,
        from + q,
        columns - q,
        sums,
        sumsAt + (q + skipped) * width,
        width);
  }
}
