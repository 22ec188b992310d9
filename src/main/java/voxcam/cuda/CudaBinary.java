package voxcam.cuda;

import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaBinary {
  private CudaBinary() {}

  static Launches launches(Binary op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Binary");
  }
}
