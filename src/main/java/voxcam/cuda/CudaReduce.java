package voxcam.cuda;

import voxcam.op.Reduce;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaReduce {
  private CudaReduce() {}

  static Launches launches(Reduce op, Shape input, Shape output) {
    throw new UnsupportedOperationException("Reduce");
  }
}
