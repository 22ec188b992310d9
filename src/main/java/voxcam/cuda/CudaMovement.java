package voxcam.cuda;

import java.util.List;
import voxcam.op.Movement;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaMovement {
  private CudaMovement() {}

  static Launches launches(Movement op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Movement");
  }
}
