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
  private final int most;

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
    this.most = last.most();
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
   * volume. What is read is copied first: with equal indices the JIT compiler makes vectors of the
   * loops.
   */
  private final class Row {
    private final float[] x;
    private final float[] next = new float[last.inputs()];
    private final double[] sums = new double[kind == Kind.SUM ? last.inputs() : 0];
    private final float[] maxima = new float[kind == Kind.MAX ? last.inputs() : 0];
    private final float[] picked = new float[kind == Kind.MAX ? last.outputs() : 0];
    private final float[] largest = new float[picked.length];
    private final int[] position = new int[leading.size()];

    Row(float[] x) {
      this.x = x;
    }

    void gather(int tensor, int row) {
      int rest = row;
      for (int axis = leading.size() - 1; axis >= 0; axis--) {
        position[axis] = rest % leading.get(axis).outputs();
        rest /= leading.get(axis).outputs();
      }
      Arrays.fill(sums, 0);
      Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
      descend(0, tensor, 1);
    }

    private void descend(int axis, int index, double weight) {
      if (axis == leading.size()) {
        System.arraycopy(x, index * last.inputs(), next, 0, next.length);
        if (kind == Kind.SUM) {
          accumulate(next, weight, sums);
        } else {
          maximise(next, maxima);
        }
        return;
      }
      Taps taps = leading.get(axis);
      for (int tap = taps.start(position[axis]); tap < taps.end(position[axis]); tap++) {
        descend(axis + 1, index * taps.inputs() + taps.source(tap), weight * taps.weight(tap));
      }
    }

    void finish(float[] y, int at) {
      if (kind == Kind.SUM) {
        for (int q = 0; q < last.outputs(); q++) {
          y[at + q] = (float) sum(last.start(q), last.end(q));
        }
        return;
      }
      Arrays.fill(largest, Float.NEGATIVE_INFINITY);
      for (int tap = 0; tap < most; tap++) {
        pick(tap);
        maximise(picked, largest);
      }
      System.arraycopy(largest, 0, y, at, largest.length);
    }

    private double sum(int start, int end) {
      double sum = 0;
      for (int tap = start; tap < end; tap++) {
        sum += last.weight(tap) * sums[last.source(tap)];
      }
      return sum;
    }

    /** Of each region the value of one tap; its last one where it has fewer. */
    private void pick(int tap) {
      for (int q = 0; q < picked.length; q++) {
        int at = Math.min(last.start(q) + tap, last.end(q) - 1);
        picked[q] = at < last.start(q) ? Float.NEGATIVE_INFINITY : maxima[last.source(at)];
      }
    }
  }

  private static void accumulate(float[] x, double weight, double[] sums) {
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
