package voxcam.cuda;

import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

/** Skeleton. */
final class CudaCam {
  private CudaCam() {}

  static Launches launches(Cam op, List<Shape> inputs, Shape output) {
    throw new UnsupportedOperationException("Cam");
  }
}
