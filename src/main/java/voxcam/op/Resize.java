package voxcam.op;

import java.util.ArrayList;
import java.util.List;

/** Interpolation of the spatial axes of {@code [N,C,...]} to other sizes, and its gradient. */
public sealed interface Resize extends Op {
  /** How values between grid points are made. */
  enum Mode {
    NEAREST,
    LINEAR
  }

  /** How an output position becomes an input position. */
  enum Coordinates {
    HALF_PIXEL,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC
  }

  /** Which grid point is nearest. */
  enum Rounding {
    ROUND_PREFER_FLOOR,
    ROUND_PREFER_CEIL,
    FLOOR,
    CEIL
  }

  /** How a resize samples. The rounding matters to {@link Mode#NEAREST} alone. */
  record Sampling(Mode mode, Coordinates coordinates, Rounding rounding) {
    /** Linear, half-pixel: the interpolation of every display map. */
    public static final Sampling TRILINEAR =
        new Sampling(Mode.LINEAR, Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_FLOOR);

    /**
     * The input position, with fraction, that an output position reads. May lie outside: clamp it.
     */
    public double source(int position, int inputSize, int outputSize, double scale) {
      return switch (coordinates) {
        case HALF_PIXEL -> (position + 0.5) / scale - 0.5;
        case PYTORCH_HALF_PIXEL -> outputSize > 1 ? (position + 0.5) / scale - 0.5 : 0;
        case ALIGN_CORNERS ->
            outputSize > 1 ? position * (inputSize - 1.0) / (outputSize - 1.0) : 0;
        case ASYMMETRIC -> position / scale;
      };
    }

    /** The grid point that {@link Mode#NEAREST} takes for an output position. */
    public int nearest(int position, int inputSize, int outputSize, double scale) {
      double source = source(position, inputSize, outputSize, scale);
      double rounded =
          switch (rounding) {
            case ROUND_PREFER_FLOOR -> Math.ceil(source - 0.5);
            case ROUND_PREFER_CEIL -> Math.floor(source + 0.5);
            case FLOOR -> Math.floor(source);
            case CEIL -> Math.ceil(source);
          };
      return (int) Math.max(0, Math.min(inputSize - 1.0, rounded));
    }
  }

  /**
   * To given sizes, or by given factors; one of the two lists is empty, the other has one value per
   * spatial axis.
   */
  record Forward(Sampling sampling, List<Integer> sizes, List<Double> scales) implements Resize {
    public Forward {
      sizes = List.copyOf(sizes);
      scales = List.copyOf(scales);
      if (sizes.isEmpty() == scales.isEmpty()) {
        throw new InputException(
            "Resize: give either sizes or scales, not " + sizes + " and " + scales);
      }
    }

    @Override
    public String name() {
      return "Resize";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      int given = Math.max(sizes.size(), scales.size());
      Arguments.require(
          x.rank() == given + 2, this, "has " + given + " sizes for the spatial axes", inputs);
      List<Integer> output = new ArrayList<>();
      for (int i = 0; i < given; i++) {
        double size = scales.isEmpty() ? sizes.get(i) : Math.floor(x.dim(i + 2) * scales.get(i));
        Arguments.require(size >= 1 && size < 1e9, this, "output would have size " + size, inputs);
        output.add((int) size);
      }
      return Arguments.spatial(x.dim(0), x.dim(1), output);
    }

    /** The factor along a spatial axis, as the coordinate formulas take it. */
    public double scale(int axis, int inputSize) {
      return scales.isEmpty() ? (double) sizes.get(axis) / inputSize : scales.get(axis);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return infer(inputs).size()
          * (sampling.mode() == Mode.LINEAR ? 4L * (inputs.get(0).rank() - 2) : 0);
    }
  }

  /** The adjoint of a resize from the given spatial sizes. Input: gy; output has those sizes. */
  record Grad(Forward forward, List<Integer> spatial) implements Resize {
    public Grad {
      spatial = List.copyOf(spatial);
    }

    @Override
    public String name() {
      return "ResizeGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape gy = Arguments.only(this, inputs);
      Arguments.require(
          gy.rank() == spatial.size() + 2, this, "rank does not suit " + spatial, inputs);
      Shape x = Arguments.spatial(gy.dim(0), gy.dim(1), spatial);
      Shape y = forward.infer(List.of(x));
      Arguments.require(gy.equals(y), this, "the output's gradient should be " + y, inputs);
      return x;
    }

    @Override
    public long flops(List<Shape> inputs) {
      return forward.flops(List.of(infer(inputs)));
    }
  }
}
