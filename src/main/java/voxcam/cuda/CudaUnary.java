package voxcam.cuda;

import voxcam.op.Shape;
import voxcam.op.Unary;

/** Skeleton. */
final class CudaUnary {
  private CudaUnary() {}

  static Launches launches(Unary op, Shape output) {
    throw new UnsupportedOperationException("Unary");
  }
}
