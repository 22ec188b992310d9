package voxcam.cuda;

import java.util.List;
import voxcam.op.Norm;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaNorm {
  private CudaNorm() {}

  static Launches launches(Norm op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Norm");
  }
}
