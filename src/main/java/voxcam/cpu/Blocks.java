package voxcam.cpu;

import java.util.Arrays;
import voxcam.op.Shape;

/**
 * The rows of a {@link Layout#BLOCKED} tensor: one for each block of each sample, sixteen channels
 * for each position of space.
 */
record Blocks(int samples, int channels, int space) {
  /** Floats in one task: enough to outweigh starting it, few enough to share out. */
  static final int SPAN = 1 << 15;

  /** Positions in one task. */
  static final int CHUNK = SPAN / Layout.BLOCK;

  /** Does positions {@code from} to {@code to} of one row. */
  interface Body {
    void run(int row, int from, int to);
  }

  static Blocks of(Shape shape) {
    return new Blocks(shape.dim(0), shape.dim(1), Math.toIntExact(shape.size(2, shape.rank())));
  }

  /** The sizes {@code [N, C / 16, ..., 16]}, in which a blocked tensor lies row-major. */
  static Shape padded(Shape shape) {
    int[] dims = Arrays.copyOf(shape.dims(), shape.rank() + 1);
    dims[1] = Layout.blocks(dims[1]);
    dims[shape.rank()] = Layout.BLOCK;
    return Shape.of(dims);
  }

  /** Blocks of one sample. */
  int perSample() {
    return Layout.blocks(channels);
  }

  int rows() {
    return samples * perSample();
  }

  /** Where a row begins. */
  int start(int row) {
    return row * space * Layout.BLOCK;
  }

  int sample(int row) {
    return row / perSample();
  }

  /** The first channel of a row. */
  int channel(int row) {
    return row % perSample() * Layout.BLOCK;
  }

  /** How many channels of a row there are; the others are missing. */
  int present(int row) {
    return Math.min(Layout.BLOCK, channels - channel(row));
  }

  /** How many chunks a row is cut into. */
  int chunks() {
    return Math.ceilDiv(space, CHUNK);
  }

  /** All rows, long ones in chunks, short ones several to a task. */
  void forEach(Threads threads, Body body) {
    int chunks = chunks();
    if (chunks == 1) {
      int bundle = Math.max(1, CHUNK / space);
      int rows = rows();
      threads.forEach(
          Math.ceilDiv(rows, bundle),
          task -> {
            for (int row = task * bundle; row < Math.min(rows, (task + 1) * bundle); row++) {
              body.run(row, 0, space);
            }
          });
    } else {
      threads.forEach(
          rows() * chunks,
          task -> {
            int from = task % chunks * CHUNK;
            body.run(task / chunks, from, Math.min(space, from + CHUNK));
          });
    }
  }
}
