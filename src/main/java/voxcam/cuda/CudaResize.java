package voxcam.cuda;

import java.util.List;
import voxcam.op.Resize;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaResize {
  private CudaResize() {}

  static Launches launches(Resize op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Resize");
  }
}
