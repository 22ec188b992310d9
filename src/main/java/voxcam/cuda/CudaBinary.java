package voxcam.cuda;

import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Broadcast;
import voxcam.op.Shape;

/** Functions of two values with broadcasting, by kernels/binary.cu. */
final class CudaBinary {
  private CudaBinary() {}

  static Launches launches(Binary op, List<Shape> inputs, Shape output) {
    Walk walk =
        Walk.over(
            op.name(),
            output,
            Broadcast.strides(inputs.get(0), output),
            Broadcast.strides(inputs.get(1), output));
    boolean flat = walk.isFlat(0) && walk.isFlat(1);
    long count = output.size();
    return Launches.of(
        Launch.of(
            "binary",
            flat ? "binaryFlat" : "binaryStrided",
            Elements.grid(count),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Output(),
            flat
                ? new Argument.Geometry(count, op.kind().ordinal(), walk.step(0), walk.step(1))
                : walk.behind(count, op.kind().ordinal())));
  }
}
