package voxcam.cuda;

import voxcam.op.Shape;

/**
 * The lines of a tensor along one axis, and whether a team or a single thread is best for each.
 *
 * @param lines how many there are
 * @param length elements of each
 * @param inner how far apart neighbours on a line lie
 */
record AxisLines(long lines, long length, long inner) {
  /** Lines from which on single threads fill a device. */
  private static final long MANY = 4096;

  /** Lines up to this length are too short for a team. */
  private static final long SHORT = 64;

  /** Lines side by side from which on neighbouring threads read neighbours. */
  private static final long WIDE = 8;

  static AxisLines of(Shape shape, int axis) {
    long inner = shape.size(axis + 1, shape.rank());
    return new AxisLines(shape.size(0, axis) * inner, shape.dim(axis), inner);
  }

  /** Whether each line has one thread, because lines lie side by side and are many or short. */
  boolean sideBySide() {
    return inner >= WIDE && (lines >= MANY || length <= SHORT);
  }

  /** The threads of each line where there is not one alone. */
  int team() {
    return Teams.of(length);
  }

  Grid grid() {
    return sideBySide() ? Grid.covering(lines, Teams.BLOCK) : Teams.grid(lines, team());
  }
}
