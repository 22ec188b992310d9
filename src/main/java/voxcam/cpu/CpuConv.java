package voxcam.cpu;

import java.util.List;
import java.util.Optional;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class CpuConv {
  private CpuConv() {}

  static Kernel kernel(Conv op, List<Shape> inputs, Shape output, List<Optional<Tensor>> constants) {
    throw new UnsupportedOperationException("conv " + op + inputs + output + constants);
  }
}
