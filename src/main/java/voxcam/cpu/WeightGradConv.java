package voxcam.cpu;

import java.util.Arrays;
import voxcam.op.Conv;
import voxcam.op.Shape;

/**
 * The gradient of a convolution for its weight: for each output channel k, input channel and kernel
 * position, the sum over all outputs of {@code gy[k] x}. A tile is {@link ConvTiles#ROWS} pairs of
 * input channel and kernel position by a panel of output channels; gy is packed with the channels
 * of a panel innermost. Sums go volume by volume and plane by plane in a fixed order.
 */
final class WeightGradConv implements Kernel {
  /** Tiles of one task, which share what they read of gy. */
  private static final int TILES = 10;

  /**
   * Outputs that all tiles of a task run over before they go on: a panel of them fits into the L2
   * cache.
   */
  private static final int POSITIONS = 512;

  private final Correlation c;
  private final ConvTiles tiles;
  private final PlanarInput input;

  private WeightGradConv(Correlation c, ConvTiles tiles) {
    this.c = c;
    this.tiles = tiles;
    this.input = PlanarInput.of(c);
  }

  static Kernel of(Conv.WeightGrad op, Shape x, Shape gy, Shape gw, ConvTiles tiles) {
    return new WeightGradConv(
        Correlations.forward(op.window(), op.groups(), x, gw, gy).getFirst(), tiles);
  }

  private int vectors() {
    int needed = Math.ceilDiv(c.outputs(), tiles.lanes());
    return needed <= 2 ? needed : tiles.panelVectors();
  }

  private int width() {
    return vectors() * tiles.lanes();
  }

  private int panels() {
    return c.groups() * Math.ceilDiv(c.outputs(), width());
  }

  private int outputs() {
    return c.d().output() * c.h().output() * c.w().output();
  }

  /** Input channels times kernel positions of one kernel plane. */
  private int pairs() {
    return c.channels() * c.h().kernel() * c.w().kernel();
  }

  /** Tasks for one panel and one kernel plane. */
  private int stripes() {
    return Math.ceilDiv(pairs(), TILES * ConvTiles.ROWS);
  }

  private int tasks() {
    return panels() * c.d().kernel() * stripes();
  }

  private int sumsOfTask() {
    return TILES * ConvTiles.ROWS * width();
  }

  private int slabFloats() {
    return Math.toIntExact(c.d().input() * input.planeFloats());
  }

  @Override
  public long scratch() {
    return slabFloats() + (long) panels() * outputs() * width() + (long) tasks() * sumsOfTask();
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    Math.toIntExact(scratch());
    int channels = c.groups() * c.channels();
    int gyAt = slabFloats();
    int sumsAt = gyAt + panels() * outputs() * width();
    for (int n = 0; n < c.batch(); n++) {
      int volume = n;
      threads.forEach(
          c.d().input() * channels,
          task -> {
            int d = task / channels;
            int at = d * (int) input.planeFloats();
            input.pack(inputs[0], volume, d, task % channels, scratch, at);
          });
      threads.forEach(
          panels() * c.d().output(),
          task ->
              packGradient(
                  inputs[1], volume, task / c.d().output(), task % c.d().output(), scratch, gyAt));
      threads.forEach(tasks(), task -> stripe(scratch, gyAt, sumsAt, volume == 0, task));
    }
    threads.forEach(tasks(), task -> store(scratch, sumsAt, task, output));
  }

  /** Packs one output plane of the channels of a panel as {@code [panel][Z][P][Q][channel]}. */
  private void packGradient(float[] gy, int n, int panel, int z, float[] scratch, int gyAt) {
    int perGroup = panels() / c.groups();
    int first = panel % perGroup * width();
    int channels = Math.min(width(), c.outputs() - first);
    int plane = c.h().output() * c.w().output();
    int to = gyAt + (panel * c.d().output() + z) * plane * width();
    int volume = (n * c.groups() + panel / perGroup) * c.outputs() + first;
    int from = volume * outputs() + z * plane;
    Arrays.fill(scratch, to, to + plane * width(), 0);
    for (int q = 0; q < plane; q += 16) {
      int end = Math.min(q + 16, plane);
      for (int k = 0; k < channels; k++) {
        for (int i = q; i < end; i++) {
          scratch[to + i * width() + k] = gy[from + k * outputs() + i];
        }
      }
    }
  }

