package voxcam.cuda;

import java.util.List;
import voxcam.op.Index;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaIndex {
  private CudaIndex() {}

  static Launches launches(Index op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Index");
  }
}
