package voxcam.model;

import java.util.List;
import java.util.Map;

/** An ONNX file, a {@code ModelProto}. */
record OnnxModel(
    long irVersion,
    Map<String, Long> opsets,
    Map<String, String> metadata,
    OnnxGraph graph,
    List<Function> functions) {
  OnnxModel {
    functions = List.copyOf(functions);
  }

  /** An operator made of others, a {@code FunctionProto}. */
  record Function(
      String domain,
      String name,
      String overload,
      List<String> inputs,
      List<String> outputs,
      Map<String, OnnxAttribute> defaults,
      List<OnnxNode> nodes,
      Map<String, Long> opsets) {}
}
