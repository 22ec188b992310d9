package voxcam.cuda;

import voxcam.op.Shape;
import voxcam.op.Unary;

/** Functions of one value, by kernels/unary.cu. */
final class CudaUnary {
  private CudaUnary() {}

  static Launches launches(Unary op, Shape output) {
    Activation activation = Activation.of(op);
    return Launches.of(
        Launch.of(
            "unary",
            "unaryApply",
            Elements.grid(output.size()),
            new Argument.Input(0),
            new Argument.Output(),
            new Argument.Geometry(output.size(), activation.kind()),
            new Argument.Real(activation.alpha()),
            new Argument.Real(activation.beta())));
  }
}
