package voxcam.op;

import java.util.Arrays;

/**
 * The sizes of a dense row-major tensor, outermost axis first; volumes are {@code [N,C,D,H,W]}. A
 * shape of rank 0 is a scalar. Every size is at least 1. Axes may be counted from the end with
 * negative numbers.
 */
public final class Shape {
  /** The shape of a single number. */
  public static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;

  private Shape(int[] dims) {
    this.dims = dims;
  }

  /**
   * A shape with these sizes.
   *
   * @throws InputException if a size is below 1
   */
  public static Shape of(int... dims) {
    for (int dim : dims) {
      if (dim < 1) {
        throw new InputException(
            "shape: size "
                + dim
                + " in "
                + Arrays.toString(dims)
                + ", every size must be at least 1");
      }
    }
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** The size of an axis; {@code -1} is the last one. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** The axis as a number from 0, for one that may be counted from the end. */
  public int axis(int axis) {
    int positive = axis < 0 ? axis + dims.length : axis;
    if (positive < 0 || positive >= dims.length) {
      throw new InputException("shape: axis " + axis + " does not exist in " + this);
    }
    return positive;
  }

  /** The number of elements. */
  public long size() {
    return size(0, dims.length);
  }

  /** The product of the sizes of axes {@code from} to {@code to}, the last one excluded. */
  public long size(int from, int to) {
    long size = 1;
    for (int i = from; i < to; i++) {
      size = Math.multiplyExact(size, (long) dims[i]);
    }
    return size;
  }

  /**
   * The number of elements as an array length.
   *
   * @throws InputException if one array cannot hold them
   */
  public int length() {
    long size = size();
    if (size > Integer.MAX_VALUE - 1024) {
      throw new InputException(
          "shape: "
              + this
              + " has "
              + size
              + " elements, one tensor holds at most 2^31; use a smaller input");
    }
    return (int) size;
  }

  public int[] dims() {
    return dims.clone();
  }

  /** This shape with another size on one axis. */
  public Shape with(int axis, int size) {
    int[] changed = dims.clone();
    changed[axis(axis)] = size;
    return of(changed);
  }

  /** How far apart, in elements, neighbours along each axis lie. */
  public long[] strides() {
    long[] strides = new long[dims.length];
    long stride = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** The sizes as {@code [1,3,8,8,8]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims).replace(" ", "");
  }
}
