package voxcam.op;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Operations that place values elsewhere and compute nothing. */
public sealed interface Movement extends Op {
  @Override
  default long flops(List<Shape> inputs) {
    return 0;
  }

  /**
   * The same values under other sizes; 0 keeps the input's size on that axis, one -1 takes what is
   * left.
   */
  record Reshape(List<Integer> sizes) implements Movement {
    public Reshape {
      sizes = List.copyOf(sizes);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      int[] dims = new int[sizes.size()];
      int open = -1;
      long known = 1;
      for (int i = 0; i < dims.length; i++) {
        int size = sizes.get(i);
        if (size == -1) {
          Arguments.require(open < 0, this, "more than one -1 in " + sizes, inputs);
          open = i;
        } else {
          Arguments.require(
              size != 0 || i < x.rank(), this, "0 at axis " + i + " has no size to keep", inputs);
          dims[i] = size == 0 ? x.dim(i) : size;
          known = Math.multiplyExact(known, (long) dims[i]);
        }
      }
      Arguments.require(
          open < 0 ? known == x.size() : known > 0 && x.size() % known == 0,
          this,
          x.size() + " elements do not fit " + sizes,
          inputs);
      if (open >= 0) {
        dims[open] = Math.toIntExact(x.size() / known);
      }
      return Shape.of(dims);
    }
  }

