package voxcam.cpu;

import java.util.Arrays;

/**
 * What a panel of neighbouring output positions reads of one input channel: for each kernel
 * position the runs of the input that lie there, with zeros between them where it is padding.
 */
final class Columns {
  /** Numbers of a run. */
  private static final int RUN = 3;

  /** How often along W a number must be read for phases to be worth their copy. */
  private static final int OFTEN = 3;

  private final Correlation c;
  private final int width;

  /** Whether what is read lies phase by phase. */
  private final boolean split;

  /** For each kernel position one past the last of its runs and zeros. */
  private final int[] ends;

  private final int[] zeroEnds;

  /** Runs: where in the panel, where in the channel, how many. */
  private int[] runs;

  /** Where in the panel there are zeros, and how many. */
  private int[] zeros;

  private int runCount;
  private int zeroCount;

  private Columns(Correlation c, int width, boolean split) {
    this.c = c;
    this.split = split;
    this.width = width;
    this.ends = new int[c.taps()];
    this.zeroEnds = new int[c.taps()];
    this.runs = new int[4 * RUN * c.taps()];
    this.zeros = new int[8 * c.taps()];
  }

  /**
   * The columns of {@code count} positions, counted along W, H and D.
   *
   * @param width of the panel; what lies behind the positions is zero
   */
  static Columns of(Correlation c, int first, int count, int width) {
    return of(c, first, count, width, false);
  }

  /** The same, to be read from what {@link #phases} makes of the input. */
  static Columns ofPhases(Correlation c, int first, int count, int width) {
    return of(c, first, count, width, hasPhases(c));
  }

  /**
   * The input with each row in phases, so that what the positions of a row read lies side by side:
   * all that is read at a multiple of the step first, then all that lies one further, and so on.
   * The input itself where it is read too seldom to be worth a copy.
   */
  static float[] phases(Correlation c, float[] x, Threads threads) {
    if (!hasPhases(c)) {
      return x;
    }
    int stride = c.w().stride();
    int row = c.w().input();
    int plane = c.h().input() * row;
    int planes = c.batch() * c.groups() * c.channels() * c.d().input();
    float[] phases = new float[Math.multiplyExact(planes, plane)];
    threads.forEach(
        planes,
        task -> {
          int to = task * plane;
          for (int from = to; from < (task + 1) * plane; from += row) {
            for (int phase = 0; phase < stride; phase++) {
              int count = Math.ceilDiv(row - phase, stride);
              gather(x, from + phase, stride, phases, to, count);
              to += count;
            }
          }
        });
    return phases;
  }

  private static boolean hasPhases(Correlation c) {
    int stride = c.w().stride();
    return stride > 1 && c.w().kernel() >= OFTEN * stride;
  }

  private static Columns of(Correlation c, int first, int count, int width, boolean split) {
    Columns columns = new Columns(c, width, split);
    int tap = 0;
    for (int t = 0; t < c.d().kernel(); t++) {
      for (int r = 0; r < c.h().kernel(); r++) {
        for (int s = 0; s < c.w().kernel(); s++) {
          columns.add(first, count, t, r, s);
          columns.ends[tap] = columns.runCount;
          columns.zeroEnds[tap++] = columns.zeroCount;
        }
      }
    }
    return columns;
  }

  private void add(int first, int count, int t, int r, int s) {
    int stride = c.w().stride();
    int shift = s * c.w().dilation() - c.w().pad();
    int begin = Math.clamp(Math.ceilDiv(-shift, stride), 0, c.w().output());
    int end = Math.clamp(Math.ceilDiv(c.w().input() - shift, stride), begin, c.w().output());
    int firstRun = runCount;
    int written = 0;
    for (int i = 0; i < count; ) {
      int row = (first + i) / c.w().output();
      int q = (first + i) % c.w().output();
      int length = Math.min(c.w().output() - q, count - i);
      int d = row / c.h().output() * c.d().stride() - c.d().pad() + t * c.d().dilation();
      int h = row % c.h().output() * c.h().stride() - c.h().pad() + r * c.h().dilation();
      int from = Math.max(q, begin);
      int to = Math.min(q + length, end);
      boolean inside = d >= 0 && d < c.d().input() && h >= 0 && h < c.h().input();
      if (inside && from < to) {
        int at = i + from - q;
        int source = (d * c.h().input() + h) * c.w().input() + place(from * stride + shift);
        zeros(written, at - written);
        run(firstRun, at, source, to - from);
        written = at + to - from;
      }
      i += length;
    }
    zeros(written, width - written);
  }

