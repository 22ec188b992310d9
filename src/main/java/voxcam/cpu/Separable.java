package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sums or maxima over regions that are products of one region per axis: {@code y[p,q] = sum over
 * (i, j) of u[p,i] v[q,j] x[i,j]} and so on for more axes. Axis by axis, from the first: what an
 * output position of an axis sees of all further axes is made one, in a straight line; then the
 * next axis follows.
 */
final class Separable implements Kernel {
  /** What is made of the values of a region. */
  enum Kind {
    SUM,
    MAX
  }

  private static final int SPAN = 1 << 14;

  private final Kind kind;
  private final int outer;
  private final List<Taps> leading;
  private final Taps last;

  /**
   * For each tap of the last axis which input each output takes: its last one where it has fewer.
   */
  private final int[][] picks;

  /**
   * @param outer how many independent tensors lie one behind the other
   * @param axes the tables of all other axes, the last one contiguous
   */
  Separable(Kind kind, int outer, List<Taps> axes) {
    int identities = 0;
    int merged = outer;
    while (identities < axes.size() - 1 && axes.get(identities).isIdentity()) {
      merged *= axes.get(identities).outputs();
      identities++;
    }
    this.kind = kind;
    this.outer = merged;
    this.leading = List.copyOf(axes.subList(identities, axes.size() - 1));
    this.last = axes.getLast();
    this.picks = kind == Kind.MAX ? picks(last) : new int[0][];
  }

  private static int[][] picks(Taps taps) {
    int[][] picks = new int[taps.most()][taps.outputs()];
    for (int tap = 0; tap < picks.length; tap++) {
      for (int q = 0; q < taps.outputs(); q++) {
        int at = Math.min(taps.start(q) + tap, taps.end(q) - 1);
        // Of an empty region any will do: it is overwritten.
        picks[tap][q] = at < taps.start(q) ? 0 : taps.source(at);
      }
    }
    return picks;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int parts = leading.isEmpty() ? 1 : leading.get(0).outputs();
    int all = outer * parts;
    int bundle = Math.max(1, SPAN / Math.max(inputs(0), outputs(0)));
    Descent[] descents = new Descent[threads.count()];
    threads.forEach(
        Math.ceilDiv(all, bundle),
        (task, worker) -> {
          if (descents[worker] == null) {
            descents[worker] = new Descent(inputs[0], output);
          }
          for (int i = task * bundle; i < Math.min(all, (task + 1) * bundle); i++) {
            descents[worker].part(i / parts, i % parts);
          }
        });
  }

  /** The values that one position of a leading axis has behind it, of the input. */
  private int inputs(int axis) {
    int count = last.inputs();
    for (int i = axis + 1; i < leading.size(); i++) {
      count *= leading.get(i).inputs();
    }
    return count;
  }

  private int outputs(int axis) {
    int count = last.outputs();
    for (int i = axis + 1; i < leading.size(); i++) {
      count *= leading.get(i).outputs();
    }
    return count;
  }

  /**
   * The memory of one thread. Sums are in double: a region may be a whole volume. What is read is
   * copied first: with equal indices the JIT compiler makes vectors of the loops.
   */
  private final class Descent {
    private final float[] x;
    private final float[] y;
    private final List<Line> lines = new ArrayList<>();
    private final Line row;
    private final float[] picked = new float[last.outputs()];
    private final float[] largest = new float[last.outputs()];

    Descent(float[] x, float[] y) {
      this.x = x;
      this.y = y;
      for (int axis = 0; axis < leading.size(); axis++) {
        lines.add(new Line(inputs(axis), axis == 0));
      }
      row = lines.isEmpty() ? new Line(last.inputs(), true) : lines.getLast();
    }

    /** All outputs at one position of the first axis, if there is one before the last. */
    void part(int tensor, int position) {
      if (leading.isEmpty()) {
        row.clear();
        row.add(x, tensor * last.inputs(), 1);
        finish(tensor * last.outputs());
        return;
      }
      Taps taps = leading.get(0);
      Line line = lines.get(0);
      line.clear();
      for (int tap = taps.start(position); tap < taps.end(position); tap++) {
        int from = (tensor * taps.inputs() + taps.source(tap)) * inputs(0);
        line.add(x, from, taps.weight(tap));
      }
      descend(1, (tensor * taps.outputs() + position) * outputs(0));
    }

    /** All outputs of the axes from this one on; they begin at {@code at}. */
    private void descend(int axis, int at) {
      if (axis == leading.size()) {
        finish(at);
        return;
      }
      Taps taps = leading.get(axis);
      Line line = lines.get(axis);
      for (int position = 0; position < taps.outputs(); position++) {
        line.clear();
        for (int tap = taps.start(position); tap < taps.end(position); tap++) {
          line.add(lines.get(axis - 1), taps.source(tap) * inputs(axis), taps.weight(tap));
        }
        descend(axis + 1, at + position * outputs(axis));
      }
    }

    /** The last axis. */
    private void finish(int at) {
      if (kind == Kind.SUM) {
        for (int q = 0; q < last.outputs(); q++) {
          y[at + q] = (float) sum(last.start(q), last.end(q));
        }
        return;
      }
      Arrays.fill(largest, Float.NEGATIVE_INFINITY);
      for (int[] indices : picks) {
        pick(row.maxima, indices, picked);
        maximise(picked, largest);
      }
      for (int q = 0; q < largest.length; q++) {
        y[at + q] = last.start(q) < last.end(q) ? largest[q] : Float.NEGATIVE_INFINITY;
      }
    }

    private double sum(int start, int end) {
      double sum = 0;
      for (int tap = start; tap < end; tap++) {
        sum += last.weight(tap) * row.sums[last.source(tap)];
      }
      return sum;
    }
  }

  /** What is made of several lines of the same length. */
  private final class Line {
    private final double[] sums;
    private final float[] maxima;

    /** What is added next: of the input or maxima, or of sums. */
    private final float[] next;

    private final double[] nextSums;

    Line(int length, boolean ofInput) {
      boolean sum = kind == Kind.SUM;
      sums = new double[sum ? length : 0];
      maxima = new float[sum ? 0 : length];
      next = new float[sum && !ofInput ? 0 : length];
      nextSums = new double[sum && !ofInput ? length : 0];
    }

    void clear() {
      Arrays.fill(sums, 0);
      Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
    }

    void add(float[] x, int from, double weight) {
      System.arraycopy(x, from, next, 0, next.length);
      if (kind == Kind.SUM) {
        accumulate(next, weight, sums);
      } else {
        maximise(next, maxima);
      }
    }

    void add(Line line, int from, double weight) {
      if (kind == Kind.MAX) {
        add(line.maxima, from, weight);
        return;
      }
      System.arraycopy(line.sums, from, nextSums, 0, nextSums.length);
      accumulate(nextSums, weight, sums);
    }
  }

  private static void pick(float[] x, int[] indices, float[] picked) {
    for (int q = 0; q < picked.length; q++) {
      picked[q] = x[indices[q]];
    }
  }

  private static void accumulate(float[] x, double weight, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * x[i];
    }
  }

  private static void accumulate(double[] x, double weight, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * x[i];
    }
  }

  private static void maximise(float[] x, float[] maxima) {
    for (int i = 0; i < maxima.length; i++) {
      maxima[i] = Math.max(maxima[i], x[i]);
    }
  }
}
