package voxcam.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import voxcam.model.Operators.Reader;

/** The table of ONNX's operators: those of the model file, and those made of them. */
final class OnnxOperators {
  /** The operators of the model file that are ONNX's, with its meanings. */
  private static final List<String> SHARED =
      List.of(
          "Abs",
          "Add",
          "ArgMax",
          "AveragePool",
          "BatchNormalization",
          "Concat",
          "Conv",
          "ConvTranspose",
          "Div",
          "Dropout",
          "Elu",
          "Equal",
          "Erf",
          "Exp",
          "Flatten",
          "Gather",
          "GatherElements",
          "Gelu",
          "Gemm",
          "GlobalAveragePool",
          "GlobalMaxPool",
          "Greater",
          "GroupNormalization",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "InstanceNormalization",
          "LeakyRelu",
          "Less",
          "Log",
          "LogSoftmax",
          "MatMul",
          "Max",
          "MaxPool",
          "Mean",
          "Min",
          "Mul",
          "Neg",
          "PRelu",
          "Pad",
          "Pow",
          "Reciprocal",
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSumExp",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceSum",
          "Relu",
          "Reshape",
          "Resize",
          "Sigmoid",
          "Sign",
          "Slice",
          "Softmax",
          "Softplus",
          "Split",
          "Sqrt",
          "Squeeze",
          "Sub",
          "Sum",
          "Tanh",
          "TopK",
          "Transpose",
          "Unsqueeze",
          "Where");

  /** What the importer itself does. */
  private static final Set<String> OWN =
      Set.of("Cast", "CastLike", "Constant", "If", "Shape", "Size", "Upsample");

  private static final Map<String, Reader> READERS = readers();
  private static final Map<String, KnownArithmetic.Rule> RULES = KnownArithmetic.rules();

  private OnnxOperators() {}

  private static Map<String, Reader> readers() {
    Map<String, Reader> readers = new HashMap<>();
    for (String op : SHARED) {
      readers.put(op, Operators.reader(op));
    }
    OnnxFunctions.fill(readers);
    OnnxMovements.fill(readers);
    OnnxNorms.fill(readers);
    return Map.copyOf(readers);
  }

  /** Whether an operator can become part of a graph. */
  static boolean has(OnnxNode node) {
    return node.isStandard() && (READERS.containsKey(node.op()) || OWN.contains(node.op()));
  }

  /** What makes nodes of a step; its operator may be one of the forms of {@link OnnxForms}. */
  static Reader reader(String op) {
    return READERS.get(op);
  }

  /** What computes an operator of values that are known, or null. */
  static KnownArithmetic.Rule rule(OnnxNode node) {
    return node.isStandard() ? RULES.get(node.op()) : null;
  }

  /** All operators that a network may hold, in alphabetical order. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(READERS.keySet());
    names.removeIf(name -> name.contains("-"));
    names.addAll(OWN);
    return names;
  }

  /** All operators that are computed while a file is read and cannot be part of a network. */
  static Set<String> onlyKnown() {
    Set<String> names = new TreeSet<>(RULES.keySet());
    names.removeAll(names());
    return names;
  }
}
