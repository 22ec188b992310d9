package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * Where values lie, and values by where they lie. A NaN is larger than anything. Adjoints sum in
 * the order of the indices.
 */
final class CpuIndex {
  private CpuIndex() {}

  static Kernel kernel(Index op, List<Shape> inputs) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Index.ArgMax(int axis, boolean _) -> argMax(Lines.along(x, axis));
      case Index.TopK topK -> topK(topK, Lines.along(x, topK.axis()));
      case Index.Gather(int axis) -> gather(op, Lines.along(x, axis), inputs.get(1).length());
      case Index.GatherGrad(int axis, Shape shape) ->
          gatherGrad(op, Lines.along(shape, axis), inputs.get(1).length());
      case Index.GatherElements(int axis) -> elements(op, x, inputs.get(1), axis);
      case Index.GatherElementsGrad(int axis, Shape shape) ->
          elementsGrad(op, shape, inputs.get(1), axis);
    };
  }

  private static Kernel argMax(Lines lines) {
    return (inputs, y, scratch, threads) ->
        lines.forEach(
            threads, (from, line, width) -> argMax(lines, inputs[0], from, width, y, line));
  }

  private static void argMax(Lines lines, float[] x, int from, int width, float[] y, int line) {
    float[] best = Arrays.copyOfRange(x, from, from + width);
    Arrays.fill(y, line, line + width, 0);
    for (int a = 1; a < lines.size(); a++) {
      int at = from + a * lines.inner();
      for (int j = 0; j < width; j++) {
        float value = x[at + j];
        if (value > best[j] || (Float.isNaN(value) && !Float.isNaN(best[j]))) {
          best[j] = value;
          y[line + j] = a;
        }
      }
    }
  }

  private static Kernel topK(Index.TopK op, Lines lines) {
    return (inputs, y, scratch, threads) ->
        lines.forEach(
            threads,
            (from, line, width) -> {
              long[] keys = new long[lines.size()];
              for (int j = 0; j < width; j++) {
                int first = line + j;
                int to = first / lines.inner() * op.k() * lines.inner() + first % lines.inner();
                topK(op, lines, inputs[0], from + j, keys, y, to);
              }
            });
  }

  private static void topK(
      Index.TopK op, Lines lines, float[] x, int from, long[] keys, float[] y, int to) {
    for (int a = 0; a < keys.length; a++) {
      int order = ordered(x[from + a * lines.inner()]);
      keys[a] = ((long) (op.largest() ? ~order : order) << 32) | a;
    }
    Arrays.sort(keys);
    for (int i = 0; i < op.k(); i++) {
      int at = (int) keys[i];
      y[to + i * lines.inner()] =
          switch (op.part()) {
            case VALUES -> x[from + at * lines.inner()];
            case INDICES -> at;
          };
    }
  }

  /** A whole number that is ordered as the value is; both zeros are one. */
  private static int ordered(float value) {
    int bits = Float.floatToIntBits(value + 0f);
    return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
  }

  /** An index as a position on an axis. */
  private static int position(Index op, float index, int size) {
    int at = (int) index;
    if (at < -size || at >= size || at != index) {
      throw new InputException(
          "%s: index %s on an axis of %d, give whole numbers from %d to %d"
              .formatted(op.name(), index, size, -size, size - 1));
    }
    return at < 0 ? at + size : at;
  }

  private static Kernel gather(Index op, Lines lines, int count) {
    int inner = lines.inner();
    int bundle = Math.max(1, (1 << 14) / inner);
    int rows = lines.outer() * count;
    return (inputs, y, scratch, threads) ->
        threads.forEach(
            Math.ceilDiv(rows, bundle),
            task -> {
              for (int row = task * bundle; row < Math.min(rows, (task + 1) * bundle); row++) {
                int at = position(op, inputs[1][row % count], lines.size());
                int from = (row / count * lines.size() + at) * inner;
                System.arraycopy(inputs[0], from, y, row * inner, inner);
              }
            });
  }

  private static Kernel gatherGrad(Index op, Lines lines, int count) {
    return (inputs, gx, scratch, threads) -> {
      int[] starts = new int[lines.size() + 1];
      int[] readers = readers(op, inputs[1], count, starts);
      lines.forEach(
          threads,
          (from, line, width) -> {
            int sample = line / lines.inner();
            int column = line % lines.inner();
            double[] sums = new double[width];
            for (int a = 0; a < lines.size(); a++) {
              Arrays.fill(sums, 0);
              for (int r = starts[a]; r < starts[a + 1]; r++) {
                Rows.add(
                    inputs[0], (sample * count + readers[r]) * lines.inner() + column, sums, width);
              }
              Rows.write(sums, gx, from + a * lines.inner(), width);
            }
          });
    };
  }

  /**
   * The indices sorted by the position that they name, and in {@code starts} where each position's
   * begin.
   */
  private static int[] readers(Index op, float[] indices, int count, int[] starts) {
    int size = starts.length - 1;
    for (int i = 0; i < count; i++) {
      starts[position(op, indices[i], size) + 1]++;
    }
    for (int a = 0; a < size; a++) {
      starts[a + 1] += starts[a];
    }
    int[] next = starts.clone();
    int[] readers = new int[count];
    for (int i = 0; i < count; i++) {
      readers[next[position(op, indices[i], size)]++] = i;
    }
    return readers;
  }

  private static Kernel elements(Index op, Shape x, Shape indices, int axis) {
    int along = x.axis(axis);
    long[] others = x.strides();
    int step = (int) others[along];
    others[along] = 0;
    Walk walk = Walk.of(indices.dims(), others);
    return (inputs, y, scratch, threads) ->
        walk.forEach(
            threads,
            () ->
                (at, position, count) -> {
                  for (int i = 0; i < count; i++) {
                    int index = position(op, inputs[1][position + i], x.dim(along));
                    y[position + i] = inputs[0][at[0] + i * walk.stride(0) + index * step];
                  }
                });
  }

  /** One task for all of a line along the axis: no two lines write to the same place. */
  private static Kernel elementsGrad(Index op, Shape x, Shape indices, int axis) {
    int along = x.axis(axis);
    int size = x.dim(along);
    int count = indices.dim(along);
    int step = (int) x.strides()[along];
    int indexStep = (int) indices.strides()[along];
    Shape lines = indices.with(along, 1);
    Walk walk = Walk.of(lines.dims(), x.strides(), indices.strides());
    return (inputs, gx, scratch, threads) -> {
      StridedCopy.fill(gx, x.length(), 0, threads);
      walk.forEach(
          threads,
          () ->
              (at, position, width) -> {
                for (int j = 0; j < width; j++) {
                  int to = at[0] + j * walk.stride(0);
                  int from = at[1] + j * walk.stride(1);
                  for (int i = 0; i < count; i++) {
                    int index = position(op, inputs[1][from + i * indexStep], size);
                    gx[to + index * step] += inputs[0][from + i * indexStep];
                  }
                }
              });
    };
  }
}
