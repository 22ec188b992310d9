package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Resize;

/** Interpolation of the spatial axes. */
final class ResizeOperators {
  private ResizeOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("Resize", ResizeOperators::resize);
  }

  private static List<Node> resize(Call call) {
    call.atMost(4);
    Attributes given = call.attributes();
    given.only("antialias", 0);
    given.only("exclude_outside", 0);
    given.only("keep_aspect_ratio_policy", "stretch");
    // These belong to modes that are refused below.
    given.harmless("cubic_coeff_a", "extrapolation_value");
    var sampling =
        new Resize.Sampling(
            choice(call, "mode", Resize.Mode.NEAREST),
            choice(call, "coordinate_transformation_mode", Resize.Coordinates.HALF_PIXEL),
            choice(call, "nearest_mode", Resize.Rounding.ROUND_PREFER_FLOOR));
    // The region of interest matters to tf_crop_and_resize alone.
    call.reals(1, "roi");
    Optional<double[]> scales = call.reals(2, "scales").filter(values -> values.length > 0);
    Optional<long[]> sizes = call.wholes(3, "sizes").filter(values -> values.length > 0);
    if (scales.isPresent() == sizes.isPresent()) {
      throw call.refused("give either scales or sizes");
    }
    Node x = call.input(0);
    List<Double> factors = new ArrayList<>();
    scales.ifPresent(values -> Arrays.stream(values).forEach(factors::add));
    List<Integer> targets = new ArrayList<>();
    sizes.ifPresent(values -> targets.addAll(call.exact("sizes", values)));
    int length = factors.size() + targets.size();
    if (call.attributes().has("axes")) {
      checkSpatial(call, length);
    } else {
      checkFirstTwo(call, x, length, factors, targets);
      factors.subList(0, Math.min(2, factors.size())).clear();
      targets.subList(0, Math.min(2, targets.size())).clear();
    }
    if (factors.stream().anyMatch(factor -> !(factor > 0))) {
      throw call.refused("scales " + factors + " must be above 0");
    }
    return call.result(new Resize.Forward(sampling, targets, factors), x);
  }

  private static void checkSpatial(Call call, int length) {
    long[] axes = call.attributes().wholes("axes").orElseThrow();
    if (!Arrays.equals(axes, IntStream.range(2, 2 + length).asLongStream().toArray())) {
      throw call.refused(
          "axes "
              + Arrays.toString(axes)
              + " are not all spatial axes, 2 to the last one, in order");
    }
  }

  private static void checkFirstTwo(
      Call call, Node x, int length, List<Double> factors, List<Integer> targets) {
    if (length < 3) {
      throw call.refused("has " + length + " scales or sizes, expected one per axis of [N,C,...]");
    }
    for (int i = 0; i < 2; i++) {
      boolean kept =
          factors.isEmpty()
              ? !x.isShaped() || i >= x.shape().rank() || x.shape().dim(i) == targets.get(i)
              : factors.get(i) == 1;
      if (!kept) {
        throw call.refused("changes axis " + i + "; only spatial axes can be resized");
      }
    }
  }

  static <E extends Enum<E>> E choice(Call call, String attribute, E standard) {
    String given = call.attributes().text(attribute, name(standard));
    List<String> names = new ArrayList<>();
    for (E constant : standard.getDeclaringClass().getEnumConstants()) {
      if (name(constant).equals(given)) {
        return constant;
      }
      names.add(name(constant));
    }
    throw call.refused(
        attribute + " is " + Texts.quoted(given) + ", known are " + String.join(", ", names));
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static Written write(Resize op) {
    if (!(op
        instanceof
        Resize.Forward(Resize.Sampling sampling, List<Integer> sizes, List<Double> scales))) {
      throw Operators.refused(op);
    }
    Map<String, Object> attributes = Operators.attributes();
    attributes.put("mode", name(sampling.mode()));
    attributes.put("coordinate_transformation_mode", name(sampling.coordinates()));
    attributes.put("nearest_mode", name(sampling.rounding()));
    int length = Math.max(sizes.size(), scales.size());
    attributes.put("axes", IntStream.range(2, 2 + length).boxed().toList());
    if (sizes.isEmpty()) {
      attributes.put("scales", scales);
    } else {
      attributes.put("sizes", sizes);
    }
    return new Written("Resize", attributes);
  }
}
