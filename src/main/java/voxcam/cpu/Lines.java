package voxcam.cpu;

import voxcam.op.Shape;

/**
 * The lines of a tensor along one axis. Neighbouring lines are handled together, so that the inner
 * loops run over contiguous values.
 *
 * @param outer product of the sizes before the axis
 * @param size of the axis
 * @param inner product of the sizes behind it, which is also the step along a line
 */
record Lines(int outer, int size, int inner) {
  /** The most lines that are handled together. */
  static final int WIDTH = 256;

  private static final int SPAN = 1 << 14;

  /** Does {@code width} neighbouring lines, the first of which starts at {@code from}. */
  interface Body {
    /** {@code line} is the number of the first line, counted over outer and inner positions. */
    void run(int from, int line, int width);
  }

  static Lines along(Shape shape, int axis) {
    int at = shape.axis(axis);
    return new Lines(
        (int) shape.size(0, at), shape.dim(at), (int) shape.size(at + 1, shape.rank()));
  }

  void forEach(Threads threads, Body body) {
    int width = Math.min(inner, WIDTH);
    int parts = Math.ceilDiv(inner, width);
    int blocks = outer * parts;
    int bundle = (int) Math.max(1, SPAN / ((long) width * size));
    threads.forEach(
        Math.ceilDiv(blocks, bundle),
        task -> {
          for (int block = task * bundle; block < Math.min(blocks, (task + 1) * bundle); block++) {
            int row = block / parts;
            int column = block % parts * width;
            body.run(
                row * size * inner + column, row * inner + column, Math.min(width, inner - column));
          }
        });
  }
}
