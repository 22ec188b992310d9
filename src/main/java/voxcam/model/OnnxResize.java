package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.op.Shape;

/**
 * Resize with what opset 18 brought: some axes only, in any order, and sizes that keep the ratio of
 * the axes. Both become one size and scale for each axis of space.
 */
final class OnnxResize {
  /** What becomes of sizes that would change the ratio of the axes. */
  private enum Policy {
    STRETCH,
    NOT_LARGER,
    NOT_SMALLER
  }

  private final Call call;
  private final Shape shape;
  private final int[] at;
  private final double[] scales;
  private final long[] sizes;

  private OnnxResize(Call call) {
    this.call = call;
    shape = call.input(0).shape();
    long[] axes =
        call.attributes()
            .wholes("axes")
            .orElse(IntStream.range(0, shape.rank()).asLongStream().toArray());
    at = Arrays.stream(axes).mapToInt(a -> shape.axis(call.exact("axes", a))).toArray();
    scales = call.reals(2, "scales").orElse(new double[0]);
    sizes = call.wholes(3, "sizes").orElse(new long[0]).clone();
    if ((scales.length == 0) == (sizes.length == 0)) {
      throw call.refused("give either scales or sizes");
    }
    int length = scales.length + sizes.length;
    if (length != at.length) {
      throw call.refused("has " + length + " scales or sizes for " + at.length + " axes");
    }
  }

  static List<Node> read(Call call) {
    OnnxInterpolation interpolation = new OnnxInterpolation(call);
    Policy policy = ResizeOperators.choice(call, "keep_aspect_ratio_policy", Policy.STRETCH);
    boolean named = call.attributes().has("axes");
    return named || policy != Policy.STRETCH || interpolation.isNeeded()
        ? new OnnxResize(call).read(interpolation, policy)
        : Operators.reader("Resize").read(call);
  }

  private List<Node> read(OnnxInterpolation interpolation, Policy policy) {
    double[] factors = factors();
    boolean ownScale = false;
    if (sizes.length > 0 && policy != Policy.STRETCH) {
      // One factor for all: what it makes of an axis is rounded, the factor stays.
      double common =
          policy == Policy.NOT_LARGER
              ? Arrays.stream(factors).min().orElse(1)
              : Arrays.stream(factors).max().orElse(1);
      for (int i = 0; i < at.length; i++) {
        sizes[i] = (long) Math.floor(common * shape.dim(at[i]) + 0.5);
        ownScale |= (double) sizes[i] / shape.dim(at[i]) != common;
        factors[i] = common;
      }
    }
    if (interpolation.isNeeded() || ownScale) {
      return interpolation.read(at, factors, sizes);
    }
    List<Object> all = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      all.add(sizes.length == 0 ? (Object) 1.0 : (Object) (long) shape.dim(axis));
    }
    for (int i = 0; i < at.length; i++) {
      all.set(at[i], sizes.length == 0 ? (Object) scales[i] : (Object) sizes[i]);
    }
    return Operators.read(
        call.instead(
            List.of("keep_aspect_ratio_policy", "axes"),
            sizes.length == 0 ? "scales" : "sizes",
            all));
  }

  /** What each named axis is scaled by. */
  private double[] factors() {
    return IntStream.range(0, at.length)
        .mapToDouble(i -> sizes.length == 0 ? scales[i] : (double) sizes[i] / shape.dim(at[i]))
        .toArray();
  }
}
