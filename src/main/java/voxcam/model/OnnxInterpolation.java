package voxcam.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  private static final String CROP = "tf_crop_and_resize";
  private static final String SYMMETRIC = "half_pixel_symmetric";

  private final Call call;
  private final String mode;
  private final String coordinates;
  private final boolean antialias;
  private final boolean excludes;
  private final double cubic;

  private OnnxInterpolation(Call call) {
    Attributes given = call.attributes();
    this.call = call;
    this.mode = given.text("mode", "nearest");
    this.coordinates = given.text("coordinate_transformation_mode", "half_pixel");
    this.antialias = given.whole("antialias", 0) != 0;
    this.excludes = given.whole("exclude_outside", 0) != 0;
    this.cubic = given.real("cubic_coeff_a", -0.75);
    given.harmless("nearest_mode", "extrapolation_value", "axes", "keep_aspect_ratio_policy");
  }

  /** Whether a node asks for one of them. */
  static boolean isMeant(Call call) {
    Attributes given = call.attributes();
    return given.text("mode", "nearest").equals("cubic")
        || given.whole("antialias", 0) != 0
        || given.whole("exclude_outside", 0) != 0
        || Set.of(CROP, SYMMETRIC)
            .contains(given.text("coordinate_transformation_mode", "half_pixel"));
  }

  /** What becomes of one axis. */
  private record Axis(int size, int result, double scale, double start, double end) {}

  /**
   * The nodes of a resize.
   *
   * @param given a scale or size for each axis
   * @param sizes whether they are sizes
   * @param roi where the region starts on each axis, then where it ends, as shares
   */
  static List<Node> read(Call call, List<Double> given, boolean sizes, double[] roi) {
    return new OnnxInterpolation(call).read(given, sizes, roi, call.input(0));
  }

  private List<Node> read(List<Double> given, boolean sizes, double[] roi, Node x) {
    if (!Set.of("nearest", "linear", "cubic").contains(mode)) {
      throw call.refused("mode is " + Texts.quoted(mode) + ", known are nearest, linear, cubic");
    }
    Shape shape = x.shape();
    int rank = shape.rank();
    Node values = x;
    Optional<Node> inside = Optional.empty();
    for (int at = 0; at < rank; at++) {
      int size = shape.dim(at);
      double scale = sizes ? given.get(at) / size : given.get(at);
      double result = sizes ? given.get(at) : Math.floor(size * scale);
      boolean crops = coordinates.equals(CROP);
      Axis axis =
          new Axis(
              size,
              (int) Math.min(result, Integer.MAX_VALUE),
              scale,
              crops ? roi[at] : 0,
              crops ? roi[at + rank] : 1);
      if (!(scale > 0) || result < 1 || result * size > LARGEST) {
        throw call.refused(
            "axis %d would go from %d to %.0f values, which is no size for %s"
                .formatted(at, size, result, what()));
      }
      if (scale == 1 && axis.result() == size && axis.start() == 0 && axis.end() == 1) {
        continue;
      }
      if (call.tooManyWith((long) size * axis.result())) {
        throw call.refused(
            "so many and large interpolations would need more than 16 MiB of weights");
      }
      float[] weights = weights(axis);
      values = times(values, at, axis, weights);
      inside = and(inside, inside(axis, weights, at, rank));
    }
    double other = call.attributes().real("extrapolation_value", 0);
    if (!coordinates.equals(CROP) || other == 0 || inside.isEmpty()) {
      return call.result(new Movement.Identity(), values);
    }
    Node outside = call.between(new Binary(Binary.Kind.Sub), call.scalar(1), inside.get());
    Node filled = call.between(new Binary(Binary.Kind.Mul), outside, call.scalar(other));
    return call.result(new Binary(Binary.Kind.Add), values, filled);
  }

  private String what() {
    return antialias ? "antialiasing" : mode.equals("cubic") ? "cubic interpolation" : coordinates;
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
      if (!coordinates.equals(CROP) || !outside) {
        fill(axis, source, weights, i);
      }
    }
    return weights;
  }

  private double source(Axis axis, int position) {
    double exact = axis.scale() * axis.size();
    return switch (coordinates) {
      case SYMMETRIC -> {
        double centre = axis.size() / 2.0;
        yield centre * (1 - axis.result() / exact) + (position + 0.5) / axis.scale() - 0.5;
      }
      case CROP -> {
        double span = (axis.end() - axis.start()) * (axis.size() - 1);
        yield axis.start() * (axis.size() - 1)
            + (axis.result() > 1 ? position * span / (axis.result() - 1) : span / 2);
      }
      default -> {
        Resize.Coordinates known =
            ResizeOperators.choice(
                call, "coordinate_transformation_mode", Resize.Coordinates.HALF_PIXEL);
        yield new Resize.Sampling(Resize.Mode.LINEAR, known, Resize.Rounding.ROUND_PREFER_FLOOR)
            .source(position, axis.size(), axis.result(), axis.scale());
      }
    };
  }

  private void fill(Axis axis, double source, float[] weights, int column) {
    if (mode.equals("nearest")) {
      int nearest = (int) Math.clamp(rounded(source), 0, axis.size() - 1.0);
      weights[nearest * axis.result() + column] = 1;
      return;
    }
    double narrow = antialias ? Math.min(1, axis.scale()) : 1;
    double reach = (mode.equals("cubic") ? 2 : 1) / narrow;
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
    return switch (call.attributes().text("nearest_mode", "round_prefer_floor")) {
      case "floor" -> Math.floor(source);
      case "ceil" -> Math.ceil(source);
      case "round_prefer_ceil" -> Math.floor(source + 0.5);
      default -> Math.ceil(source - 0.5);
    };
  }

  /** What a value at this distance counts. */
  private double kernel(double x) {
    if (mode.equals("linear")) {
      return Math.max(0, 1 - x);
    }
    double a = cubic;
    return x <= 1
        ? ((a + 2) * x - (a + 3)) * x * x + 1
        : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }
}
