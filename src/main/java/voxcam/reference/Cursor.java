package voxcam.reference;

import voxcam.op.Shape;

/**
 * A walk over the positions of a shape in row-major order that yields, for each, an offset into
 * some other array. The offset is the sum of one term for each axis, looked up by the position on
 * that axis, so that strides, reversals and mirrors are all tables.
 */
final class Cursor {
  /** The term of a position that has no counterpart in the other array. */
  static final long OUTSIDE = -(1L << 40);

  private final long[][] terms;
  private final int[] position;

  /** Entry i is the sum of the terms of the axes before i. */
  private final long[] sums;

  /** A walk with {@code terms[axis][position]}; the shape is given by the tables' lengths. */
  Cursor(long[][] terms) {
    this.terms = terms;
    this.position = new int[terms.length];
    this.sums = new long[terms.length + 1];
    sum(0);
  }

  /** A walk over {@code shape} with a constant stride along each axis. */
  static Cursor strided(Shape shape, long[] strides) {
    long[][] terms = new long[shape.rank()][];
    for (int axis = 0; axis < terms.length; axis++) {
      terms[axis] = new long[shape.dim(axis)];
      for (int i = 0; i < terms[axis].length; i++) {
        terms[axis][i] = i * strides[axis];
      }
    }
    return new Cursor(terms);
  }

  /**
   * The offset at the present position, negative if it lies outside; then goes on to the next
   * position.
   */
  int next() {
    long offset = sums[terms.length];
    int axis = terms.length - 1;
    while (axis >= 0 && ++position[axis] == terms[axis].length) {
      position[axis--] = 0;
    }
    sum(Math.max(axis, 0));
    return offset < 0 ? -1 : (int) offset;
  }

  private void sum(int from) {
    for (int axis = from; axis < terms.length; axis++) {
      sums[axis + 1] = sums[axis] + terms[axis][position[axis]];
    }
  }
}
