package voxcam.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Source;
import voxcam.op.Tensor;

/** Describes a graph: every value is named after its node, every parameter is an attribute. */
final class GraphWriter {
  /**
   * What a file needs.
   *
   * @param tensors by name
   * @param indices the names of those tensors that hold positions, which no rounding may touch
   */
  record Result(Description description, Map<String, Tensor> tensors, Set<String> indices) {}

  private GraphWriter() {}

  /**
   * Describes a graph.
   *
   * @throws InputException if it holds an operation that files do not have, as gradients do
   */
  static Result write(Graph graph) {
    List<Description.Input> inputs = new ArrayList<>();
    List<Description.Step> steps = new ArrayList<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Set<String> indices = new HashSet<>();
    for (Node node : graph.nodes()) {
      switch (node.op()) {
        case Source.Input(var shape) -> inputs.add(new Description.Input(node.name(), shape));
        case Source.Constant(var value) -> tensors.put(node.name(), value);
        default -> {
          steps.add(step(node));
          if (isIndexed(node) && node.input(1).op() instanceof Source.Constant) {
            indices.add(node.input(1).name());
          }
        }
      }
    }
    List<String> outputs = graph.outputs().stream().map(Node::name).toList();
    return new Result(new Description(inputs, steps, outputs), tensors, indices);
  }

  private static boolean isIndexed(Node node) {
    return node.op() instanceof Index.Gather || node.op() instanceof Index.GatherElements;
  }

  private static Description.Step step(Node node) {
    Operators.Written written;
    try {
      written = Operators.write(node.op());
    } catch (InputException e) {
      throw new InputException("node " + node.name() + ": " + e.getMessage(), e);
    }
    List<String> outputs = new ArrayList<>();
    for (int i = 0; i < written.output(); i++) {
      outputs.add("");
    }
    outputs.add(node.name());
    List<String> inputs = node.inputs().stream().map(Node::name).toList();
    return new Description.Step(
        node.name(), written.op(), inputs, outputs, Json.object(written.attributes()).members());
  }
}
