package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Source;

/** Graphs as text, to compare them. */
final class Graphs {
  private Graphs() {}

  /**
   * One line for each node that computes something, with everything but the order of constants:
   * operations with attributes, names of inputs, values of constants.
   */
  static List<String> told(Graph graph) {
    List<String> lines = new ArrayList<>();
    TreeSet<String> values = new TreeSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Source.Constant(var value)) {
        values.add(node.name() + value.shape() + Arrays.hashCode(value.doubles()));
      } else {
        lines.add(
            node.name()
                + " = "
                + node.op()
                + node.inputs().stream().map(Node::name).toList()
                + (node.isShaped() ? node.shape() : "free"));
      }
    }
    lines.addAll(values);
    lines.add("outputs " + graph.outputs().stream().map(Node::name).toList());
    return lines;
  }
}
