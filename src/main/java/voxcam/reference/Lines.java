package voxcam.reference;

import voxcam.op.Shape;

/** All lines of a tensor along one axis, one after the other in row-major order. */
final class Lines {
  private final int length;
  private final int stride;
  private final int count;
  private int line = -1;
  private int start;

  Lines(Shape shape, int axis) {
    this.length = shape.dim(axis);
    this.stride = (int) shape.size(axis + 1, shape.rank());
    this.count = (int) shape.size(0, axis) * stride;
  }

  /** Goes to the first line, then to the next; false behind the last one. */
  boolean next() {
    line++;
    start = line / stride * stride * length + line % stride;
    return line < count;
  }

  /**
   * The number of the present line, which is the position of its value in a tensor without the
   * axis.
   */
  int line() {
    return line;
  }

  /** The number of elements on each line. */
  int length() {
    return length;
  }

  /** Where element i of the present line is. */
  int at(int i) {
    return start + i * stride;
  }
}
