package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;
import voxcam.op.Tensor;

/**
 * Convolution as sums of rows, in plain loops that are under way a tenth of a second after the JVM
 * has begun. What neighbouring output positions read is copied into rows, one for each input
 * channel and kernel position; outputs are sums of these with weights as factors. Where there are
 * too few positions, rows are output channels: weights are copied into rows, and what positions
 * read are the factors. Rows are memory of a run, some MiB for each thread beside the plan's.
 */
final class RowsConv implements Kernel {
  /** The most positions of a row, so that eight rows stay in the first cache. */
  private static final int WIDTH = 1036;

  /** Rows are made shorter than that to have so many tasks, */
  private static final int TASKS = 8;

  /** but not shorter than this. */
  private static final int SHORTEST = 400;

  /** With fewer panels than this, threads share out the output channels of each. */
  private static final int FEW = 4;

  /** With fewer positions than this, output channels make longer rows. */
  private static final int FEW_POSITIONS = 128;

  /** About how many output channels make a row. */
  private static final int CHANNEL_ROW = 268;

  /** The most terms of a sum before it is added to a total. */
  private static final int PIECE = 2 * RowSums.MOST_TERMS;

  /** Output channels of a task. */
  private static final int BUNDLE = 4 * RowSums.SUMS;

  private static final ConvTiles STORES = new ScalarConvTiles();

  private final Correlation c;
  private final ConvEpilogue epilogue;
  private final OrderedWeights ordered;

  /**
   * Makes the kernel.
   *
   * @param constant the weights if they are constant
   */
  RowsConv(Correlation c, ConvEpilogue epilogue, Optional<Tensor> constant) {
    this.c = c;
    this.epilogue = epilogue;
    this.ordered = new OrderedWeights(c, constant);
  }

  @Override
  public String algorithm() {
    return "rows";
  }

  @Override
  public long scratch() {
    return ordered.floats();
  }

  private int positions() {
    return c.d().output() * c.h().output() * c.w().output();
  }

  /** Samples and groups. */
  private int volumes() {
    return c.batch() * c.groups();
  }

  /** Positions of a panel. */
  private int width() {
    int wanted = Math.ceilDiv(TASKS, volumes());
    int most = Math.clamp(positions() / SHORTEST, 1, wanted);
    int panels = Math.max(Math.ceilDiv(positions(), WIDTH), most);
    return Math.ceilDiv(Math.ceilDiv(positions(), panels), 16) * 16;
  }

  private int panels() {
    return Math.ceilDiv(positions(), width());
  }

  /** Input channels copied at a time. */
  private int channels() {
    return Math.clamp(RowSums.MOST_TERMS / c.taps(), 1, c.channels());
  }

  private boolean ofChannels() {
    return positions() < FEW_POSITIONS && c.outputs() >= FEW_POSITIONS;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    new Run(inputs, output, scratch, threads).all();
  }

  /** The rows of one thread. */
  private static final class Rows {
    final float[][] columns;
    final float[][] sums;
    final float[][] totals;

    Rows(int columns, int totals, int width) {
      this.columns = RowSums.rows(columns, width);
      this.sums = RowSums.rows(RowSums.SUMS, width);
      this.totals = RowSums.rows(totals, width);
    }
  }

  /** One run with its memory. */
  private final class Run {
    private final float[][] inputs;
    private final float[] output;
    private final Threads threads;
    private final float[] weights;
    private final int weightsAt;
    private final int width = width();
    private final int panels = panels();

    Run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      this.inputs = inputs;
      this.output = output;
      this.threads = threads;
      PanelWeights.Packed ready = ordered.ready(inputs, scratch, threads);
      weights = ready.array();
      weightsAt = ready.from();
    }

    void all() {
      if (!ofChannels() && volumes() * panels >= FEW) {
        Rows[] rows = new Rows[threads.count()];
        threads.forEach(
            volumes() * panels,
            (task, worker) -> {
              if (rows[worker] == null) {
                rows[worker] = new Rows(channels() * c.taps() + 1, c.outputs(), width);
              }
              panel(task / panels, task % panels, rows[worker]);
            });
        return;
      }
      for (int volume = 0; volume < volumes(); volume++) {
        if (ofChannels()) {
          few(volume);
        } else {
          for (int panel = 0; panel < panels; panel++) {
            shared(volume, panel);
          }
        }
      }
    }

    private int count(int panel) {
      return Math.min(width, positions() - panel * width);
    }

    /** All output channels of a panel of positions. */
    private void panel(int volume, int panel, Rows rows) {
      int n = count(panel);
      Columns read = Columns.of(c, panel * width, n, n);
      for (float[] total : rows.totals) {
        Arrays.fill(total, 0);
      }
      for (int channel = 0; channel < c.channels(); channel += channels()) {
        int count = Math.min(channels(), c.channels() - channel);
        read.copy(inputs[0], volume * c.channels() + channel, count, rows.columns, 0);
        for (int k = 0; k < c.outputs(); k += RowSums.SUMS) {
          add(volume, k, channel, count, rows.columns, rows.sums, rows.totals, n);
        }
      }
      for (int k = 0; k < c.outputs(); k++) {
        store(volume, panel * width, n, k, rows.totals[k]);
      }
    }

