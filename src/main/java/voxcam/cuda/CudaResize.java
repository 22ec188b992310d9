package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Resize;
import voxcam.op.Shape;

/**
 * Launches of kernels/resize.cu: first tables of what each output takes, along each axis; then the
 * resize in one go, or its adjoint one axis after the other.
 */
final class CudaResize {
  private static final String FAMILY = "resize";
  private static final int THREADS = 256;
  private static final int AXES = 3;

  /**
   * The resize along D, H and W; axes that the tensor lacks have size 1.
   *
   * @param channels how many volumes
   * @param sizes before
   * @param outputs after
   * @param scales the factors between them, as the coordinate formulas take them
   */
  private record Axes(
      Resize.Sampling sampling, long channels, int[] sizes, int[] outputs, double[] scales) {
    static Axes of(Resize.Forward op, Shape x, Shape y) {
      double[] scales = {1, 1, 1};
      for (int axis = 0; axis < x.rank() - 2; axis++) {
        scales[AXES + 2 - x.rank() + axis] = op.scale(axis, x.dim(axis + 2));
      }
      return new Axes(
          op.sampling(),
          (long) x.dim(0) * x.dim(1),
          CudaConvGeometry.spatial(x),
          CudaConvGeometry.spatial(y),
          scales);
    }

    boolean linear() {
      return sampling.mode() == Resize.Mode.LINEAR;
    }

    /** Whether nothing changes along an axis. */
    boolean keeps(int axis) {
      return sizes[axis] == outputs[axis] && scales[axis] == 1;
    }

    /** The length of all tables. */
    long entries() {
      return (long) outputs[0] + outputs[1] + outputs[2];
    }

    Argument.Geometry argument() {
      long[] values = new long[4 + 3 * AXES];
      values[0] = channels;
      values[1] = linear() ? 1 : 0;
      values[2] =
          switch (sampling.coordinates()) {
            case HALF_PIXEL -> 0;
            case PYTORCH_HALF_PIXEL -> 1;
            case ALIGN_CORNERS -> 2;
            case ASYMMETRIC -> 3;
          };
      values[3] =
          switch (sampling.rounding()) {
            case ROUND_PREFER_FLOOR -> 0;
            case ROUND_PREFER_CEIL -> 1;
            case FLOOR -> 2;
            case CEIL -> 3;
          };
      for (int i = 0; i < AXES; i++) {
        values[4 + i] = sizes[i];
        values[4 + AXES + i] = outputs[i];
        values[4 + 2 * AXES + i] = Double.doubleToRawLongBits(scales[i]);
      }
      return new Argument.Geometry(values);
    }
  }

  private CudaResize() {}

  static Launches launches(Resize op, List<Shape> inputs, Shape output) {
    Shape first = inputs.get(0);
    return switch (op) {
      case Resize.Forward forward -> forward(Axes.of(forward, first, output), output);
      case Resize.Grad(Resize.Forward forward, _) -> grad(Axes.of(forward, output, first));
    };
  }

  private static Launches forward(Axes axes, Shape y) {
    Argument low = new Argument.Scratch(0);
    Argument fraction = new Argument.Scratch(CudaPlan.aligned(axes.entries() * 4));
    return new Launches(
        List.of(
            tables(axes, low, fraction),
            Launch.of(
                FAMILY,
                "resizeForward",
                Grid.covering(y.size(), THREADS),
                new Argument.Input(0),
                low,
                fraction,
                new Argument.Output(),
                axes.argument())),
        2 * CudaPlan.aligned(axes.entries() * 4));
  }

  private static Launch tables(Axes axes, Argument low, Argument fraction) {
    Grid grid = Grid.covering(axes.entries(), THREADS);
    return Launch.of(FAMILY, "resizeTaps", grid, low, fraction, axes.argument());
  }

  /** Outer axes first: their neighbours in memory are whole rows. */
  private static Launches grad(Axes axes) {
    long table = CudaPlan.aligned(axes.entries() * 4);
    Argument low = new Argument.Scratch(0);
    Argument fraction = new Argument.Scratch(table);
    Argument ranges = new Argument.Scratch(2 * table);
    long used =
        2 * table
            + CudaPlan.aligned(
                8L * Math.max(axes.sizes[0], Math.max(axes.sizes[1], axes.sizes[2])));
    List<Integer> passes = passes(axes);
    List<Launch> launches = new ArrayList<>();
    launches.add(tables(axes, low, fraction));
    int[] sizes = axes.outputs.clone();
    Argument from = new Argument.Input(0);
    for (int pass : passes) {
      int before = sizes[pass];
      long outer = axes.channels;
      long inner = 1;
      long begin = 0;
      for (int i = 0; i < AXES; i++) {
        outer *= i < pass ? sizes[i] : 1;
        inner *= i > pass ? sizes[i] : 1;
        begin += i < pass ? axes.outputs[i] : 0;
      }
      sizes[pass] = axes.sizes[pass];
      long count = outer * sizes[pass] * inner;
      Argument to = new Argument.Output();
      if (pass != passes.getLast()) {
        to = new Argument.Scratch(used);
        used += CudaPlan.aligned(count * 4);
      }
      Argument geometry =
          new Argument.Geometry(outer, sizes[pass], before, inner, begin, axes.linear() ? 1 : 0);
      launches.add(
          Launch.of(
              FAMILY, "resizeRanges", Grid.covering(sizes[pass], THREADS), low, ranges, geometry));
      launches.add(
          Launch.of(
              FAMILY,
              "resizeGrad",
              Grid.covering(count, THREADS),
              from,
              low,
              fraction,
              ranges,
              to,
              geometry));
      from = to;
    }
    return new Launches(launches, used);
  }

  /** The axes along which something changes; one at least, since the result must be written. */
  private static List<Integer> passes(Axes axes) {
    List<Integer> passes = new ArrayList<>();
    for (int i = 0; i < AXES; i++) {
      if (!axes.keeps(i)) {
        passes.add(i);
      }
    }
    return passes.isEmpty() ? List.of(0) : passes;
  }
}
