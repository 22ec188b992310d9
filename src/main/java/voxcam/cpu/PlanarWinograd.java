package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;

/**
 * Convolution with vectors along W by Winograd's F(4, 3) along D and H: a tile of four by four rows
 * of outputs takes 36 products where {@link PlanarConv} takes 144, for each kernel position along
 * W. Where D or H are dilated, tiles are on the sub-lattices that the dilation takes them apart
 * into. Suits three kernel positions and no stride, and rows of some vectors.
 */
final class PlanarWinograd implements Kernel {
  private static final int POINTS = PlanarWinogradWeights.POINTS;
  private static final int OUTPUTS = PlanarWinogradWeights.OUTPUTS;

  /** The most tiles of a task along H, which share transformed rows. */
  private static final int MOST_HIGH = 8;

  /** The most tiles of a task along D, which share input planes that are still in the cache. */
  private static final int MOST_DEEP = 4;

  /** With fewer tasks than this, many threads would wait for the last. */
  private static final int LEAST_TASKS = 64;

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles rows;
  private final PlanarTiles tiles;
  private final WinogradRuns runs;
  private final int workers;
  private final LatticeTiles planes;
  private final LatticeTiles lines;
  private final int[] deep;
  private final int[] high;
  private final int vectors;
  private final int[] counts;

  /** Columns of outputs that are computed, in whole tiles. */
  private final int width;

  /** Columns of the input that are read. */
  private final int columns;

  /**
   * Columns of a transformed row in whole vectors, with as many zeros at its end as there are
   * before the next row.
   */
  private final int span;

  /** Zeros before the first row. */
  private final int lead;

  private final float[] zeros;
  private final Optional<float[]> packed;

  /**
   * Makes the kernel.
   *
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  PlanarWinograd(
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles rows,
      PlanarTiles tiles,
      WinogradRuns runs,
      Optional<float[]> weights,
      int workers) {
    this.c = c;
    this.epilogue = epilogue;
    this.rows = rows;
    this.tiles = tiles;
    this.runs = runs;
    this.workers = workers;
    this.planes = LatticeTiles.of(c.d(), OUTPUTS);
    this.lines = LatticeTiles.of(c.h(), OUTPUTS);
    int mostDeep = MOST_DEEP;
    int mostHigh = MOST_HIGH;
    while (mostHigh > 1 && tasks(mostDeep, mostHigh) < LEAST_TASKS) {
      if (mostDeep > 1) {
        mostDeep /= 2;
      } else {
        mostHigh /= 2;
      }
    }
    this.deep = planes.bands(mostDeep);
    this.high = lines.bands(mostHigh);
    this.vectors = PlanarTiles.vectors(c.w().output(), tiles.lanes());
    this.counts = tiles.counts(c.outputs(), vectors);
    int tile = vectors * tiles.lanes();
    this.width = Math.ceilDiv(c.w().output(), tile) * tile;
    int left = Math.max(0, c.w().pad());
    int read = c.w().span() - left;
    this.columns = Math.clamp(c.w().input() + Math.min(0, c.w().pad()), 0, Math.max(0, read));
    int needed = Math.max(columns + left, read);
    this.span = Math.ceilDiv(needed, tiles.lanes()) * tiles.lanes();
    this.lead = Math.ceilDiv(left, tiles.lanes()) * tiles.lanes();
    this.zeros = new float[c.w().input()];
    this.packed = weights.map(this::packed);
  }

  /** Whether this algorithm can compute a correlation. */
  static boolean suits(Correlation c) {
    return c.d().kernel() == PlanarWinogradWeights.KERNEL
        && c.h().kernel() == PlanarWinogradWeights.KERNEL
        && c.w().kernel() > 0
        && c.d().stride() == 1
        && c.h().stride() == 1
        && c.w().stride() == 1;
  }

  private float[] packed(float[] weights) {
    float[] all = new float[Math.multiplyExact(c.groups(), PlanarWinogradWeights.groupFloats(c))];
    pack(weights, all, 0, new Threads(1));
    return all;
  }

  private void pack(float[] weights, float[] to, int from, Threads threads) {
    int floats = PlanarWinogradWeights.groupFloats(c);
    threads.forEach(
        c.groups(),
        group -> PlanarWinogradWeights.pack(c, counts, weights, group, to, from + group * floats));
  }

  /** The rows of a tile after the transform along D, {@code [row][point][channel][W]}. */
  private int halfFloats() {
    return POINTS * POINTS * c.channels() * span;
  }

