package voxcam.cpu;

import java.util.Optional;

/**
 * Convolution with vectors along W. A tile is a few output channels by four vectors of positions;
 * its weights are read one by one. Suits few output channels, where {@link DirectConv} would
 * compute channels that nobody asked for, and grouped convolutions.
 */
final class PlanarConv implements Kernel {
  /** The most tiles in one task. */
  private static final int MOST_TILES = 16;

  /** The sums of a task, which are stored together, are to stay in the cache. */
  private static final int MOST_SUMS = 16 << 10;

  /** The most products that a sum in a register takes; more would lose accuracy. */
  private static final int MOST_TERMS = 512;

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles rows;
  private final PlanarTiles tiles;
  private final PlanarInput input;
  private final PlaneRing ring;
  private final PlanarTiling tiling;
  private final int[] counts;
  private final int stripe;
  private final int[] taps;
  private final int workers;
  private final Optional<float[]> packed;

  /**
   * Makes the kernel.
   *
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  PlanarConv(
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles rows,
      PlanarTiles tiles,
      Optional<float[]> weights,
      int workers) {
    this.c = c;
    this.workers = workers;
    this.epilogue = epilogue;
    this.rows = rows;
    this.tiles = tiles;
    this.input = PlanarInput.of(c);
    this.tiling = PlanarTiling.of(c, input.columns(), tiles.lanes());
    this.ring = PlaneRing.of(with(c.d().longestLattice()), input.planeFloats());
    this.counts = tiles.counts(c.outputs(), tiling.vectors());
    this.stripe = Math.clamp(MOST_SUMS / ((long) c.outputs() * tiling.tile()), 1, MOST_TILES);
    this.taps = taps();
    this.packed = weights.map(this::packed);
  }

  /** Which part of the positions that would be computed is asked for. */
  static double fill(Correlation c, int lanes) {
    return PlanarTiling.of(c, PlanarInput.of(c).columns(), lanes).fill();
  }

  private Correlation with(ConvAxis d) {
    return new Correlation(
        c.batch(), c.groups(), c.channels(), c.outputs(), d, c.h(), c.w(), c.weights());
  }

  private int groupFloats() {
    return Math.multiplyExact(c.outputs() * c.channels(), c.taps());
  }

  @Override
  public long scratch() {
    return sumsAt()
        + (long) workers * sumsFloats()
        + (packed.isPresent() ? 0 : (long) c.groups() * groupFloats());
  }

  /**
   * The sums of each worker follow the planes. The last tile of the last row reads, and drops, what
   * comes after it.
   */
  private long sumsAt() {
    return Alignment.BEGIN + Alignment.lines(ring.floats() + tiling.tile());
  }

  /** A line more than the tiles take, so that channels are not a power of two apart. */
  private int sumsStep() {
    return Math.toIntExact(Alignment.lines((long) stripe * tiling.tile() + 1));
  }

  private int sumsFloats() {
    return Math.multiplyExact(c.outputs(), sumsStep());
  }

  /** Where channels and kernel positions are in their plane, in the order of the weights. */
  private int[] taps() {
    int[] taps = new int[c.channels() * c.h().kernel() * c.w().kernel()];
    int i = 0;
    for (int channel = 0; channel < c.channels(); channel++) {
      for (int r = 0; r < c.h().kernel(); r++) {
        for (int s = 0; s < c.w().kernel(); s++) {
          taps[i++] = input.tapAt(channel, r, s);
        }
      }
    }
    return taps;
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
    int weightsAt =
        packed.isPresent() ? 0 : Math.toIntExact(sumsAt() + (long) workers * sumsFloats());
    if (packed.isEmpty()) {
      threads.forEach(c.groups(), group -> pack(inputs[1], group, scratch, weightsAt));
    }
    Threads limited = new Threads(Math.min(threads.count(), workers));
    int stripes = Math.ceilDiv(tiling.tiles(), stripe);
    int units = c.groups() * stripes;
    // Where the depth is dilated, planes of equal index modulo the dilation are a volume of their
    // own: few planes are needed at a time.
    for (int first = 0; first < c.d().lattices(); first++) {
      ConvAxis d = c.d().lattice(first);
      int lattice = first;
      ring.sweep(
          with(d),
          threads,
          c.groups() * c.channels(),
          (n, plane, channel, at) -> {
            int from = c.d().latticeInput(lattice, plane);
            input.pack(inputs[0], n, from, channel, scratch, Alignment.BEGIN + at);
          },
          (n, begin, planes) ->
              limited.forEach(
                  planes * units,
                  (task, worker) -> {
                    int z = begin + task / units;
                    int unit = task % units;
                    int sums = Math.toIntExact(sumsAt() + (long) worker * sumsFloats());
                    new Stripe(
                            inputs, scratch, sums, weights, weightsAt, output, n, unit / stripes, d)
                        .run(z, lattice + z * c.d().lattices(), unit % stripes);
                  }));
    }
  }

