package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Interpolations that {@link Resize} does not have, as one constant matrix for each axis that
 * changes: cubic, with antialiasing, of a cropped region, half-pixel about the centre. The formulas
 * are those of ONNX's definition of Resize (onnx/onnx, docs/Operators.md).
 */
final class OnnxInterpolation {
  private static final long LARGEST = 1 << 19;

  /** How values between grid points are made. */
  private enum Mode {
    NEAREST,
    LINEAR,
    CUBIC
  }

  /** How an output position becomes an input position. */
  private enum Coordinates {
    HALF_PIXEL,
    HALF_PIXEL_SYMMETRIC,
    PYTORCH_HALF_PIXEL,
    ALIGN_CORNERS,
    ASYMMETRIC,
    TF_HALF_PIXEL_FOR_NN,
    TF_CROP_AND_RESIZE
  }

  private final Call call;
  private final Mode mode;
  private final Coordinates coordinates;
  private final Resize.Rounding rounding;
  private final boolean antialias;
  private final boolean excludes;
  private final double cubic;

  /**
   * What a Resize asks for.
   *
   * @throws voxcam.op.InputException if it names what the operator does not have
   */
  OnnxInterpolation(Call call) {
    Attributes given = call.attributes();
    this.call = call;
    this.mode = ResizeOperators.choice(call, "mode", Mode.NEAREST);
    this.coordinates =
        ResizeOperators.choice(call, "coordinate_transformation_mode", Coordinates.HALF_PIXEL);
    this.rounding =
        ResizeOperators.choice(call, "nearest_mode", Resize.Rounding.ROUND_PREFER_FLOOR);
    this.antialias = given.flag("antialias", false);
    this.excludes = given.flag("exclude_outside", false);
    this.cubic = given.real("cubic_coeff_a", -0.75);
    given.harmless("extrapolation_value", "axes", "keep_aspect_ratio_policy");
  }

  /** Whether this is one that {@link Resize} does not have. */
  boolean isNeeded() {
    return mode == Mode.CUBIC
        || antialias
        || excludes
        || Set.of(
                Coordinates.HALF_PIXEL_SYMMETRIC,
                Coordinates.TF_HALF_PIXEL_FOR_NN,
                Coordinates.TF_CROP_AND_RESIZE)
            .contains(coordinates);
  }

  /** What becomes of one axis. */
  private record Axis(int size, int result, double scale, double start, double end) {}

  /**
   * The nodes of a resize.
   *
   * @param at the axes that it is of
   * @param scales of each
   * @param sizes of each, if they do not follow from the scales
   */
  List<Node> read(int[] at, double[] scales, long[] sizes) {
    Node x = call.input(0);
    double[] region = region(at.length);
    Node values = x;
    Optional<Node> inside = Optional.empty();
    for (int i = 0; i < at.length; i++) {
      int size = x.shape().dim(at[i]);
      double start = region[i];
      double end = region[i + at.length];
      double result = sizes.length > 0 ? sizes[i] : Math.floor(size * (end - start) * scales[i]);
      if (!(scales[i] > 0) || !(result >= 1) || result * size > LARGEST) {
        throw call.refused(
            "axis %d would go from %d to %.0f values, which is no size for %s"
                .formatted(at[i], size, result, what()));
      }
      Axis axis = new Axis(size, (int) result, scales[i], start, end);
      if (axis.scale() == 1 && axis.result() == size && start == 0 && end == 1) {
        continue;
      }
      if (call.tooManyWith((long) size * axis.result())) {
        throw call.refused(
            "so many and large interpolations would need more than 16 MiB of weights");
      }
      float[] weights = weights(axis);
      values = times(values, at[i], axis, weights);
      inside = and(inside, inside(axis, weights, at[i], x.shape().rank()));
    }
    double other = call.attributes().real("extrapolation_value", 0);
    if (coordinates != Coordinates.TF_CROP_AND_RESIZE || other == 0 || inside.isEmpty()) {
      return call.result(new Movement.Identity(), values);
    }
    Node outside = call.between(new Binary(Binary.Kind.Sub), call.scalar(1), inside.get());
    Node filled = call.between(new Binary(Binary.Kind.Mul), outside, call.scalar(other));
    return call.result(new Binary(Binary.Kind.Add), values, filled);
  }

  /** Where the region starts on each axis, then where it ends, as shares of its length. */
  private double[] region(int axes) {
    double[] region = new double[2 * axes];
    Arrays.fill(region, axes, 2 * axes, 1);
    if (coordinates != Coordinates.TF_CROP_AND_RESIZE) {
      return region;
    }
    double[] roi = call.reals(1, "roi").orElse(new double[0]);
    if (roi.length != region.length) {
      throw call.refused(
          "tf_crop_and_resize takes a roi of %d values, the starts of the axes and their ends; this one has %d"
              .formatted(region.length, roi.length));
    }
    return roi;
  }

  private String what() {
    return antialias
        ? "antialiasing"
        : mode == Mode.CUBIC ? "cubic interpolation" : coordinates.name().toLowerCase(Locale.ROOT);
  }