  /** One point of D after both transforms, {@code [point of H][channel][W]}. */
  private int wholeFloats() {
    return POINTS * c.channels() * span;
  }

  /** Its products, {@code [point of H][output channel][W]}. */
  private int productFloats() {
    return POINTS * c.outputs() * width;
  }

  /** All products after the transform along H, {@code [point of D][p][output channel][W]}. */
  private int rowFloats() {
    return POINTS * OUTPUTS * c.outputs() * width;
  }

  /** The last tile of a row reads, and drops, what comes after it, which the products outweigh. */
  private int workerFloats() {
    long floats = (long) halfFloats() + wholeFloats() + productFloats() + rowFloats();
    return Math.toIntExact(lead + floats);
  }

  private long tasks(int mostDeep, int mostHigh) {
    long bands = (planes.bands(mostDeep).length - 1L) * (lines.bands(mostHigh).length - 1);
    return (long) c.batch() * c.groups() * bands;
  }

  private int tasks() {
    return c.batch() * c.groups() * (deep.length - 1) * (high.length - 1);
  }

  private int workers() {
    return Math.min(tasks(), workers);
  }

  @Override
  public long scratch() {
    long weights =
        packed.isPresent() ? 0 : (long) c.groups() * PlanarWinogradWeights.groupFloats(c);
    return Alignment.BEGIN + (long) workers() * workerFloats() + weights;
  }

  @Override
  public long weightBytes() {
    return packed.map(array -> 4L * array.length).orElse(0L);
  }

  @Override
  public String algorithm() {
    return "planar winograd 4x4x1";
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    float[] weights = packed.orElse(scratch);
    int weightsAt = packed.isPresent() ? 0 : Alignment.BEGIN + workers() * workerFloats();
    if (packed.isEmpty()) {
      pack(inputs[1], scratch, weightsAt, threads);
    }
    threads
        .limited(workers())
        .forEach(
            tasks(),
            (task, worker) -> {
              int line = task % (high.length - 1);
              int plane = task / (high.length - 1) % (deep.length - 1);
              int volume = task / (high.length - 1) / (deep.length - 1);
              int at = Alignment.BEGIN + worker * workerFloats();
              for (int tile = deep[plane]; tile < deep[plane + 1]; tile++) {
                new Band(
                        inputs, output, scratch, at, weights, weightsAt, volume, planes.first(tile))
                    .run(high[line], high[line + 1]);
              }
            });
  }

  /** Tiles of the same planes that follow each other along H. */
  private final class Band {
    private final float[][] inputs;
    private final float[] output;
    private final float[] scratch;
    private final int half;
    private final int whole;
    private final int products;
    private final int results;
    private final float[] weights;
    private final int weightsAt;
    private final int n;
    private final int group;
    private final int z;
    private final int[] offsets;

    private final float[][] sources = new float[POINTS][];
    private final int[] starts = new int[POINTS];

    Band(
        float[][] inputs,
        float[] output,
        float[] scratch,
        int scratchFrom,
        float[] weights,
        int weightsAt,
        int volume,
        int z) {
      this.inputs = inputs;
      this.output = output;
      this.scratch = scratch;
      this.half = scratchFrom + lead;
      this.whole = half + halfFloats();
      this.products = whole + wholeFloats();
      this.results = products + productFloats();
      this.weights = weights;
      this.weightsAt = weightsAt + volume % c.groups() * PlanarWinogradWeights.groupFloats(c);
      this.n = volume / c.groups();
      this.group = volume % c.groups();
      this.z = z;
      this.offsets = offsets();
    }

    /** Where the channels and kernel positions of a transformed row are. */
    private int[] offsets() {
      int[] at = new int[c.channels() * c.w().kernel()];
      int left = Math.max(0, c.w().pad());
      for (int i = 0; i < at.length; i++) {
        at[i] = i / c.w().kernel() * span + i % c.w().kernel() * c.w().dilation() - left;
      }
      return at;
    }