  /** One task: some tiles of an output plane. */
  private final class Stripe {
    private final float[][] inputs;
    private final float[] scratch;
    private final int sums;
    private final float[] weights;
    private final int weightsAt;
    private final float[] output;
    private final int n;
    private final int group;
    private final ConvAxis d;

    Stripe(
        float[][] inputs,
        float[] scratch,
        int sums,
        float[] weights,
        int weightsAt,
        float[] output,
        int n,
        int group,
        ConvAxis d) {
      this.inputs = inputs;
      this.scratch = scratch;
      this.sums = sums;
      this.weights = weights;
      this.weightsAt = weightsAt + group * groupFloats();
      this.output = output;
      this.n = n;
      this.group = group;
      this.d = d;
    }

    /**
     * Computes.
     *
     * @param latticePlane the output plane, counted on its lattice
     * @param z the same, counted over all
     */
    void run(int latticePlane, int z, int number) {
      int first = number * stripe;
      int end = Math.min(first + stripe, tiling.tiles());
      int[] offsets = offsets(latticePlane);
      int from = d.firstTap(latticePlane) * taps.length;
      int to = d.endTap(latticePlane) * taps.length;
      for (int i = first; i < end; i++) {
        int weightsFrom = weightsAt;
        int sumsFrom = sums + (i - first) * tiling.tile();
        for (int count : counts) {
          sum(count, tiling.at(i), offsets, from, to, weightsFrom, sumsFrom);
          weightsFrom += count * c.channels() * c.taps();
          sumsFrom += count * sumsStep();
        }
      }
      for (int k = 0; k < c.outputs(); k++) {
        int source = sums + k * sumsStep();
        store(group * c.outputs() + k, z, first * tiling.tile(), end * tiling.tile(), source);
      }
    }

    private void sum(
        int count, int at, int[] offsets, int from, int to, int weightsFrom, int sumsFrom) {
      int begin = from;
      do {
        int end = Math.min(begin + MOST_TERMS, to);
        boolean add = begin > from;
        tiles.sum(
            count,
            tiling.vectors(),
            scratch,
            at,
            offsets,
            begin,
            end,
            weights,
            weightsFrom,
            scratch,
            sumsFrom,
            sumsStep(),
            add);
        begin = end;
      } while (begin < to);
    }

    /** Where each kernel position and channel is read for output (0, 0) of a plane. */
    private int[] offsets(int z) {
      int[] offsets = new int[d.kernel() * taps.length];
      int shift = Alignment.BEGIN + input.tapAt(group * c.channels(), 0, 0);
      for (int t = d.firstTap(z); t < d.endTap(z); t++) {
        int plane = shift + ring.at(z * d.stride() - d.pad() + t * d.dilation());
        for (int i = 0; i < taps.length; i++) {
          offsets[t * taps.length + i] = plane + taps[i];
        }
      }
      return offsets;
    }

    /** Stores positions {@code [begin, end)} of a plane. */
    private void store(int k, int z, int begin, int end, int from) {
      float shift = epilogue.shift(inputs, k);
      float[] added = epilogue.added(inputs);
      int last = Math.min(end, tiling.positions());
      for (int i = begin; i < last; ) {
        int p = i / tiling.pitch();
        int q = i % tiling.pitch();
        int run = Math.min(last - i, tiling.pitch() - q);
        int wanted = Math.min(run, c.w().output() - q);
        if (wanted > 0) {
          int at = c.storedAt(n, k, z, p, q);
          int source = from + i - begin;
          if (c.w().step() > 1) {
            epilogue.store(rows, scratch, source, wanted, k, inputs, output, at, c.w().step());
          } else {
            tiles.store(scratch, source, wanted, shift, added, epilogue.relu(), output, at);
            epilogue.activate(output, at, wanted);
          }
        }
        i += run;
      }
    }
  }
}
