package voxcam.cpu;

import voxcam.op.Shape;

/** How the values of a tensor {@code [N,C,...]} lie in memory inside a program. */
enum Layout {
  /** Row-major, as at the boundary. */
  PLAIN,

  /**
   * {@code [N][C / 16][...][16]}: sixteen channels of a position side by side. Where C is no
   * multiple of 16 the last block is as long as the others; what lies in its missing channels is
   * unknown, so no kernel may let it into a result.
   */
  BLOCKED;

  /** The channels of a block. */
  static final int BLOCK = 16;

  /** How many floats a tensor takes. */
  long floats(Shape shape) {
    if (this == PLAIN) {
      return shape.size();
    }
    return shape.size() / shape.dim(1) * blocks(shape.dim(1)) * BLOCK;
  }

  /** Whether one array can hold a tensor: 17 channels, say, take as much as 32 in blocks. */
  boolean fits(Shape shape) {
    return this == PLAIN || floats(shape) <= Storage.LONGEST;
  }

  /** How many blocks hold this many channels. */
  static int blocks(int channels) {
    return Math.ceilDiv(channels, BLOCK);
  }
}