    /** The same, the work on it shared out. */
    private void shared(int volume, int panel) {
      int n = count(panel);
      Columns read = Columns.of(c, panel * width, n, n);
      Rows all = new Rows(channels() * c.taps() + 1, c.outputs(), width);
      float[][][] sums = new float[threads.count()][][];
      for (int first = 0; first < c.channels(); first += channels()) {
        int channel = first;
        int count = Math.min(channels(), c.channels() - first);
        int from = volume * c.channels() + first;
        threads.forEach(count, i -> read.copy(inputs[0], from + i, 1, all.columns, i * c.taps()));
        threads.forEach(
            Math.ceilDiv(c.outputs(), BUNDLE),
            (task, worker) -> {
              float[][] own = sums(sums, worker, width);
              int end = Math.min(c.outputs(), (task + 1) * BUNDLE);
              for (int k = task * BUNDLE; k < end; k += RowSums.SUMS) {
                add(volume, k, channel, count, all.columns, own, all.totals, n);
              }
            });
      }
      threads.forEach(c.outputs(), k -> store(volume, panel * width, n, k, all.totals[k]));
    }

    private float[][] sums(float[][][] ofWorkers, int worker, int length) {
      if (ofWorkers[worker] == null) {
        ofWorkers[worker] = RowSums.rows(RowSums.SUMS, length);
      }
      return ofWorkers[worker];
    }

    /** Adds the terms of some input channels to a few output channels from k on. */
    private void add(
        int volume,
        int k,
        int channel,
        int channels,
        float[][] columns,
        float[][] sums,
        float[][] totals,
        int n) {
      int row = volume % c.groups() * c.outputs() + k;
      int at = weightsAt + row * ordered.depth() + channel * c.taps();
      int count = channels * c.taps();
      int outputs = Math.min(RowSums.SUMS, c.outputs() - k);
      for (int l = 0; l < count; l += PIECE) {
        int len = Math.min(PIECE, count - l);
        RowSums.product(
            weights, at + l, ordered.depth(), outputs, columns, l, len, sums, totals, k, n);
      }
    }

    /** Few positions, with output channels side by side. */
    private void few(int volume) {
      int positions = positions();
      int parts = Math.ceilDiv(c.outputs(), CHANNEL_ROW);
      int length = Math.ceilDiv(c.outputs(), parts);
      int terms = channels() * c.taps();
      Columns read = Columns.of(c, 0, positions, positions);
      float[][] columns = RowSums.rows(terms, positions);
      float[][] rows = RowSums.rows(parts * terms + 1, length);
      float[][] totals = RowSums.rows(parts * positions, length);
      float[] factors = new float[positions * terms];
      float[][][] sums = new float[threads.count()][][];
      int base = weightsAt + volume % c.groups() * c.outputs() * ordered.depth();
      int groups = Math.ceilDiv(positions, RowSums.SUMS);
      for (int channel = 0; channel < c.channels(); channel += channels()) {
        int first = base + channel * c.taps();
        int count = Math.min(channels(), c.channels() - channel) * c.taps();
        read.copy(inputs[0], volume * c.channels() + channel, count / c.taps(), columns, 0);
        for (int l = 0; l < count; l++) {
          spread(columns[l], factors, l, terms, positions);
        }
        int quads = Math.ceilDiv(count, 4);
        threads.forEach(
            quads * parts,
            task -> {
              int part = task / quads;
              int l = task % quads * 4;
              int at = first + part * length * ordered.depth() + l;
              int n = Math.min(length, c.outputs() - part * length);
              int many = Math.min(4, count - l);
              RowSums.transpose(weights, at, ordered.depth(), rows, part * terms + l, many, n);
            });
        threads.forEach(
            groups * parts,
            (task, worker) -> {
              int part = task / groups;
              int i = task % groups * RowSums.SUMS;
              int n = Math.min(length, c.outputs() - part * length);
              int many = Math.min(RowSums.SUMS, positions - i);
              float[][] own = sums(sums, worker, length);
              for (int l = 0; l < count; l += PIECE) {
                int len = Math.min(PIECE, count - l);
                int from = part * terms + l;
                int to = part * positions + i;
                int at = i * terms + l;
                RowSums.product(factors, at, terms, many, rows, from, len, own, totals, to, n);
              }
            });
      }
      threads.forEach(
          c.outputs(),
          k -> {
            float[] row = new float[positions];
            gather(totals, k / length * positions, k % length, row);
            store(volume, 0, positions, k, row);
          });
    }

    private static void spread(float[] column, float[] to, int from, int step, int count) {
      int at = from;
      for (int i = 0; i < count; i++) {
        to[at] = column[i];
        at += step;
      }
    }

    private static void gather(float[][] totals, int first, int k, float[] row) {
      for (int i = 0; i < row.length; i++) {
        row[i] = totals[first + i][k];
      }
    }

    private void store(int volume, int first, int length, int k, float[] sums) {
      epilogue.store(c, STORES, volume, k, first, length, sums, 0, inputs, output);
    }
  }
}
