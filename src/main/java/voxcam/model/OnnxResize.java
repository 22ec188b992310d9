package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.op.Shape;

/**
 * Resize with what opset 18 brought: some axes only, in any order, and sizes that keep the ratio of
 * the axes. Both become one size or scale for each axis of space.
 */
final class OnnxResize {
  private OnnxResize() {}

  static List<Node> read(Call call) {
    Attributes given = call.attributes();
    String policy = given.text("keep_aspect_ratio_policy", "stretch");
    boolean named = given.has("axes");
    boolean other = OnnxInterpolation.isMeant(call);
    if (!named && policy.equals("stretch") && !other) {
      return Operators.reader("Resize").read(call);
    }
    Shape shape = call.input(0).shape();
    long[] axes =
        given.wholes("axes").orElse(IntStream.range(0, shape.rank()).asLongStream().toArray());
    int[] at = Arrays.stream(axes).mapToInt(a -> shape.axis(call.exact("axes", a))).toArray();
    double[] scales = call.reals(2, "scales").filter(v -> v.length > 0).orElse(null);
    long[] sizes = call.wholes(3, "sizes").filter(v -> v.length > 0).orElse(null);
    int length = scales != null ? scales.length : sizes != null ? sizes.length : -1;
    if (length != at.length) {
      throw call.refused("has " + length + " scales or sizes for " + at.length + " axes");
    }
    List<Object> all = new ArrayList<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      all.add(scales != null ? (Object) 1.0 : (Object) (long) shape.dim(axis));
    }
    double[] factors = new double[length];
    for (int i = 0; i < length && sizes != null; i++) {
      factors[i] = (double) sizes[i] / shape.dim(at[i]);
    }
    double factor =
        policy.equals("not_larger")
            ? Arrays.stream(factors).min().orElse(1)
            : Arrays.stream(factors).max().orElse(1);
    for (int i = 0; i < length; i++) {
      boolean kept = sizes != null && !policy.equals("stretch");
      all.set(
          at[i],
          scales != null
              ? (Object) scales[i]
              : (Object) (kept ? (long) Math.floor(factor * shape.dim(at[i]) + 0.5) : sizes[i]));
    }
    if (other) {
      // A region is told of the named axes, and of the whole of the others.
      double[] region =
          call.reals(1, "roi").filter(v -> v.length == 2 * length).orElse(new double[0]);
      double[] roi = new double[2 * shape.rank()];
      for (int axis = 0; axis < shape.rank(); axis++) {
        roi[axis + shape.rank()] = 1;
      }
      for (int i = 0; i < length && region.length > 0; i++) {
        roi[at[i]] = region[i];
        roi[at[i] + shape.rank()] = region[i + length];
      }
      return OnnxInterpolation.read(
          call, all.stream().map(v -> ((Number) v).doubleValue()).toList(), scales == null, roi);
    }
    return Operators.read(
        call.instead(
            List.of("keep_aspect_ratio_policy", "axes"), scales != null ? "scales" : "sizes", all));
  }
}
