package voxcam.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which values the outputs of a graph depend on: exporters leave nodes behind that nobody reads.
 */
final class OnnxNeeded {
  private OnnxNeeded() {}

  static Set<String> values(OnnxGraph graph) {
    Set<String> needed = new HashSet<>(graph.outputs());
    add(graph.nodes(), needed);
    needed.remove("");
    return needed;
  }

  private static void add(List<OnnxNode> nodes, Set<String> needed) {
    for (OnnxNode node : nodes.reversed()) {
      if (node.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(node.inputs());
        for (OnnxAttribute value : node.attributes().values()) {
          if (value instanceof OnnxAttribute.Branch(OnnxGraph branch)) {
            needed.addAll(branch.outputs());
            add(branch.nodes(), needed);
          }
        }
      }
    }
  }
}
