package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Broadcast;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Values placed elsewhere. Reshapes do not come here: they share the values of their input. */
final class ReferenceMovement {
  private ReferenceMovement() {}

  static void run(Movement movement, List<Tensor> inputs, Shape shape, double[] y) {
    Shape first = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    switch (movement) {
      case Movement.Reshape _,
          Movement.Flatten _,
          Movement.Squeeze _,
          Movement.Unsqueeze _,
          Movement.Identity _,
          Movement.Dropout _ ->
          throw new IllegalStateException(movement.name() + " has the values of its input");
      case Movement.Transpose(List<Integer> order) -> {
        long[] strides = first.strides();
        long[] ordered = order.stream().mapToLong(axis -> strides[axis]).toArray();
        gather(x, Cursor.strided(shape, ordered), 0, y);
      }
      case Movement.Expand _ ->
          gather(x, Cursor.strided(shape, Broadcast.strides(first, shape)), 0, y);
      case Movement.Slice(List<Movement.Range> ranges) -> gather(x, sliced(first, ranges), 0, y);
      case Movement.Embed(List<Movement.Range> ranges, Shape to) ->
          scatter(x, sliced(to, ranges), y);
      case Movement.Pad op ->
          gather(x, padded(op.mode(), op.before(), op.after(), first), op.value(), y);
      case Movement.PadGrad op ->
          scatter(x, padded(op.mode(), op.before(), op.after(), op.shape()), y);
      case Movement.Concat(int axis) -> concat(inputs, shape, shape.axis(axis), y);
    }
  }

  /** Each output from where the cursor says, or a given value where it points outside. */
  private static void gather(double[] x, Cursor from, double outside, double[] y) {
    for (int i = 0; i < y.length; i++) {
      int at = from.next();
      y[i] = at < 0 ? outside : x[at];
    }
  }

  /** The adjoint of {@link #gather}: each input is added where the cursor says. */
  private static void scatter(double[] x, Cursor to, double[] y) {
    Arrays.fill(y, 0);
    for (double value : x) {
      int at = to.next();
      if (at >= 0) {
        y[at] += value;
      }
    }
  }

  /** A walk over a slice that yields positions in the whole. */
  private static Cursor sliced(Shape whole, List<Movement.Range> ranges) {
    int[][] positions = positions(whole);
    for (Movement.Range range : ranges) {
      int axis = whole.axis(range.axis());
      // A second range on an axis slices what the first one left.
      int[] left = positions[axis];
      int[] taken = new int[range.count(left.length)];
      for (int i = 0; i < taken.length; i++) {
        taken[i] = left[range.first(left.length) + i * range.step()];
      }
      positions[axis] = taken;
    }
    return cursor(positions, whole);
  }

  /** A walk over the padded tensor that yields positions in the tensor. */
  private static Cursor padded(
      Movement.PadMode mode, List<Integer> before, List<Integer> after, Shape whole) {
    int[][] positions = new int[whole.rank()][];
    for (int axis = 0; axis < positions.length; axis++) {
      int size = whole.dim(axis);
      positions[axis] = new int[before.get(axis) + size + after.get(axis)];
      for (int i = 0; i < positions[axis].length; i++) {
        int position = i - before.get(axis);
        positions[axis][i] =
            switch (mode) {
              case CONSTANT -> position < size ? Math.max(position, -1) : -1;
              case EDGE -> Math.clamp(position, 0, size - 1);
              case REFLECT -> size - 1 - Math.abs(size - 1 - Math.abs(position));
            };
      }
    }
    return cursor(positions, whole);
  }

  private static int[][] positions(Shape shape) {
    int[][] positions = new int[shape.rank()][];
    for (int axis = 0; axis < positions.length; axis++) {
      positions[axis] = new int[shape.dim(axis)];
      Arrays.setAll(positions[axis], i -> i);
    }
    return positions;
  }

  /** The walk over the grid of these positions per axis; -1 is a position outside. */
  private static Cursor cursor(int[][] positions, Shape shape) {
    long[] strides = shape.strides();
    long[][] terms = new long[positions.length][];
    for (int axis = 0; axis < terms.length; axis++) {
      terms[axis] = new long[positions[axis].length];
      for (int i = 0; i < terms[axis].length; i++) {
        int position = positions[axis][i];
        terms[axis][i] = position < 0 ? Cursor.OUTSIDE : position * strides[axis];
      }
    }
    return new Cursor(terms);
  }

  private static void concat(List<Tensor> inputs, Shape shape, int axis, double[] y) {
    int inner = (int) shape.size(axis + 1, shape.rank());
    int outer = (int) shape.size(0, axis);
    int row = shape.dim(axis) * inner;
    int start = 0;
    for (Tensor input : inputs) {
      int part = input.shape().dim(axis) * inner;
      for (int o = 0; o < outer; o++) {
        System.arraycopy(input.doubles(), o * part, y, o * row + start, part);
      }
      start += part;
    }
  }
}
