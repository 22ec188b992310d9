package voxcam.model;

import java.util.List;
import java.util.Optional;
import voxcam.op.Dim;

/** An ONNX graph, a {@code GraphProto}: the file's, or a branch of {@code If}. */
record OnnxGraph(
    List<OnnxNode> nodes, List<OnnxTensor> initialisers, List<Input> inputs, List<String> outputs) {
  OnnxGraph {
    nodes = List.copyOf(nodes);
    initialisers = List.copyOf(initialisers);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * What a run is given.
   *
   * @param type the element type
   * @param dims empty where the file does not say how many axes there are; a size that has no name
   *     is free under the empty one
   */
  record Input(String name, int type, Optional<List<Dim>> dims) {}
}
