package voxcam.cuda;

import java.util.Arrays;
import java.util.stream.IntStream;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * A walk over the elements of a tensor that knows, for each, the place in other tensors; the struct
 * of kernels/walk.cuh. Axes of one element are left out, and neighbours that all tensors cross
 * alike are one axis, so that most walks have one to three axes.
 *
 * @param sizes of the axes, innermost first
 * @param strides for each tensor how far apart neighbours along these axes lie
 */
record Walk(long[] sizes, long[][] strides) {
  /** How many axes the struct has room for. */
  static final int MOST_AXES = 8;

  /**
   * A walk over {@code shape}.
   *
   * @param op names the operation in the error
   * @param strides for each tensor one stride per axis of the shape, outermost first
   * @throws InputException if too many axes are left
   */
  static Walk over(String op, Shape shape, long[]... strides) {
    Walk walk = joined(shape, strides);
    if (walk.axes() > MOST_AXES) {
      throw new InputException(
          "%s: device cuda walks over at most %d axes, %s has %d; use --device cpu"
              .formatted(op, MOST_AXES, shape, walk.axes()));
    }
    return walk;
  }

  private static Walk joined(Shape shape, long[]... strides) {
    long[] sizes = new long[shape.rank()];
    long[][] steps = new long[strides.length][shape.rank()];
    int count = 0;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      if (shape.dim(axis) == 1) {
        continue;
      }
      boolean joins = count > 0;
      for (int t = 0; joins && t < strides.length; t++) {
        joins = strides[t][axis] == steps[t][count - 1] * sizes[count - 1];
      }
      if (joins) {
        sizes[count - 1] *= shape.dim(axis);
      } else {
        sizes[count] = shape.dim(axis);
        for (int t = 0; t < strides.length; t++) {
          steps[t][count] = strides[t][axis];
        }
        count++;
      }
    }
    int axes = count;
    return new Walk(
        Arrays.copyOf(sizes, axes),
        Arrays.stream(steps).map(each -> Arrays.copyOf(each, axes)).toArray(long[][]::new));
  }

  int axes() {
    return sizes.length;
  }

  /** Whether a tensor is crossed without gaps, or is a single number. */
  boolean isFlat(int tensor) {
    return axes() == 0 || (axes() == 1 && strides[tensor][0] >= 0 && strides[tensor][0] <= 1);
  }

  /** How far apart neighbours on the innermost axis lie; 0 where there is none. */
  long step(int tensor) {
    return axes() == 0 ? 0 : strides[tensor][0];
  }

  /** This walk with two of its axes left out. */
  Walk without(int one, int other) {
    int[] left = IntStream.range(0, axes()).filter(a -> a != one && a != other).toArray();
    return new Walk(
        IntStream.of(left).mapToLong(a -> sizes[a]).toArray(),
        Arrays.stream(strides)
            .map(each -> IntStream.of(left).mapToLong(a -> each[a]).toArray())
            .toArray(long[][]::new));
  }

  /** The members of the struct. */
  long[] members() {
    long[] members = new long[1 + MOST_AXES * (1 + strides.length)];
    members[0] = axes();
    System.arraycopy(sizes, 0, members, 1, axes());
    for (int t = 0; t < strides.length; t++) {
      System.arraycopy(strides[t], 0, members, 1 + MOST_AXES * (1 + t), axes());
    }
    return members;
  }

  /** A struct of some numbers and then this walk. */
  Argument.Geometry behind(long... numbers) {
    return Members.joined(numbers, members());
  }
}
