package voxcam.volume;

import java.util.Arrays;

/**
 * How the voxels of one grid are found in another one, axis by axis: index {@code i} along axis
 * {@code a} of the new grid lies at {@code scale[a] * i + offset[a]} along axis {@code source[a]}
 * of the old one. Every geometric step of a recipe is such a move (permutation, flip, shift, zoom),
 * and so are their combinations and inverses; flips and shifts stay exact.
 */
final class Move {
  static final Move STAY = new Move(new int[] {0, 1, 2}, new double[] {1, 1, 1}, new double[3]);

  /** The axes in reverse order: x,y,z become z,y,x. */
  static final Move REVERSE = new Move(new int[] {2, 1, 0}, new double[] {1, 1, 1}, new double[3]);

  private final int[] source;
  private final double[] scale;
  private final double[] offset;

  Move(int[] source, double[] scale, double[] offset) {
    this.source = source;
    this.scale = scale;
    this.offset = offset;
  }

  /** A shift: index 0 of the new grid is index {@code start} of the old one. */
  static Move shift(int... start) {
    return new Move(STAY.source, STAY.scale, Arrays.stream(start).asDoubleStream().toArray());
  }

  /** A zoom that keeps the outer face of the first voxel in place: half-pixel positions. */
  static Move zoom(double... scale) {
    double[] offset = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      offset[axis] = 0.5 * scale[axis] - 0.5;
    }
    return new Move(STAY.source, scale.clone(), offset);
  }

  int source(int axis) {
    return source[axis];
  }

  /**
   * Where index {@code i} along an axis of the new grid lies along the {@link #source} axis of the
   * old one.
   */
  double position(int axis, int i) {
    double position = scale[axis] * i + offset[axis];
    double whole = Math.rint(position);
    // Zooming there and back must not blur voxels that coincide.
    return Math.abs(position - whole) < 1e-6 ? whole : position;
  }

  /**
   * This move, from the oldest grid to a middle one, followed by one from the middle to a new grid.
   */
  Move then(Move next) {
    int[] from = new int[3];
    double[] by = new double[3];
    double[] at = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      int middle = next.source[axis];
      from[axis] = source[middle];
      by[axis] = scale[middle] * next.scale[axis];
      at[axis] = scale[middle] * next.offset[axis] + offset[middle];
    }
    return new Move(from, by, at);
  }

  /** The way back. */
  Move inverse() {
    int[] from = new int[3];
    double[] by = new double[3];
    double[] at = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      int old = source[axis];
      from[old] = axis;
      by[old] = 1 / scale[axis];
      at[old] = -offset[axis] / scale[axis];
    }
    return new Move(from, by, at);
  }

  boolean stays() {
    return Arrays.equals(source, STAY.source)
        && Arrays.equals(scale, STAY.scale)
        && Arrays.equals(offset, STAY.offset);
  }

  /** The sizes after a move that only permutes and flips. */
  int[] permuted(int[] size) {
    return new int[] {size[source[0]], size[source[1]], size[source[2]]};
  }

  /** The move as a matrix from new indices to old ones. */
  Affine matrix() {
    double[][] rows = new double[3][4];
    for (int axis = 0; axis < 3; axis++) {
      rows[source[axis]][axis] = scale[axis];
      rows[source[axis]][3] = offset[axis];
    }
    return Affine.of(rows);
  }
}
