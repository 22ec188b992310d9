package voxcam.reference;

import voxcam.op.Shape;

/**
 * The sizes of {@code [N,C,...]} as those of a volume: missing spatial axes before the last have
 * size 1.
 */
record Grid(int n, int c, int d, int h, int w) {
  static Grid of(Shape shape) {
    int rank = shape.rank();
    return new Grid(
        shape.dim(0),
        shape.dim(1),
        rank < 5 ? 1 : shape.dim(2),
        rank < 4 ? 1 : shape.dim(-2),
        shape.dim(-1));
  }

  /** Where a row of W values starts. */
  int row(int n, int c, int d, int h) {
    return (((n * this.c + c) * this.d + d) * this.h + h) * w;
  }

  /** The number of values of one channel. */
  int plane() {
    return d * h * w;
  }
}
