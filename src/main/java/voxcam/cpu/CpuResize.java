package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Resize;
import voxcam.op.Shape;

/**
 * Interpolation, and its adjoint in gather form: each input position sums what the outputs that
 * read it hand back.
 */
final class CpuResize {
  private CpuResize() {}

  static Kernel kernel(Resize op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    int outer = x.dim(0) * x.dim(1);
    return Enlargement.of(outer, axes(op, x, output));
  }

  /** The tables of all spatial axes. */
  static List<Taps> axes(Resize op, Shape x, Shape output) {
    return switch (op) {
      case Resize.Forward forward -> tables(forward, x, output);
      case Resize.Grad(Resize.Forward forward, var _) ->
          tables(forward, output, x).stream().map(Taps::transposed).toList();
    };
  }

  private static List<Taps> tables(Resize.Forward forward, Shape x, Shape y) {
    List<Taps> axes = new ArrayList<>();
    for (int axis = 2; axis < x.rank(); axis++) {
      axes.add(Taps.resize(forward, axis - 2, x.dim(axis), y.dim(axis)));
    }
    return axes;
  }
}