    void run(int from, int to) {
      clearBetweenRows();
      int row = 0;
      for (int tile = from; tile < to; tile++) {
        int p = lines.first(tile);
        boolean follows = tile > from && lines.follows(tile);
        // Two of the six rows that a tile reads are those of the tile before.
        row = follows ? row + OUTPUTS : 0;
        int fresh = follows ? POINTS - OUTPUTS : 0;
        for (int channel = 0; channel < c.channels(); channel++) {
          for (int i = fresh; i < POINTS; i++) {
            int h = p - c.h().pad() + i * c.h().dilation();
            transformPlanes(channel, h, (row + i) % POINTS);
          }
        }
        // What lies between two steps of one point stays in the L1 cache.
        for (int point = 0; point < POINTS; point++) {
          transformRows(row, point);
          multiply(point);
          int step = c.outputs() * width;
          int out = results + point * OUTPUTS * step;
          runs.outputs(scratch, products, step, step, scratch, out, step);
        }
        store(p);
      }
    }

    /** Along D, for row h. */
    private void transformPlanes(int channel, int h, int slot) {
      int step = c.channels() * span;
      int to = half + slot * POINTS * step + channel * span;
      if (h < 0 || h >= c.h().input()) {
        for (int i = 0; i < POINTS; i++) {
          Arrays.fill(scratch, to + i * step, to + i * step + columns, 0);
        }
        return;
      }
      int volume = (n * c.groups() + group) * c.channels() + channel;
      int skipped = Math.max(0, -c.w().pad());
      for (int i = 0; i < POINTS; i++) {
        int d = z - c.d().pad() + i * c.d().dilation();
        boolean inside = d >= 0 && d < c.d().input();
        int row = (volume * c.d().input() + d) * c.h().input() + h;
        sources[i] = inside ? inputs[0] : zeros;
        starts[i] = inside ? row * c.w().input() + skipped : 0;
      }
      runs.points(sources, starts, columns, scratch, to, step);
    }

    /** No row writes what is between rows. */
    private void clearBetweenRows() {
      Arrays.fill(scratch, half - lead, half, 0);
      for (int end = half + span; end <= whole; end += span) {
        Arrays.fill(scratch, end - span + columns, end, 0);
      }
    }

    /** Along H. */
    private void transformRows(int row, int point) {
      int step = c.channels() * span;
      for (int j = 0; j < POINTS; j++) {
        sources[j] = scratch;
        starts[j] = half + ((row + j) % POINTS * POINTS + point) * step;
      }
      runs.points(sources, starts, step, scratch, whole, step);
    }

    private void multiply(int point) {
      int tile = vectors * tiles.lanes();
      int weightsFrom = weightsAt + point * POINTS * c.outputs() * offsets.length;
      for (int j = 0; j < POINTS; j++) {
        int to = products + j * c.outputs() * width;
        int from = whole + j * c.channels() * span;
        for (int count : counts) {
          for (int column = 0; column < width; column += tile) {
            tiles.sum(
                count,
                vectors,
                scratch,
                from + column,
                offsets,
                0,
                offsets.length,
                weights,
                weightsFrom,
                scratch,
                to + column,
                width,
                false);
          }
          weightsFrom += count * offsets.length;
          to += count * width;
        }
      }
    }

    /** Along D, and out. */
    private void store(int firstRow) {
      int step = OUTPUTS * c.outputs() * width;
      for (int k = 0; k < c.outputs(); k++) {
        int channel = group * c.outputs() + k;
        for (int j = 0; j < OUTPUTS; j++) {
          int p = firstRow + j * c.h().dilation();
          if (p >= c.h().output()) {
            break;
          }
          for (int i = 0; i < OUTPUTS; i++) {
            int plane = z + i * c.d().dilation();
            starts[i] = plane < c.d().output() ? c.storedAt(n, channel, plane, p, 0) : -1;
          }
          int from = results + (j * c.outputs() + k) * width;
          if (c.w().step() == 1) {
            storeRows(from, step, channel);
          } else {
            storeApart(from, step, channel);
          }
        }
      }
    }

    private void storeRows(int from, int step, int channel) {
      int length = c.w().output();
      float shift = epilogue.shift(inputs, channel);
      float[] added = epilogue.added(inputs);
      runs.finish(scratch, from, step, length, shift, added, epilogue.relu(), output, starts);
      for (int i = 0; i < OUTPUTS && starts[i] >= 0; i++) {
        epilogue.activate(output, starts[i], length);
      }
    }

    private void storeApart(int from, int step, int channel) {
      runs.outputs(scratch, from, step, width, scratch, from, step);
      for (int i = 0; i < OUTPUTS && starts[i] >= 0; i++) {
        int sums = from + i * step;
        int at = starts[i];
        epilogue.store(
            rows, scratch, sums, c.w().output(), channel, inputs, output, at, c.w().step());
      }
    }
  }
}
