package voxcam.cuda;

import voxcam.op.Shape;
import voxcam.op.Softmax;

/** Exponentials that sum to 1, by kernels/softmax.cu. */
final class CudaSoftmax {
  private CudaSoftmax() {}

  static Launches launches(Softmax op, Shape input) {
    AxisLines lines = AxisLines.of(input, input.axis(op.axis()));
    boolean log =
        switch (op) {
          case Softmax.Plain _ -> false;
          case Softmax.Log _ -> true;
        };
    return Launches.of(
        Launch.of(
            "softmax",
            lines.sideBySide() ? "softmaxColumns" : "softmaxLines",
            lines.grid(),
            new Argument.Input(0),
            new Argument.Output(),
            new Argument.Geometry(
                lines.lines(), lines.length(), lines.inner(), lines.team(), log ? 1 : 0)));
  }
}
