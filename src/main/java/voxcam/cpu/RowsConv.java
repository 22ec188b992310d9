package voxcam.cpu;

import java.util.Arrays;
import java.util.Optional;
import voxcam.op.Tensor;

/**
 * Convolution as sums of rows, in plain loops that are under way a tenth of a second after the JVM
 * has begun. What neighbouring output positions read is copied into rows, one for each input
 * channel and kernel position; outputs are sums of these with weights as factors. Where there are
 * too few positions, rows are output channels: weights are copied into rows, and what positions
 * read are the factors. Rows are memory of a run, some MiB for each thread beside the plan's, and
 * so is a copy of the input where steps are long and kernels longer, as in first layers.
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

  /** About how many output channels make a row, */
  private static final int CHANNEL_ROW = 268;

  /** and how many at least, where there are threads for more rows. */
  private static final int SHORTEST_CHANNEL_ROW = 64;

  /** Input channels that are brought beside each position in one task. */
  private static final int SPREAD = 16;

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

    /** The first input, phase by phase where steps are longer than one. */
    private final float[] input;

    private final float[] output;
    private final Threads threads;
    private final float[] weights;
    private final int weightsAt;
    private final int width = width();
    private final int panels = panels();

    Run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      this.inputs = inputs;
      this.input = Columns.phases(c, inputs[0], threads);
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
      Columns read = Columns.ofPhases(c, panel * width, n, n);
      for (float[] total : rows.totals) {
        Arrays.fill(total, 0);
      }
      for (int channel = 0; channel < c.channels(); channel += channels()) {
        int count = Math.min(channels(), c.channels() - channel);
        read.copy(input, volume * c.channels() + channel, count, rows.columns, 0);
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
      Columns read = Columns.ofPhases(c, panel * width, n, n);
      Rows all = new Rows(channels() * c.taps() + 1, c.outputs(), width);
      float[][][] sums = new float[threads.count()][][];
      for (int first = 0; first < c.channels(); first += channels()) {
        int channel = first;
        int count = Math.min(channels(), c.channels() - first);
        int from = volume * c.channels() + first;
        threads.forEach(count, i -> read.copy(input, from + i, 1, all.columns, i * c.taps()));
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
      float[] factors = factors(volume);
      int most = Math.ceilDiv(c.outputs(), SHORTEST_CHANNEL_ROW);
      int wanted = Math.max(threads.count(), Math.ceilDiv(c.outputs(), CHANNEL_ROW));
      int parts = Math.min(wanted, most);
      int length = Math.ceilDiv(c.outputs(), parts);
      Rows[] rows = new Rows[threads.count()];
      threads.forEach(
          parts,
          (part, worker) -> {
            if (rows[worker] == null) {
              rows[worker] = new Rows(RowSums.MOST_TERMS + 1, positions, length);
            }
            int k = part * length;
            few(volume, factors, k, Math.min(length, c.outputs() - k), rows[worker]);
          });
    }

    /** What the positions read, {@code [position][term]}. */
    private float[] factors(int volume) {
      int positions = positions();
      int depth = ordered.depth();
      float[] factors = new float[positions * depth];
      Columns read = Columns.ofPhases(c, 0, positions, positions);
      threads.forEach(
          Math.ceilDiv(c.channels(), SPREAD),
          task -> {
            float[] columns = new float[c.taps() * positions];
            int end = Math.min(c.channels(), (task + 1) * SPREAD);
            for (int channel = task * SPREAD; channel < end; channel++) {
              read.copy(input, volume * c.channels() + channel, 1, columns, 0);
              for (int tap = 0; tap < c.taps(); tap++) {
                int term = channel * c.taps() + tap;
                spread(columns, tap * positions, positions, factors, term, depth);
              }
            }
          });
      return factors;
    }

    /** So many output channels from k on. */
    private void few(int volume, float[] factors, int k, int n, Rows rows) {
      int positions = positions();
      int depth = ordered.depth();
      int row = volume % c.groups() * c.outputs() + k;
      for (float[] total : rows.totals) {
        Arrays.fill(total, 0);
      }
      for (int l = 0; l < depth; l += RowSums.MOST_TERMS) {
        int count = Math.min(RowSums.MOST_TERMS, depth - l);
        RowSums.transpose(weights, weightsAt + row * depth + l, depth, rows.columns, count, n);
        for (int i = 0; i < positions; i += RowSums.SUMS) {
          int many = Math.min(RowSums.SUMS, positions - i);
          int at = i * depth + l;
          RowSums.product(
              factors, at, depth, many, rows.columns, 0, count, rows.sums, rows.totals, i, n);
        }
      }
      float[] outputs = new float[positions];
      for (int j = 0; j < n; j++) {
        gather(rows.totals, j, outputs);
        store(volume, 0, positions, k + j, outputs);
      }
    }

    private static void spread(
        float[] column, int first, int count, float[] to, int from, int step) {
      int at = from;
      for (int i = first; i < first + count; i++) {
        to[at] = column[i];
        at += step;
      }
    }

    private static void gather(float[][] totals, int k, float[] row) {
      for (int i = 0; i < row.length; i++) {
        row[i] = totals[i][k];
      }
    }

    private void store(int volume, int first, int length, int k, float[] sums) {
      epilogue.store(c, STORES, volume, k, first, length, sums, 0, inputs, output);
    }
  }
}
