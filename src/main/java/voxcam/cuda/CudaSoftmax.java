package voxcam.cuda;

import voxcam.op.Shape;
import voxcam.op.Softmax;

/** Skeleton. */
final class CudaSoftmax {
  private CudaSoftmax() {}

  static Launches launches(Softmax op, Shape input) {
    throw new UnsupportedOperationException("Softmax");
  }
}
