package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;

/**
 * Operations that place values elsewhere. Their sizes, axes and positions are inputs or attributes.
 */
final class MovementOperators {
  private MovementOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("Reshape", MovementOperators::reshape);
    readers.put(
        "Flatten",
        Operators.plain(1, 1, call -> new Movement.Flatten(call.attributes().whole("axis", 1))));
    readers.put("Transpose", Operators.plain(1, 1, MovementOperators::transpose));
    readers.put(
        "Concat",
        Operators.plain(
            1, Integer.MAX_VALUE, call -> new Movement.Concat(call.attributes().required("axis"))));
    readers.put("Slice", MovementOperators::slice);
    readers.put("Split", SplitOperator::read);
    readers.put("Pad", MovementOperators::pad);
    readers.put("Expand", MovementOperators::expand);
    readers.put("Squeeze", MovementOperators::squeeze);
    readers.put("Unsqueeze", MovementOperators::unsqueeze);
    readers.put("Identity", Operators.plain(1, 1, call -> new Movement.Identity()));
    readers.put("Dropout", MovementOperators::dropout);
  }

  private static long[] required(Call call, int index, String name) {
    return call.wholes(index, name).orElseThrow(() -> call.refused(name + " is missing"));
  }

  private static List<Node> reshape(Call call) {
    call.atMost(2);
    List<Integer> sizes = call.exact("shape", required(call, 1, "shape"));
    if (call.attributes().flag("allowzero", false) && sizes.contains(0)) {
      throw call.refused("allowzero with a size of 0 in " + sizes + " makes an empty tensor");
    }
    if (sizes.stream().anyMatch(size -> size < -1)) {
      throw call.refused("the shape " + sizes + " has a negative size");
    }
    return call.result(new Movement.Reshape(sizes), call.input(0));
  }

  private static Op transpose(Call call) {
    if (call.attributes().has("perm")) {
      return new Movement.Transpose(
          call.exact("perm", call.attributes().wholes("perm").orElseThrow()));
    }
    int rank = rank(call, "perm");
    return new Movement.Transpose(IntStream.range(0, rank).map(i -> rank - 1 - i).boxed().toList());
  }

  /** How many axes the input has, for forms that leave an attribute out. */
  private static int rank(Call call, String attribute) {
    if (!call.input(0).isShaped()) {
      throw call.refused("the number of axes depends on free sizes; give " + attribute);
    }
    return call.input(0).shape().rank();
  }

  private static List<Node> slice(Call call) {
    call.atMost(5);
    long[] starts = required(call, 1, "starts");
    long[] ends = required(call, 2, "ends");
    long[] axes =
        call.wholes(3, "axes").orElse(IntStream.range(0, starts.length).asLongStream().toArray());
    long[] steps = call.wholes(4, "steps").orElse(Arrays.stream(starts).map(start -> 1).toArray());
    if (ends.length != starts.length
        || axes.length != starts.length
        || steps.length != starts.length) {
      throw call.refused("starts, ends, axes and steps differ in length");
    }
    List<Movement.Range> ranges = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < starts.length; i++) {
      if (!seen.add(axes[i])) {
        throw call.refused("axis " + axes[i] + " is named twice");
      }
      ranges.add(
          new Movement.Range(
              call.exact("axes", axes[i]),
              Numbers.clamped(starts[i]),
              Numbers.clamped(ends[i]),
              Numbers.clamped(steps[i])));
    }
    return call.result(new Movement.Slice(ranges), call.input(0));
  }

  private static List<Node> pad(Call call) {
    call.atMost(4);
    List<Integer> pads = call.exact("pads", required(call, 1, "pads"));
    double[] value = call.reals(2, "value").orElse(new double[] {0});
    long[] axes = call.wholes(3, "axes").orElse(null);
    if (value.length != 1) {
      throw call.refused("value has " + value.length + " values, expected one");
    }
    Movement.PadMode mode = mode(call);
    int given = axes == null ? pads.size() / 2 : axes.length;
    if (pads.size() != 2 * given) {
      throw call.refused(
          "pads has " + pads.size() + " values, expected a begin and an end per axis");
    }
    List<Integer> before = pads.subList(0, given);
    List<Integer> after = pads.subList(given, 2 * given);
    if (axes != null) {
      int rank = rank(call, "pads for all axes instead of axes");
      before = spread(call, rank, axes, before);
      after = spread(call, rank, axes, after);
    }
    return call.result(new Movement.Pad(mode, before, after, value[0]), call.input(0));
  }

  private static List<Integer> spread(Call call, int rank, long[] axes, List<Integer> amounts) {
    List<Integer> all = new ArrayList<>(Collections.nCopies(rank, 0));
    for (int i = 0; i < axes.length; i++) {
      all.set(call.input(0).shape().axis(call.exact("axes", axes[i])), amounts.get(i));
    }
    return all;
  }

  private static Movement.PadMode mode(Call call) {
    String given = call.attributes().text("mode", "constant");
    for (Movement.PadMode mode : Movement.PadMode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(given)) {
        return mode;
      }
    }
    throw call.refused("mode is " + Texts.quoted(given) + ", known are constant, edge, reflect");
  }

  private static List<Node> expand(Call call) {
    call.atMost(2);
    List<Integer> sizes = call.exact("shape", required(call, 1, "shape"));
    Shape shape = Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray());
    return call.result(new Movement.Expand(shape), call.input(0));
  }

  private static List<Node> squeeze(Call call) {
    call.atMost(2);
    long[] axes = call.wholes(1, "axes").orElse(new long[0]);
    return call.result(new Movement.Squeeze(call.exact("axes", axes)), call.input(0));
  }

  private static List<Node> unsqueeze(Call call) {
    call.atMost(2);
    long[] axes = required(call, 1, "axes");
    return call.result(new Movement.Unsqueeze(call.exact("axes", axes)), call.input(0));
  }

  private static List<Node> dropout(Call call) {
    call.atMost(3);
    // How much would be dropped in training, 0.5 unless it is said.
    double[] ratio = call.reals(1, "ratio").orElse(new double[] {0.5});
    call.attributes().harmless("seed");
    double[] training = call.reals(2, "training_mode").orElse(new double[0]);
    if (Arrays.stream(training).anyMatch(value -> value != 0)
        && Arrays.stream(ratio).anyMatch(value -> value != 0)) {
      throw call.refused("training_mode is set; export the network for inference");
    }
    return call.result(new Movement.Dropout(), call.input(0));
  }

  static Written write(Movement op) {
    Map<String, Object> attributes = Operators.attributes();
    switch (op) {
      case Movement.Reshape(List<Integer> sizes) -> attributes.put("shape", sizes);
      case Movement.Flatten(int axis) -> attributes.put("axis", axis);
      case Movement.Transpose(List<Integer> order) -> attributes.put("perm", order);
      case Movement.Concat(int axis) -> attributes.put("axis", axis);
      case Movement.Slice(List<Movement.Range> ranges) -> {
        attributes.put("starts", ranges.stream().map(Movement.Range::start).toList());
        attributes.put("ends", ranges.stream().map(Movement.Range::end).toList());
        attributes.put("axes", ranges.stream().map(Movement.Range::axis).toList());
        attributes.put("steps", ranges.stream().map(Movement.Range::step).toList());
      }
      case Movement.Pad(
              Movement.PadMode mode,
              List<Integer> before,
              List<Integer> after,
              double value) -> {
        Operators.unless("constant", attributes, "mode", mode.name().toLowerCase(Locale.ROOT));
        List<Integer> pads = new ArrayList<>(before);
        pads.addAll(after);
        attributes.put("pads", pads);
        Operators.unless(0.0, attributes, "value", value);
      }
      case Movement.Expand(Shape shape) ->
          attributes.put("shape", Arrays.stream(shape.dims()).boxed().toList());
      case Movement.Squeeze(List<Integer> axes) ->
          Operators.unless(List.of(), attributes, "axes", axes);
      case Movement.Unsqueeze(List<Integer> axes) -> attributes.put("axes", axes);
      case Movement.Identity ignored -> {}
      case Movement.Dropout ignored -> {}
      case Movement.Embed grad -> throw Operators.refused(grad);
      case Movement.PadGrad grad -> throw Operators.refused(grad);
    }
    return new Written(op.name(), attributes);
  }
}
