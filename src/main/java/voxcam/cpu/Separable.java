package voxcam.cpu;

import java.util.Arrays;
import java.util.List;

/**
 * Sums or maxima over regions that are products of one region per axis: {@code y[p,q] = sum over
 * (i, j) of u[p,i] v[q,j] x[i,j]} and so on for more axes. For each output row the rows that it
 * sees are first made one row, in a straight line; then the last axis follows.
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
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int perTensor = 1;
    for (Taps taps : leading) {
      perTensor *= taps.outputs();
    }
    int rowsPerTensor = perTensor;
    int rows = outer * rowsPerTensor;
    int bundle = Math.max(1, SPAN / Math.max(last.outputs(), last.inputs()));
    threads.forEach(
        Math.ceilDiv(rows, bundle),
        task -> {
          Row row = new Row(inputs[0]);
          for (int r = task * bundle; r < Math.min(rows, (task + 1) * bundle); r++) {
            row.gather(r / rowsPerTensor, r % rowsPerTensor);
            row.finish(output, r * last.outputs());
          }
        });
  }

  /**
   * The rows that one output row sees, made one. Sums are in double: a region may be a whole
   * volume.
   */
  private final class Row {
    private final float[] x;
    private final double[] sums = new double[kind == Kind.SUM ? last.inputs() : 0];
    private final float[] maxima = new float[kind == Kind.MAX ? last.inputs() : 0];
    private final int[] position = new int[leading.size()];
    private boolean empty;

    Row(float[] x) {
      this.x = x;
    }

    void gather(int tensor, int row) {
      int rest = row;
      for (int axis = leading.size() - 1; axis >= 0; axis--) {
        position[axis] = rest % leading.get(axis).outputs();
        rest /= leading.get(axis).outputs();
      }
      empty = true;
      Arrays.fill(sums, 0);
      descend(0, tensor, 1);
    }

    private void descend(int axis, int index, double weight) {
      if (axis == leading.size()) {
        add(index * last.inputs(), weight);
        return;
      }
      Taps taps = leading.get(axis);
      for (int tap = taps.start(position[axis]); tap < taps.end(position[axis]); tap++) {
        descend(axis + 1, index * taps.inputs() + taps.source(tap), weight * taps.weight(tap));
      }
    }

    private void add(int from, double weight) {
      if (kind == Kind.SUM) {
        accumulate(x, from, weight, sums);
      } else if (empty) {
        System.arraycopy(x, from, maxima, 0, maxima.length);
      } else {
        maximise(x, from, maxima);
      }
      empty = false;
    }

    void finish(float[] y, int at) {
      for (int q = 0; q < last.outputs(); q++) {
        int start = last.start(q);
        int end = last.end(q);
        y[at + q] = (float) (kind == Kind.SUM ? sum(start, end) : max(start, end));
      }
    }

    private double sum(int start, int end) {
      double sum = 0;
      for (int tap = start; tap < end; tap++) {
        sum += last.weight(tap) * sums[last.source(tap)];
      }
      return sum;
    }

    private float max(int start, int end) {
      float max = Float.NEGATIVE_INFINITY;
      for (int tap = start; tap < end && !empty; tap++) {
        max = Math.max(max, maxima[last.source(tap)]);
      }
      return max;
    }
  }

  private static void accumulate(float[] x, int from, double weight, double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * x[from + i];
    }
  }

  private static void maximise(float[] x, int from, float[] maxima) {
    for (int i = 0; i < maxima.length; i++) {
      maxima[i] = Math.max(maxima[i], x[from + i]);
    }
  }
}