  private int panelOf(int task) {
    return task / (c.d().kernel() * stripes());
  }

  private int planeOf(int task) {
    return task / stripes() % c.d().kernel();
  }

  private int firstPair(int task) {
    return task % stripes() * TILES * ConvTiles.ROWS;
  }

  private int pairsOf(int task) {
    return Math.min(TILES * ConvTiles.ROWS, pairs() - firstPair(task));
  }

  private void stripe(float[] scratch, int gyAt, int sumsAt, boolean first, int task) {
    int sums = sumsAt + task * sumsOfTask();
    if (first) {
      Arrays.fill(scratch, sums, sums + sumsOfTask(), 0);
    }
    int panel = panelOf(task);
    int[] rows = rows(task, panel / (panels() / c.groups()));
    int[] starts = new int[c.h().output()];
    int together = Math.max(1, POSITIONS / c.w().output());
    for (int z = 0; z < c.d().output(); z++) {
      int d = z * c.d().stride() - c.d().pad() + planeOf(task) * c.d().dilation();
      if (d < 0 || d >= c.d().input()) {
        continue;
      }
      for (int p = 0; p < starts.length; p++) {
        starts[p] = d * (int) input.planeFloats() + p * input.columns();
      }
      int gy = gyAt + (panel * c.d().output() + z) * starts.length * c.w().output() * width();
      for (int p = 0; p < starts.length; p += together) {
        int end = Math.min(p + together, starts.length);
        tiles(scratch, rows, starts, p, end, gy, sums, pairsOf(task));
      }
    }
  }

  private void tiles(
      float[] scratch, int[] rows, int[] starts, int from, int to, int gy, int sums, int pairs) {
    for (int i = 0; i < pairs; i += ConvTiles.ROWS) {
      tiles.panel(
          vectors(),
          scratch,
          rows,
          i,
          starts,
          from,
          to,
          c.w().output(),
          scratch,
          gy,
          scratch,
          sums + i * width());
    }
  }

  /**
   * Where each pair of a task reads x for the output (0, 0); what is left of the last tile repeats
   * the last pair.
   */
  private int[] rows(int task, int group) {
    int[] rows = new int[TILES * ConvTiles.ROWS];
    int positions = c.h().kernel() * c.w().kernel();
    for (int i = 0; i < rows.length; i++) {
      int pair = firstPair(task) + Math.min(i, pairsOf(task) - 1);
      int position = pair % positions;
      rows[i] =
          input.tapAt(
              group * c.channels() + pair / positions,
              position / c.w().kernel(),
              position % c.w().kernel());
    }
    return rows;
  }

  private void store(float[] scratch, int sumsAt, int task, float[] output) {
    int perGroup = panels() / c.groups();
    int panel = panelOf(task);
    int fromChannel = panel % perGroup * width();
    int channels = Math.min(width(), c.outputs() - fromChannel);
    int positions = c.h().kernel() * c.w().kernel();
    int sums = sumsAt + task * sumsOfTask();
    for (int i = 0; i < pairsOf(task); i++) {
      int pair = firstPair(task) + i;
      int channel = pair / positions;
      int tap = planeOf(task) * positions + pair % positions;
      for (int j = 0; j < channels; j++) {
        int k = panel / perGroup * c.outputs() + fromChannel + j;
        output[(k * c.channels() + channel) * c.taps() + tap] = scratch[sums + i * width() + j];
      }
    }
  }
}
