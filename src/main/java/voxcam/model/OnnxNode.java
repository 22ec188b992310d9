package voxcam.model;

import java.util.List;
import java.util.Map;

/**
 * One operation of an ONNX graph, a {@code NodeProto}; an omitted input or output is the empty
 * text.
 *
 * @param opset the version of ONNX's operators that gives the node its meaning; 0 until the file's
 *     imports are looked up
 * @param scope the path of the module that the exporter made the node of, empty if it does not say
 */
record OnnxNode(
    String name,
    String op,
    String domain,
    int opset,
    List<String> inputs,
    List<String> outputs,
    Map<String, OnnxAttribute> attributes,
    String scope) {
  OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** Whether this is an operator of ONNX itself. */
  boolean isStandard() {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /** The operator with its domain where that is not ONNX's own. */
  String operator() {
    return isStandard() ? op : domain + "." + op;
  }

  boolean has(int input) {
    return input < inputs.size() && !inputs.get(input).isEmpty();
  }

  long whole(String attribute, long otherwise) {
    return attributes.get(attribute) instanceof OnnxAttribute.Whole(long value) ? value : otherwise;
  }

  double real(String attribute, double otherwise) {
    return attributes.get(attribute) instanceof OnnxAttribute.Real(float value) ? value : otherwise;
  }

  /** Whole numbers, or null where the node has none of this name. */
  long[] wholes(String attribute) {
    return attributes.get(attribute) instanceof OnnxAttribute.Wholes(long[] values) ? values : null;
  }

  String text(String attribute, String otherwise) {
    return attributes.get(attribute) instanceof OnnxAttribute.Text(String value)
        ? value
        : otherwise;
  }

  OnnxNode with(String otherOp, List<String> others, Map<String, OnnxAttribute> values) {
    return new OnnxNode(name, otherOp, domain, opset, others, outputs, values, scope);
  }

  OnnxNode within(String module) {
    return new OnnxNode(name, op, domain, opset, inputs, outputs, attributes, module);
  }
}
