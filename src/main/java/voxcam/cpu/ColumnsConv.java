package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;
import voxcam.op.Tensor;

/**
 * Convolution as a matrix product. What some neighbouring output positions read is copied side by
 * side, a row for each input channel and kernel position; the weights, as they lie in the model,
 * are the other factor. All shapes go through one tile and nothing is packed beforehand, so that it
 * is under way before the JVM would have compiled the kernels of other algorithms.
 */
final class ColumnsConv implements Kernel {
  /** The most terms that are summed in a register, for the sake of accuracy. */
  private static final int MOST_TERMS = 256;

  /** With fewer panels of positions than this, threads share out the output channels, too. */
  private static final int TASKS = 16;

  /** Results are stored in plain loops, for which the JVM needs no time to prepare. */
  private static final ConvTiles STORES = new ScalarConvTiles();

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final ConvTiles tiles;
  private final OrderedWeights ordered;
  private final int workers;

  /**
   * Makes the kernel.
   *
   * @param constant the weights if they are constant
   * @param workers the most threads that a run uses: each has scratch memory of its own
   */
  ColumnsConv(
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles tiles,
      Optional<Tensor> constant,
      int workers) {
    this.c = c;
    this.epilogue = epilogue;
    this.tiles = tiles;
    this.ordered = new OrderedWeights(c, constant);
    this.workers = workers;
  }

  @Override
  public String algorithm() {
    return "columns";
  }

  @Override
  public long scratch() {
    return sharedAt() + sharedFloats() + (long) workers * workerFloats();
  }

  private long sharedAt() {
    return Alignment.BEGIN + Alignment.lines(ordered.floats());
  }

  /** Positions computed at a time. */
  private int width() {
    return tiles.panelVectors() * tiles.lanes();
  }

  private int panels() {
    return Math.ceilDiv(positions(), width());
  }

  private int positions() {
    return c.d().output() * c.h().output() * c.w().output();
  }

  /** Input channels copied at a time. */
  private int channels() {
    return Math.clamp(MOST_TERMS / c.taps(), 1, c.channels());
  }

  private int tile() {
    return tiles.rows(tiles.panelVectors());
  }

  /** Into how many parts the output channels of a panel are shared out. */
  private int parts() {
    return Math.min(Math.ceilDiv(TASKS, panels()), Math.ceilDiv(c.outputs(), tile()));
  }

  /** Where output channels are shared out, the columns of all of them are copied but once. */
  private long sharedFloats() {
    return parts() == 1 ? 0 : (long) panels() * ordered.depth() * width();
  }

  private int columnFloats() {
    return parts() == 1 ? channels() * c.taps() * width() : 0;
  }

  private int workerFloats() {
    return columnFloats() + Math.ceilDiv(c.outputs(), tile()) * tile() * width();
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    new Run(inputs, output, scratch, threads.limited(workers)).all();
  }

  /** One run with its memory. */
  private final class Run {
    private final float[][] inputs;
    private final float[] output;
    private final float[] scratch;
    private final Threads threads;
    private final float[] weights;
    private final int weightsAt;

    Run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      this.inputs = inputs;
      this.output = output;
      this.scratch = scratch;
      this.threads = threads;
      PanelWeights.Packed ready = ordered.ready(inputs, scratch, threads);
      weights = ready.array();
      weightsAt = ready.from();
    }

    void all() {
      if (parts() == 1) {
        threads.forEach(
            c.batch() * c.groups() * panels(),
            (task, worker) -> panel(task / panels(), task % panels(), worker));
        return;
      }
      for (int volume = 0; volume < c.batch() * c.groups(); volume++) {
        shared(volume);
      }
    }

    /** Where a worker's columns begin, its sums follow. */
    private int workerAt(int worker) {
      return Math.toIntExact(sharedAt() + sharedFloats() + (long) worker * workerFloats());
    }

    /** All output channels of a panel of positions. */
    private void panel(int volume, int panel, int worker) {
      int columns = workerAt(worker);
      int sums = columns + columnFloats();
      Columns read = columns(panel);
      Arrays.fill(scratch, sums, columns + workerFloats(), 0);
      for (int channel = 0; channel < c.channels(); channel += channels()) {
        int count = Math.min(channels(), c.channels() - channel);
        read.copy(inputs[0], volume * c.channels() + channel, count, scratch, columns);
        int first = channel * c.taps();
        multiply(volume, 0, c.outputs(), first, count * c.taps(), columns, sums);
      }
      store(volume, panel, 0, c.outputs(), sums);
    }

    private void shared(int volume) {
      int shared = Math.toIntExact(sharedAt());
      int blocks = Math.ceilDiv(c.channels(), channels());
      threads.forEach(
          panels() * blocks,
          task -> {
            int channel = task % blocks * channels();
            int count = Math.min(channels(), c.channels() - channel);
            int to = shared + (task / blocks * ordered.depth() + channel * c.taps()) * width();
            int from = volume * c.channels() + channel;
            columns(task / blocks).copy(inputs[0], from, count, scratch, to);
          });
      int each = Math.ceilDiv(Math.ceilDiv(c.outputs(), tile()), parts()) * tile();
      int parts = Math.ceilDiv(c.outputs(), each);
      threads.forEach(
          panels() * parts,
          (task, worker) -> {
            int panel = task / parts;
            int from = task % parts * each;
            int to = Math.min(from + each, c.outputs());
            int sums = workerAt(worker);
            Arrays.fill(scratch, sums, sums + workerFloats(), 0);
            int columns = shared + panel * ordered.depth() * width();
            multiply(volume, from, to, 0, ordered.depth(), columns, sums);
            store(volume, panel, from, to, sums);
          });
    }

    private Columns columns(int panel) {
      int first = panel * width();
      return Columns.of(c, first, Math.min(width(), positions() - first), width());
    }

    /** Adds {@code count} terms of each output channel, in pieces. */
    private void multiply(
        int volume, int from, int to, int first, int count, int columns, int sums) {
      int[] rows = new int[to - from + tile()];
      for (int i = 0; i < rows.length; i++) {
        // Rows of the last tile that have no channel repeat the last one.
        int row = volume % c.groups() * c.outputs() + Math.min(from + i, to - 1);
        rows[i] = weightsAt + row * ordered.depth();
      }
      int vectors = tiles.panelVectors();
      int pieces = Math.ceilDiv(count, MOST_TERMS);
      int most = Math.ceilDiv(count, pieces);
      for (int l = 0; l < count; l += most) {
        int len = Math.min(most, count - l);
        int b = columns + l * width();
        for (int i = 0; i < to - from; i += tile()) {
          int at = sums + i * width();
          tiles.run(vectors, weights, rows, i, first + l, len, scratch, b, scratch, at);
        }
      }
    }

    private void store(int volume, int panel, int from, int to, int sums) {
      int first = panel * width();
      int count = Math.min(width(), positions() - first);
      for (int k = from; k < to; k++) {
        int sum = sums + (k - from) * width();
        epilogue.store(c, STORES, volume, k, first, count, scratch, sum, inputs, output);
      }
    }
  }
}
