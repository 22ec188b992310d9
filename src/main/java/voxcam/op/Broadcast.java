package voxcam.op;

import java.util.List;

/**
 * NumPy's and ONNX's multidirectional broadcasting: axes align at the end, a size of 1 stretches.
 */
public final class Broadcast {
  private Broadcast() {}

  /**
   * The shape to which all inputs stretch.
   *
   * @throws InputException if two sizes differ and neither is 1
   */
  public static Shape shape(String op, List<Shape> inputs) {
    int rank = 0;
    for (Shape input : inputs) {
      rank = Math.max(rank, input.rank());
    }
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      int size = 1;
      for (Shape input : inputs) {
        int axis = i - rank + input.rank();
        int own = axis < 0 ? 1 : input.dim(axis);
        if (own != 1 && size != 1 && own != size) {
          throw new InputException(
              op
                  + ": sizes "
                  + size
                  + " and "
                  + own
                  + " do not broadcast (inputs "
                  + Arguments.listed(inputs)
                  + ")");
        }
        size = Math.max(size, own);
      }
      dims[i] = size;
    }
    return Shape.of(dims);
  }

  /**
   * Element strides that walk {@code input} while the index walks {@code output}: 0 along stretched
   * axes.
   */
  public static long[] strides(Shape input, Shape output) {
    long[] own = input.strides();
    long[] strides = new long[output.rank()];
    for (int i = 0; i < strides.length; i++) {
      int axis = i - output.rank() + input.rank();
      strides[i] = axis < 0 || input.dim(axis) == 1 ? 0 : own[axis];
    }
    return strides;
  }
}