  /** The product along an axis, which goes last for it and back. */
  private Node times(Node x, int at, Axis axis, float[] weights) {
    Node matrix = call.constant(Tensor.of(Shape.of(axis.size(), axis.result()), weights));
    List<Integer> order = new ArrayList<>(IntStream.range(0, x.shape().rank()).boxed().toList());
    Collections.swap(order, at, order.size() - 1);
    if (at == order.size() - 1) {
      return call.between(new Linear.MatMul(), x, matrix);
    }
    Node last = call.between(new Movement.Transpose(order), x);
    Node product = call.between(new Linear.MatMul(), last, matrix);
    return call.between(new Movement.Transpose(order), product);
  }

  /** 1 where an output position reads the input, 0 where it lies outside of it. */
  private Node inside(Axis axis, float[] weights, int at, int rank) {
    float[] mask = new float[axis.result()];
    for (int i = 0; i < mask.length; i++) {
      for (int j = 0; j < axis.size(); j++) {
        mask[i] = weights[j * axis.result() + i] != 0 ? 1 : mask[i];
      }
    }
    int[] dims = IntStream.range(0, rank).map(i -> i == at ? mask.length : 1).toArray();
    return call.constant(Tensor.of(Shape.of(dims), mask));
  }

  private Optional<Node> and(Optional<Node> all, Node one) {
    return Optional.of(
        all.map(before -> call.between(new Binary(Binary.Kind.Mul), before, one)).orElse(one));
  }

  /** For each output position the share of each input position, {@code [size,result]}. */
  private float[] weights(Axis axis) {
    float[] weights = new float[axis.result() * axis.size()];
    for (int i = 0; i < axis.result(); i++) {
      double source = source(axis, i);
      boolean outside = source < 0 || source > axis.size() - 1;
      if (coordinates != Coordinates.TF_CROP_AND_RESIZE || !outside) {
        fill(axis, source, weights, i);
      }
    }
    return weights;
  }

  private double source(Axis axis, int position) {
    double exact = axis.scale() * axis.size();
    return switch (coordinates) {
      case HALF_PIXEL_SYMMETRIC -> {
        double centre = axis.size() / 2.0;
        yield centre * (1 - axis.result() / exact) + (position + 0.5) / axis.scale() - 0.5;
      }
      case TF_HALF_PIXEL_FOR_NN -> (position + 0.5) / axis.scale();
      case TF_CROP_AND_RESIZE -> {
        double span = (axis.end() - axis.start()) * (axis.size() - 1);
        yield axis.start() * (axis.size() - 1)
            + (axis.result() > 1 ? position * span / (axis.result() - 1) : span / 2);
      }
      case HALF_PIXEL -> source(Resize.Coordinates.HALF_PIXEL, axis, position);
      case PYTORCH_HALF_PIXEL -> source(Resize.Coordinates.PYTORCH_HALF_PIXEL, axis, position);
      case ALIGN_CORNERS -> source(Resize.Coordinates.ALIGN_CORNERS, axis, position);
      case ASYMMETRIC -> source(Resize.Coordinates.ASYMMETRIC, axis, position);
    };
  }

  private double source(Resize.Coordinates known, Axis axis, int position) {
    return new Resize.Sampling(Resize.Mode.LINEAR, known, rounding)
        .source(position, axis.size(), axis.result(), axis.scale());
  }

  private void fill(Axis axis, double source, float[] weights, int column) {
    if (mode == Mode.NEAREST) {
      int nearest = (int) Math.clamp(rounded(source), 0, axis.size() - 1.0);
      weights[nearest * axis.result() + column] = 1;
      return;
    }
    double narrow = antialias ? Math.min(1, axis.scale()) : 1;
    double reach = (mode == Mode.CUBIC ? 2 : 1) / narrow;
    double[] shares = new double[axis.size()];
    double sum = 0;
    for (long i = (long) Math.floor(source - reach); i <= Math.ceil(source + reach); i++) {
      boolean outside = i < 0 || i >= axis.size();
      if (!outside || !excludes) {
        double share = kernel(Math.abs(i - source) * narrow);
        shares[Math.clamp(i, 0, axis.size() - 1)] += share;
        sum += share;
      }
    }
    for (int i = 0; i < shares.length; i++) {
      weights[i * axis.result() + column] = (float) (shares[i] / sum);
    }
  }

  private double rounded(double source) {
    return switch (rounding) {
      case FLOOR -> Math.floor(source);
      case CEIL -> Math.ceil(source);
      case ROUND_PREFER_CEIL -> Math.floor(source + 0.5);
      case ROUND_PREFER_FLOOR -> Math.ceil(source - 0.5);
    };
  }

  /** What a value at this distance counts. */
  private double kernel(double x) {
    if (mode == Mode.LINEAR) {
      return Math.max(0, 1 - x);
    }
    double a = cubic;
    return x <= 1
        ? ((a + 2) * x - (a + 3)) * x * x + 1
        : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }
}
