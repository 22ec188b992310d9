package voxcam.op;

import java.util.Arrays;
import java.util.List;

/**
 * Where values lie, and values by where they lie. Indices are whole numbers held as floating point;
 * negative ones count from the end.
 */
public sealed interface Index extends Op {
  /** The position of the largest value along an axis, the first among equals. */
  record ArgMax(int axis, boolean keep) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      return new Reduce(Reduce.Kind.Max, List.of(x.axis(axis)), keep).infer(inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  /** Which of the two outputs of ONNX's {@code TopK}. */
  enum Part {
    VALUES,
    INDICES
  }

  /**
   * The {@code k} largest (or smallest) values along an axis in order, or their positions; the
   * first among equals comes first.
   */
  record TopK(int k, int axis, boolean largest, Part part) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      Arguments.require(
          k >= 1 && k <= x.dim(axis), this, "k is " + k + " on an axis of " + x.dim(axis), inputs);
      return x.with(axis, k);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  /**
   * Slices of x at the indices along an axis. Inputs: x, indices; the axis is replaced by the
   * indices' axes.
   */
  record Gather(int axis) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      return gathered(inputs.get(0), inputs.get(1), inputs.get(0).axis(axis));
    }
  }

  /** The adjoint of {@link Gather}. Inputs: gy, indices; output of the shape given. */
  record GatherGrad(int axis, Shape shape) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Shape y = gathered(shape, inputs.get(1), shape.axis(axis));
      Arguments.require(inputs.get(0).equals(y), this, "the first input should be " + y, inputs);
      return shape;
    }
  }

  /**
   * {@code y[i][j] = x[index[i][j]][j]} along axis 0, and so on. Inputs: x, indices of x's rank;
   * output of the indices' shape.
   */
  record GatherElements(int axis) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      checkElements(this, inputs.get(0), inputs.get(1), axis, inputs);
      return inputs.get(1);
    }
  }

  /**
   * The adjoint of {@link GatherElements}. Inputs: gy, indices of one shape; output of the shape
   * given.
   */
  record GatherElementsGrad(int axis, Shape shape) implements Index {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Arguments.require(
          inputs.get(0).equals(inputs.get(1)), this, "both inputs need one shape", inputs);
      checkElements(this, shape, inputs.get(1), axis, inputs);
      return shape;
    }
  }

  private static Shape gathered(Shape x, Shape indices, int axis) {
    int[] dims = Arrays.copyOf(x.dims(), x.rank() - 1 + indices.rank());
    System.arraycopy(indices.dims(), 0, dims, axis, indices.rank());
    for (int i = axis + 1; i < x.rank(); i++) {
      dims[i - 1 + indices.rank()] = x.dim(i);
    }
    return Shape.of(dims);
  }

  private static void checkElements(Op op, Shape x, Shape indices, int axis, List<Shape> inputs) {
    boolean fits = x.rank() == indices.rank();
    for (int i = 0; fits && i < x.rank(); i++) {
      fits = i == x.axis(axis) || indices.dim(i) <= x.dim(i);
    }
    Arguments.require(fits, op, "the indices do not lie inside " + x, inputs);
  }
}
