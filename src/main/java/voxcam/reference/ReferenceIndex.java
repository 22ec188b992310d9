package voxcam.reference;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Positions of values, and values by position. A NaN is larger than anything. */
final class ReferenceIndex {
  private ReferenceIndex() {}

  static void run(Index index, List<Tensor> inputs, Shape shape, double[] y) {
    Shape first = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    switch (index) {
      case Index.ArgMax op -> argMax(x, first, first.axis(op.axis()), y);
      case Index.TopK op -> topK(op, x, first, shape, y);
      case Index.Gather(int axis) -> {
        int[] source = gathered(index.name(), first, first.axis(axis), inputs.get(1));
        for (int i = 0; i < y.length; i++) {
          y[i] = x[source[i]];
        }
      }
      case Index.GatherGrad(int axis, Shape to) -> {
        Arrays.fill(y, 0);
        int[] target = gathered(index.name(), to, to.axis(axis), inputs.get(1));
        for (int i = 0; i < x.length; i++) {
          y[target[i]] += x[i];
        }
      }
      case Index.GatherElements(int axis) -> {
        int[] source = elements(index.name(), first, first.axis(axis), inputs.get(1));
        for (int i = 0; i < y.length; i++) {
          y[i] = x[source[i]];
        }
      }
      case Index.GatherElementsGrad(int axis, Shape to) -> {
        Arrays.fill(y, 0);
        int[] target = elements(index.name(), to, to.axis(axis), inputs.get(1));
        for (int i = 0; i < x.length; i++) {
          y[target[i]] += x[i];
        }
      }
    }
  }

  private static void argMax(double[] x, Shape shape, int axis, double[] y) {
    for (Lines lines = new Lines(shape, axis); lines.next(); ) {
      int largest = 0;
      for (int i = 1; i < lines.length(); i++) {
        if (compare(x[lines.at(i)], x[lines.at(largest)]) > 0) {
          largest = i;
        }
      }
      y[lines.line()] = largest;
    }
  }

  private static void topK(Index.TopK op, double[] x, Shape shape, Shape outShape, double[] y) {
    int axis = shape.axis(op.axis());
    Lines out = new Lines(outShape, axis);
    for (Lines lines = new Lines(shape, axis); lines.next() && out.next(); ) {
      Comparator<Integer> ascending = (a, b) -> compare(x[lines.at(a)], x[lines.at(b)]);
      List<Integer> order =
          IntStream.range(0, lines.length())
              .boxed()
              .sorted(op.largest() ? ascending.reversed() : ascending)
              .toList();
      for (int i = 0; i < op.k(); i++) {
        int at = order.get(i);
        y[out.at(i)] =
            switch (op.part()) {
              case VALUES -> x[lines.at(at)];
              case INDICES -> at;
            };
      }
    }
  }

  /** An order in which NaN is largest and zeros of either sign are equal. */
  private static int compare(double a, double b) {
    return Double.compare(a + 0.0, b + 0.0);
  }

  /** For each element of a Gather's output, where in {@code shape} it comes from. */
  private static int[] gathered(String op, Shape shape, int axis, Tensor indices) {
    double[] index = indices.doubles();
    int outer = (int) shape.size(0, axis);
    int size = shape.dim(axis);
    int inner = (int) shape.size(axis + 1, shape.rank());
    int[] source = new int[outer * index.length * inner];
    for (int o = 0; o < outer; o++) {
      for (int j = 0; j < index.length; j++) {
        int at = position(op, index[j], size);
        for (int i = 0; i < inner; i++) {
          source[(o * index.length + j) * inner + i] = (o * size + at) * inner + i;
        }
      }
    }
    return source;
  }

  /** For each element of a GatherElements' output, where in {@code shape} it comes from. */
  private static int[] elements(String op, Shape shape, int axis, Tensor indices) {
    double[] index = indices.doubles();
    long[] strides = shape.strides();
    int along = (int) strides[axis];
    strides[axis] = 0;
    Cursor others = Cursor.strided(indices.shape(), strides);
    int[] source = new int[index.length];
    for (int i = 0; i < source.length; i++) {
      source[i] = others.next() + position(op, index[i], shape.dim(axis)) * along;
    }
    return source;
  }

  private static int position(String op, double index, int size) {
    if (!(index >= -size && index < size) || index != Math.rint(index)) {
      throw new InputException(
          "%s: index %s on an axis of %d, give whole numbers from %d to %d"
              .formatted(op, index, size, -size, size - 1));
    }
    return (int) (index < 0 ? index + size : index);
  }
}
