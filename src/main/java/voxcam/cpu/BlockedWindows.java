package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Binary;

/**
 * {@link Separable} sums and maxima of blocked tensors: for each output row the rows that it sees
 * are made one, in a straight line; then the last axis follows, sixteen channels at a time. Sums
 * are in single precision, so regions must not be long.
 */
final class BlockedWindows implements Kernel {
  /** What is made of the values of a region. */
  enum Kind {
    SUM,
    MAX
  }

  private static final int BLOCK = Layout.BLOCK;
  private static final WindowLanes LANES = WindowLanes.PREFERRED;

  /** The most values that are summed in single precision along the last axis, or across rows. */
  private static final int LONGEST = 128;

  private final Kind kind;
  private final int outer;
  private final List<Taps> leading;
  private final Taps last;
  private final int[] starts;
  private final int[] sources;
  private final float[] weights;

  /**
   * @param outer how many rows of blocks there are
   * @param axes the tables of the spatial axes
   */
  BlockedWindows(Kind kind, int outer, List<Taps> axes) {
    this.kind = kind;
    this.outer = outer;
    this.leading = List.copyOf(axes.subList(0, axes.size() - 1));
    this.last = axes.getLast();
    this.starts = last.starts();
    this.sources = last.sources();
    this.weights = last.weights();
  }

  /** Whether regions are short enough. */
  static boolean suits(Kind kind, List<Taps> axes) {
    long across = 1;
    for (Taps taps : axes.subList(0, axes.size() - 1)) {
      across *= taps.most();
    }
    return kind == Kind.MAX || Math.max(across, axes.getLast().most()) <= LONGEST;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int perTensor = 1;
    for (Taps taps : leading) {
      perTensor *= taps.outputs();
    }
    int rowsPerTensor = perTensor;
    int rows = outer * rowsPerTensor;
    int longer = Math.max(last.outputs(), last.inputs()) * BLOCK;
    int bundle = Math.max(1, Blocks.SPAN / longer);
    threads.forEach(
        Math.ceilDiv(rows, bundle),
        task -> {
          Row row = new Row(inputs[0]);
          for (int r = task * bundle; r < Math.min(rows, (task + 1) * bundle); r++) {
            row.run(r / rowsPerTensor, r % rowsPerTensor, output, r * last.outputs() * BLOCK);
          }
        });
  }

  /** One output row. */
  private final class Row {
    private final float[] x;
    private final int length = last.inputs() * BLOCK;
    private final int[] position = new int[leading.size()];
    private final int[] rows;
    private final float[] factors;
    private final float[] line = new float[length];
    private int count;

    Row(float[] x) {
      this.x = x;
      int most = 1;
      for (Taps taps : leading) {
        most *= taps.most();
      }
      rows = new int[most];
      factors = new float[most];
    }

    void run(int tensor, int row, float[] y, int at) {
      int rest = row;
      for (int axis = leading.size() - 1; axis >= 0; axis--) {
        position[axis] = rest % leading.get(axis).outputs();
        rest /= leading.get(axis).outputs();
      }
      count = 0;
      collect(0, tensor, 1);
      float[] source = line;
      int from = 0;
      if (count == 1 && factors[0] == 1) {
        source = x;
        from = rows[0];
      } else if (kind == Kind.SUM) {
        LANES.combine(x, rows, factors, count, line, length);
      } else {
        max();
      }
      if (kind == Kind.SUM) {
        LANES.weighted(source, from, starts, sources, weights, y, at);
      } else {
        LANES.largest(source, from, starts, sources, y, at);
      }
    }

    /** The rows that the output row sees. */
    private void collect(int axis, int index, double weight) {
      if (axis == leading.size()) {
        rows[count] = index * length;
        factors[count] = (float) weight;
        count++;
        return;
      }
      Taps taps = leading.get(axis);
      for (int tap = taps.start(position[axis]); tap < taps.end(position[axis]); tap++) {
        collect(axis + 1, index * taps.inputs() + taps.source(tap), weight * taps.weight(tap));
      }
    }

    private void max() {
      if (count == 0) {
        Arrays.fill(line, Float.NEGATIVE_INFINITY);
        return;
      }
      System.arraycopy(x, rows[0], line, 0, length);
      for (int r = 1; r < count; r++) {
        CpuBinary.apply(Binary.Kind.Max, line, 0, x, rows[r], line, 0, length);
      }
    }
  }
}