  /** Where in its row an input lies. */
  private int place(int w) {
    int stride = c.w().stride();
    if (!split) {
      return w;
    }
    int row = c.w().input();
    int phase = w % stride;
    // The first phases are one longer where the row is no multiple of the step.
    return phase * (row / stride) + Math.min(phase, row % stride) + w / stride;
  }

  private void zeros(int at, int count) {
    if (count == 0) {
      return;
    }
    if (zeroCount + 2 > zeros.length) {
      zeros = Arrays.copyOf(zeros, 2 * zeros.length);
    }
    zeros[zeroCount++] = at;
    zeros[zeroCount++] = count;
  }

  private void run(int first, int at, int source, int count) {
    int last = runCount - RUN;
    if (c.w().stride() == 1 && last >= first && source - at == runs[last + 1] - runs[last]) {
      // The zeros between are written over what is copied there.
      runs[last + 2] = at + count - runs[last];
      return;
    }
    if (runCount + RUN > runs.length) {
      runs = Arrays.copyOf(runs, 2 * runs.length);
    }
    runs[runCount++] = at;
    runs[runCount++] = source;
    runs[runCount++] = count;
  }

  /**
   * Copies them as {@code [channel][kernel position][position]}.
   *
   * @param channel the first one, counted over all samples
   */
  void copy(float[] x, int channel, int channels, float[] panel, int to) {
    int volume = volume();
    int at = to;
    for (int i = channel; i < channel + channels; i++) {
      for (int tap = 0; tap < ends.length; tap++) {
        tap(x, i * volume, tap, panel, at);
        at += width;
      }
    }
  }

  /** Copies them into rows: one for each channel and kernel position, from number {@code first}. */
  void copy(float[] x, int channel, int channels, float[][] rows, int first) {
    int volume = volume();
    int to = first;
    for (int i = channel; i < channel + channels; i++) {
      for (int tap = 0; tap < ends.length; tap++) {
        tap(x, i * volume, tap, rows[to++], 0);
      }
    }
  }

  private int volume() {
    return c.d().input() * c.h().input() * c.w().input();
  }

  /** What is read of a channel, which begins at {@code from}, for one kernel position. */
  private void tap(float[] x, int from, int tap, float[] to, int at) {
    row(x, from, tap == 0 ? 0 : ends[tap - 1], ends[tap], to, at);
    clear(tap == 0 ? 0 : zeroEnds[tap - 1], zeroEnds[tap], to, at);
  }

  private void row(float[] x, int from, int run, int end, float[] panel, int at) {
    int stride = split ? 1 : c.w().stride();
    for (int i = run; i < end; i += RUN) {
      if (stride == 1) {
        System.arraycopy(x, from + runs[i + 1], panel, at + runs[i], runs[i + 2]);
      } else {
        gather(x, from + runs[i + 1], stride, panel, at + runs[i], runs[i + 2]);
      }
    }
  }

  private static void gather(float[] x, int from, int stride, float[] panel, int to, int count) {
    for (int j = 0; j < count; j++) {
      panel[to + j] = x[from + j * stride];
    }
  }

  private void clear(int zero, int end, float[] panel, int at) {
    for (int i = zero; i < end; i += 2) {
      int to = at + zeros[i];
      for (int j = to; j < to + zeros[i + 1]; j++) {
        panel[j] = 0;
      }
    }
  }
}
