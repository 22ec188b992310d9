package voxcam.model;

import java.util.Map;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Norm;
import voxcam.op.Op;

/**
 * Normalisations. Group normalisation has one scale and bias per channel, as in PyTorch and ONNX
 * from opset 21 on.
 */
final class NormOperators {
  private static final double EPSILON = 1e-5;

  private NormOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("BatchNormalization", Operators.plain(5, 5, NormOperators::batch));
    readers.put(
        "InstanceNormalization", Operators.plain(1, 3, call -> new Norm.Instance(epsilon(call))));
    readers.put(
        "GroupNormalization",
        Operators.plain(
            1, 3, call -> new Norm.Group(call.attributes().required("num_groups"), epsilon(call))));
    readers.put(
        "LayerNormalization",
        Operators.plain(
            1, 3, call -> new Norm.Layer(call.attributes().whole("axis", -1), epsilon(call))));
    readers.put("LpNormalization", Operators.plain(1, 1, NormOperators::l2));
  }

  private static Op batch(Call call) {
    call.attributes().only("training_mode", 0);
    call.attributes().harmless("momentum");
    return new Norm.Batch(epsilon(call));
  }

  private static Op l2(Call call) {
    call.attributes().only("p", 2);
    return new Norm.L2(call.attributes().whole("axis", -1));
  }

  private static double epsilon(Call call) {
    // Says in which precision ONNX would sum; every backend sums as precisely as it computes.
    call.attributes().harmless("stash_type");
    double epsilon = call.attributes().real("epsilon", EPSILON);
    if (epsilon < 0) {
      throw call.refused("epsilon is " + epsilon + ", must not be negative");
    }
    return epsilon;
  }

  static Written write(Norm op) {
    Map<String, Object> attributes = Operators.attributes();
    switch (op) {
      case Norm.Batch(double epsilon) -> Operators.unless(EPSILON, attributes, "epsilon", epsilon);
      case Norm.Instance(double epsilon) ->
          Operators.unless(EPSILON, attributes, "epsilon", epsilon);
      case Norm.Group(int groups, double epsilon) -> {
        attributes.put("num_groups", groups);
        Operators.unless(EPSILON, attributes, "epsilon", epsilon);
      }
      case Norm.Layer(int axis, double epsilon) -> {
        Operators.unless(-1, attributes, "axis", axis);
        Operators.unless(EPSILON, attributes, "epsilon", epsilon);
      }
      case Norm.L2(int axis) -> Operators.unless(-1, attributes, "axis", axis);
      case Norm.GroupGrad grad -> throw Operators.refused(grad);
      case Norm.Activated activated -> throw Operators.refused(activated);
    }
    return new Written(op.name(), attributes);
  }
}
