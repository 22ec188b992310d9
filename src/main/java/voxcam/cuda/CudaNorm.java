package voxcam.cuda;

import java.util.List;
import java.util.Optional;
import voxcam.op.Norm;
import voxcam.op.Shape;

/** Normalisations, by kernels/norm.cu. */
final class CudaNorm {
  /** The least part of a line that is worth a block. */
  private static final int PART = 4096;

  /** Bytes of the moments of a part: three sums in double. */
  private static final long MOMENTS = 24;

  /** Bytes of a gradient's sums of a part: two of them in double. */
  private static final long SUMS = 16;

  private CudaNorm() {}

  static Launches launches(Norm op, List<Shape> inputs, Shape output) {
    return launches(op, inputs, output, Activation.NONE);
  }

  private static Launches launches(
      Norm op, List<Shape> inputs, Shape shape, Activation activation) {
    boolean scaled = inputs.size() > 1;
    return switch (op) {
      case Norm.Batch(double epsilon) -> batch(epsilon, shape, activation);
      case Norm.Instance(double epsilon) ->
          forward(ofChannels(shape, shape.dim(1), scaled, scaled), epsilon, activation);
      case Norm.Group(int groups, double epsilon) ->
          forward(ofChannels(shape, groups, scaled, scaled), epsilon, activation);
      case Norm.GroupGrad(int groups, double epsilon) ->
          gradient(ofChannels(shape, groups, inputs.size() > 2, false), epsilon);
      case Norm.Layer(int axis, double epsilon) ->
          forward(ofRows(shape, axis, scaled, inputs.size() > 2), epsilon, activation);
      case Norm.L2(int axis) -> l2(shape, shape.axis(axis));
      case Norm.Activated(var norm, var unary) ->
          launches(norm, inputs, shape, Activation.of(Optional.of(unary)));
    };
  }

  private static Launches batch(double epsilon, Shape shape, Activation activation) {
    return Launches.of(
        Launch.of(
            "norm",
            "normBatch",
            Elements.grid(shape.size()),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Input(2),
            new Argument.Input(3),
            new Argument.Input(4),
            new Argument.Output(),
            new Argument.Geometry(
                shape.size(), shape.size(2, shape.rank()), shape.dim(1), activation.kind()),
            new Argument.Real((float) epsilon),
            new Argument.Real(activation.alpha()),
            new Argument.Real(activation.beta())));
  }

  /**
   * What is normalised together: {@code groups} lines in turn, each of {@code channels} scales for
   * {@code plane} elements.
   */
  private record Grouping(
      long lines, long groups, long channels, long plane, boolean scaled, boolean biased) {
    long length() {
      return channels * plane;
    }

    long partLength() {
      return Teams.partLength(length(), Math.ceilDiv(lines * team(), Teams.BLOCK), PART);
    }

    long parts() {
      return Math.ceilDiv(length(), partLength());
    }

    int team() {
      return Teams.of(length());
    }

    Grid grid() {
      return Teams.grid(lines * parts(), team());
    }

    Argument.Geometry geometry(int kind) {
      return new Argument.Geometry(
          lines,
          length(),
          team(),
          parts(),
          partLength(),
          groups,
          channels,
          plane,
          scaled ? 1 : 0,
          biased ? 1 : 0,
          kind);
    }

    /** An optional input; the kernel gets the first one in its place and leaves it alone. */
    Argument optional(boolean given, int index) {
      return new Argument.Input(given ? index : 0);
    }
  }

  private static Grouping ofChannels(Shape shape, int groups, boolean scaled, boolean biased) {
    long lines = (long) shape.dim(0) * groups;
    int channels = shape.dim(1) / groups;
    return new Grouping(lines, groups, channels, shape.size(2, shape.rank()), scaled, biased);
  }

  private static Grouping ofRows(Shape shape, int axis, boolean scaled, boolean biased) {
    int from = shape.axis(axis);
    return new Grouping(shape.size(0, from), 1, shape.size(from, shape.rank()), 1, scaled, biased);
  }

  private static Launches forward(Grouping lines, double epsilon, Activation activation) {
    Argument x = new Argument.Input(0);
    Argument scale = lines.optional(lines.scaled(), 1);
    Argument bias = lines.optional(lines.biased(), 2);
    Argument partials = new Argument.Scratch(0);
    Argument y = new Argument.Output();
    Argument geometry = lines.geometry(activation.kind());
    Argument small = new Argument.Real((float) epsilon);
    Argument alpha = new Argument.Real(activation.alpha());
    Argument beta = new Argument.Real(activation.beta());
    Grid grid = lines.grid();
    if (lines.parts() == 1) {
      return Launches.of(
          Launch.of("norm", "normLines", grid, x, scale, bias, y, geometry, small, alpha, beta));
    }
    return new Launches(
        List.of(
            Launch.of("norm", "normMoments", grid, x, partials, geometry),
            Launch.of(
                "norm",
                "normApply",
                grid,
                x,
                scale,
                bias,
                partials,
                y,
                geometry,
                small,
                alpha,
                beta)),
        lines.lines() * lines.parts() * MOMENTS);
  }

  private static Launches gradient(Grouping lines, double epsilon) {
    Argument x = new Argument.Input(0);
    Argument gy = new Argument.Input(1);
    Argument scale = lines.optional(lines.scaled(), 2);
    Argument y = new Argument.Output();
    Argument geometry = lines.geometry(Activation.NONE.kind());
    Argument small = new Argument.Real((float) epsilon);
    Grid grid = lines.grid();
    if (lines.parts() == 1) {
      return Launches.of(
          Launch.of("norm", "normGradLines", grid, x, gy, scale, y, geometry, small));
    }
    long count = lines.lines() * lines.parts();
    long from = CudaPlan.aligned(count * MOMENTS);
    Argument moments = new Argument.Scratch(0);
    Argument sums = new Argument.Scratch(from);
    return new Launches(
        List.of(
            Launch.of("norm", "normMoments", grid, x, moments, geometry),
            Launch.of("norm", "normGradSums", grid, x, gy, scale, moments, sums, geometry, small),
            Launch.of(
                "norm", "normGradApply", grid, x, gy, scale, moments, sums, y, geometry, small)),
        from + count * SUMS);
  }

  private static Launches l2(Shape shape, int axis) {
    AxisLines lines = AxisLines.of(shape, axis);
    boolean columns = lines.sideBySide();
    return Launches.of(
        Launch.of(
            "norm",
            columns ? "normL2Columns" : "normL2Lines",
            lines.grid(),
            new Argument.Input(0),
            new Argument.Output(),
            new Argument.Geometry(lines.lines(), lines.length(), lines.inner(), lines.team())));
  }
}
