package voxcam.cuda;

import java.util.List;
import voxcam.op.Broadcast;
import voxcam.op.Shape;

/** A choice between two values, by kernels/where.cu. */
final class CudaWhere {
  private CudaWhere() {}

  static Launches launches(List<Shape> inputs, Shape output) {
    Walk walk =
        Walk.over(
            "Where",
            output,
            Broadcast.strides(inputs.get(0), output),
            Broadcast.strides(inputs.get(1), output),
            Broadcast.strides(inputs.get(2), output));
    return Launches.of(
        Launch.of(
            "where",
            "whereSelect",
            Elements.grid(output.size()),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Input(2),
            new Argument.Output(),
            walk.behind(output.size())));
  }
}
