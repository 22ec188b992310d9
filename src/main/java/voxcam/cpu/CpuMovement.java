package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Broadcast;
import voxcam.op.Movement;
import voxcam.op.Movement.PadMode;
import voxcam.op.Movement.Range;
import voxcam.op.Shape;

/** Values placed elsewhere. All but the padding that repeats values are strided copies. */
final class CpuMovement {
  private CpuMovement() {}

  static Kernel kernel(Movement op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ ->
          same(x);
      case Movement.Identity _, Movement.Dropout _ -> same(x);
      case Movement.Transpose(var order) -> transpose(order, x, output);
      case Movement.Concat(int axis) -> concat(axis, inputs, output);
      case Movement.Slice(var ranges) -> slice(ranges, x, output);
      case Movement.Embed(var ranges, var shape) -> embed(ranges, x, shape);
      case Movement.Pad(var mode, var before, var _, double value) when mode == PadMode.CONSTANT ->
          shift(x, output, before, (float) value);
      case Movement.Pad(var mode, var before, var after, var _) ->
          new Separable(Separable.Kind.SUM, 1, tables(mode, before, after, x));
      case Movement.PadGrad(var mode, var before, var _, var shape) when mode == PadMode.CONSTANT ->
          shift(x, shape, before.stream().map(size -> -size).toList(), 0);
      case Movement.PadGrad(var mode, var before, var after, var shape) ->
          new Separable(
              Separable.Kind.SUM,
              1,
              tables(mode, before, after, shape).stream().map(Taps::transposed).toList());
      case Movement.Expand _ -> expand(x, output);
    };
  }

  /** In a plan these share their input's memory; the copy is for callers that want values apart. */
  private static Kernel same(Shape x) {
    return plain(new StridedCopy(new int[] {x.length()}, 0, new long[] {1}, 0, new long[] {1}));
  }

  private static Kernel plain(StridedCopy copy) {
    return (inputs, y, scratch, threads) -> copy.run(inputs[0], y, threads);
  }

  private static Kernel transpose(List<Integer> order, Shape x, Shape y) {
    long[] strides = x.strides();
    long[] read = order.stream().mapToLong(axis -> strides[axis]).toArray();
    return plain(new StridedCopy(y.dims(), 0, read, 0, y.strides()));
  }

  private static Kernel expand(Shape x, Shape y) {
    return plain(new StridedCopy(y.dims(), 0, Broadcast.strides(x, y), 0, y.strides()));
  }

  private static Kernel concat(int axis, List<Shape> inputs, Shape output) {
    List<StridedCopy> copies = new ArrayList<>();
    long at = 0;
    for (Shape input : inputs) {
      copies.add(new StridedCopy(input.dims(), 0, input.strides(), at, output.strides()));
      at += output.strides()[output.axis(axis)] * input.dim(axis);
    }
    return (values, y, scratch, threads) -> {
      for (int i = 0; i < copies.size(); i++) {
        copies.get(i).run(values[i], y, threads);
      }
    };
  }

  private static Kernel slice(List<Range> ranges, Shape x, Shape y) {
    return plain(new StridedCopy(y.dims(), first(ranges, x), steps(ranges, x), 0, y.strides()));
  }

  private static Kernel embed(List<Range> ranges, Shape x, Shape y) {
    StridedCopy copy =
        new StridedCopy(x.dims(), 0, x.strides(), first(ranges, y), steps(ranges, y));
    return onto(copy, y, 0);
  }

  private static Kernel onto(StridedCopy copy, Shape shape, float value) {
    int length = shape.length();
    return (inputs, y, scratch, threads) -> {
      StridedCopy.fill(y, length, value, threads);
      copy.run(inputs[0], y, threads);
    };
  }

  private static long first(List<Range> ranges, Shape whole) {
    long first = 0;
    for (Range range : ranges) {
      int axis = whole.axis(range.axis());
      first += whole.strides()[axis] * range.first(whole.dim(axis));
    }
    return first;
  }

  private static long[] steps(List<Range> ranges, Shape whole) {
    long[] steps = whole.strides();
    for (Range range : ranges) {
      steps[whole.axis(range.axis())] *= range.step();
    }
    return steps;
  }

  /**
   * The input moved by {@code before} along each axis, cut where it leaves the output, and a value
   * around it.
   */
  private static Kernel shift(Shape x, Shape y, List<Integer> before, float value) {
    int[] sizes = new int[x.rank()];
    long from = 0;
    long to = 0;
    for (int i = 0; i < sizes.length; i++) {
      int start = Math.max(0, before.get(i));
      int end = Math.min(y.dim(i), before.get(i) + x.dim(i));
      if (end <= start) {
        return (inputs, output, scratch, threads) ->
            StridedCopy.fill(output, y.length(), value, threads);
      }
      sizes[i] = end - start;
      from += x.strides()[i] * (start - before.get(i));
      to += y.strides()[i] * start;
    }
    return onto(new StridedCopy(sizes, from, x.strides(), to, y.strides()), y, value);
  }

  private static List<Taps> tables(
      PadMode mode, List<Integer> before, List<Integer> after, Shape x) {
    List<Taps> axes = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      axes.add(Taps.pad(mode, before.get(i), after.get(i), x.dim(i)));
    }
    return axes;
  }
}
