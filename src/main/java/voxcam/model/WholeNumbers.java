package voxcam.model;

import voxcam.op.Tensor;

/** A tensor whose values may be whole numbers of 64 bits, more than a double holds. */
interface WholeNumbers extends Tensor {
  /** Whether the values are whole by their type. */
  boolean isWhole();

  /** The values of a whole type, in all their 64 bits. */
  long[] wholes();
}
