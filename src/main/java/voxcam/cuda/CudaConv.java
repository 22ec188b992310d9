package voxcam.cuda;

import java.util.List;
import voxcam.op.Conv;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaConv {
  private CudaConv() {}

  static Launches launches(Conv op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Conv");
  }
}