  /** All axes before {@code axis} as one, all others as another. */
  record Flatten(int axis) implements Movement {
    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      int at = axis < 0 ? axis + x.rank() : axis;
      Arguments.require(
          at >= 0 && at <= x.rank(), this, "axis " + axis + " does not exist", inputs);
      return Shape.of(Math.toIntExact(x.size(0, at)), Math.toIntExact(x.size(at, x.rank())));
    }
  }

  /** Axes in another order: output axis i is input axis {@code order[i]}. */
  record Transpose(List<Integer> order) implements Movement {
    public Transpose {
      order = List.copyOf(order);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      List<Integer> sorted = order.stream().sorted().toList();
      int[] dims = new int[order.size()];
      for (int i = 0; i < dims.length; i++) {
        Arguments.require(
            dims.length == x.rank() && sorted.get(i) == i,
            this,
            order + " is no order of its axes",
            inputs);
        dims[i] = x.dim(order.get(i));
      }
      Arguments.require(dims.length == x.rank(), this, order + " is no order of its axes", inputs);
      return Shape.of(dims);
    }

    /** The order that undoes this one. */
    public Transpose inverse() {
      List<Integer> inverse = new ArrayList<>(Collections.nCopies(order.size(), 0));
      for (int i = 0; i < order.size(); i++) {
        inverse.set(order.get(i), i);
      }
      return new Transpose(inverse);
    }
  }

  /** Inputs one after the other along an axis. */
  record Concat(int axis) implements Movement {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 1, Integer.MAX_VALUE);
      Shape first = inputs.get(0);
      int at = first.axis(axis);
      int size = 0;
      for (Shape input : inputs) {
        Arguments.require(
            input.rank() == first.rank() && input.with(at, 1).equals(first.with(at, 1)),
            this,
            "inputs differ on another axis than " + at,
            inputs);
        size = Math.addExact(size, input.dim(at));
      }
      return first.with(at, size);
    }
  }

  /**
   * Every {@code step}-th position from {@code start} up to {@code end}, with ONNX's clamping and
   * negative numbers.
   */
  record Range(int axis, int start, int end, int step) {
    public Range {
      if (step == 0) {
        throw new InputException("Slice: step 0 on axis " + axis + ", give a step other than 0");
      }
    }

    /** The first position taken on an axis of this size. */
    public int first(int size) {
      return clamp(start, size, 0, step > 0 ? size : size - 1);
    }

    /** The number of positions taken on an axis of this size; 0 if none. */
    public int count(int size) {
      int last = clamp(end, size, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
      long distance = (long) last - first(size);
      return (int)
          Math.max(
              0, step > 0 ? Math.ceilDiv(distance, step) : Math.ceilDiv(-distance, -(long) step));
    }

    private static int clamp(int position, int size, int low, int high) {
      long wrapped = position < 0 ? (long) position + size : position;
      return (int) Math.max(low, Math.min(high, wrapped));
    }
  }

  /** A part of the input along some axes. */
  record Slice(List<Range> ranges) implements Movement {
    public Slice {
      ranges = List.copyOf(ranges);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return sliced(this, Arguments.only(this, inputs), ranges, inputs);
    }
  }

  /**
   * The adjoint of {@link Slice}: the input where the slice was, zeros elsewhere; output of the
   * shape given.
   */
  record Embed(List<Range> ranges, Shape shape) implements Movement {
    public Embed {
      ranges = List.copyOf(ranges);
    }

    @Override
    public String name() {
      return "SliceGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape part = sliced(this, shape, ranges, inputs);
      Arguments.require(
          Arguments.only(this, inputs).equals(part), this, "the input should be " + part, inputs);
      return shape;
    }
  }

  /** What stands in the padding. */
  enum PadMode {
    CONSTANT,
    EDGE,
    REFLECT
  }

  /**
   * Values put around the input, {@code before} and {@code after} on each axis; negative amounts
   * crop.
   */
  record Pad(PadMode mode, List<Integer> before, List<Integer> after, double value)
      implements Movement {
    public Pad {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return padded(this, mode, before, after, Arguments.only(this, inputs), inputs);
    }
  }

  /** The adjoint of {@link Pad} (of its linear part); output of the shape given. */
  record PadGrad(PadMode mode, List<Integer> before, List<Integer> after, Shape shape)
      implements Movement {
    public PadGrad {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape y = padded(this, mode, before, after, shape, inputs);
      Arguments.require(
          Arguments.only(this, inputs).equals(y), this, "the input should be " + y, inputs);
      return shape;
    }
  }

  /** The input broadcast against a shape (multidirectional, as in ONNX). */
  record Expand(Shape shape) implements Movement {
    @Override
    public Shape infer(List<Shape> inputs) {
      return Broadcast.shape(name(), List.of(Arguments.only(this, inputs), shape));
    }
  }

  /** Axes of size 1 removed; none named means all of them. */
  record Squeeze(List<Integer> axes) implements Movement {
    public Squeeze {
      axes = List.copyOf(axes);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      List<Integer> named = axes.stream().map(x::axis).toList();
      List<Integer> sizes = new ArrayList<>();
      for (int i = 0; i < x.rank(); i++) {
        boolean goes = axes.isEmpty() ? x.dim(i) == 1 : named.contains(i);
        Arguments.require(
            !goes || x.dim(i) == 1, this, "axis " + i + " has size " + x.dim(i), inputs);
        if (!goes) {
          sizes.add(x.dim(i));
        }
      }
      return Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /** Axes of size 1 put in; positions count in the output. */
  record Unsqueeze(List<Integer> axes) implements Movement {
    public Unsqueeze {
      axes = List.copyOf(axes);
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      int rank = x.rank() + axes.size();
      int[] dims = new int[rank];
      for (int axis : axes) {
        int at = axis < 0 ? axis + rank : axis;
        Arguments.require(
            at >= 0 && at < rank && dims[at] == 0, this, "axes " + axes + " do not fit", inputs);
        dims[at] = 1;
      }
      int from = 0;
      for (int i = 0; i < rank; i++) {
        if (dims[i] == 0) {
          dims[i] = x.dim(from++);
        }
      }
      return Shape.of(dims);
    }
  }

  /** The input itself. */
  record Identity() implements Movement {
    @Override
    public Shape infer(List<Shape> inputs) {
      return Arguments.only(this, inputs);
    }
  }

  /** The input itself: outside training nothing is dropped. */
  record Dropout() implements Movement {
    @Override
    public Shape infer(List<Shape> inputs) {
      return Arguments.only(this, inputs);
    }
  }

  private static Shape sliced(Op op, Shape x, List<Range> ranges, List<Shape> inputs) {
    Shape shape = x;
    for (Range range : ranges) {
      int size = x.dim(range.axis());
      int count = range.count(size);
      Arguments.require(
          count >= 1, op, "nothing is left of axis " + range.axis() + " with size " + size, inputs);
      shape = shape.with(range.axis(), count);
    }
    return shape;
  }

  private static Shape padded(
      Op op, PadMode mode, List<Integer> before, List<Integer> after, Shape x, List<Shape> inputs) {
    Arguments.require(
        before.size() == x.rank() && after.size() == x.rank(),
        op,
        "needs one amount per axis and side",
        inputs);
    int[] dims = x.dims();
    for (int i = 0; i < dims.length; i++) {
      Arguments.require(
          mode != PadMode.REFLECT || Math.max(before.get(i), after.get(i)) < dims[i],
          op,
          "cannot reflect " + Math.max(before.get(i), after.get(i)) + " on an axis of " + dims[i],
          inputs);
      dims[i] = Math.addExact(dims[i], Math.addExact(before.get(i), after.get(i)));
      Arguments.require(dims[i] >= 1, op, "nothing is left of axis " + i, inputs);
    }
    return Shape.of(dims);
  }
}
