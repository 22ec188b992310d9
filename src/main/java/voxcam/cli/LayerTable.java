package voxcam.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.explain.Head;
import voxcam.explain.Layers;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Space;
import voxcam.op.Norm;
import voxcam.op.Source;

/** The layers of a network, one row each. */
record LayerTable(Graph graph, Optional<Space> space) {

  /**
   * The rows for a specialised graph, a heading first.
   *
   * @param marked the name of the layer that gets a star
   * @param itsSpace what is said of its axes
   */
  List<List<String>> rows(String marked, Optional<Space> itsSpace) {
    Set<Node> suitable = new HashSet<>(Layers.suitable(graph, space));
    graph
        .find(marked)
        .filter(node -> Layers.suitable(graph, itsSpace).contains(node))
        .ifPresent(suitable::add);
    Set<Node> uncertain = space.isPresent() ? Set.of() : new HashSet<>(Layers.uncertain(graph));
    Set<Node> ofTokens = space.isPresent() ? Set.of() : new HashSet<>(Layers.ofTokens(graph));
    Map<Node, Long> parameters = parametersByNode(graph);
    Node logits = graph.outputs().get(0);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("layer", "operation", "output", "parameters", "GFLOPs", "map"));
    for (Node node : graph.nodes()) {
      if (isLayer(node)) {
        rows.add(
            List.of(
                node.name(),
                node.op().name(),
                node.shape().toString(),
                Text.count(parameters.getOrDefault(node, 0L)),
                Text.gflops(node.flops()),
                suitable.contains(node)
                    ? node.name().equals(marked)
                        ? worth(node, logits, itsSpace, uncertain) + " *"
                        : worth(node, logits, space, uncertain)
                    : ofTokens.contains(node) ? "tokens" : ""));
      }
    }
    return rows;
  }

  private String worth(Node layer, Node logits, Optional<Space> axes, Set<Node> uncertain) {
    if (axes.isEmpty() && uncertain.contains(layer)) {
      return "?";
    }
    if (layer == logits) {
      return "yes";
    }
    Head head = Head.of(graph, layer, logits, axes);
    return head.coincide() ? "same" : head.guaranteed() ? "faithful" : "yes";
  }

  /** What can be said while sizes are free. */
  static List<List<String>> unshaped(Graph graph) {
    Map<Node, Long> parameters = parametersByNode(graph);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("layer", "operation", "parameters"));
    for (Node node : graph.nodes()) {
      if (isLayer(node)) {
        rows.add(
            List.of(node.name(), node.op().name(), Text.count(parameters.getOrDefault(node, 0L))));
      }
    }
    return rows;
  }

  /** Steps in between, which a file does not name, are left out. */
  private static boolean isLayer(Node node) {
    return !(node.op() instanceof Source) && !node.name().startsWith("%");
  }

  static long parameters(Graph graph) {
    return parametersByNode(graph).values().stream().mapToLong(Long::longValue).sum();
  }

  /** The numbers that each node brings along; what several share counts for the first. */
  private static Map<Node, Long> parametersByNode(Graph graph) {
    Map<Node, Long> parameters = new HashMap<>();
    Set<Node> counted = new HashSet<>();
    for (Node node : graph.nodes()) {
      // Running statistics of batch normalisation are measured, not learned.
      int learned = node.op() instanceof Norm.Batch ? 3 : node.inputs().size();
      for (Node input : node.inputs().subList(0, learned)) {
        if (input.op() instanceof Source.Constant(var value) && counted.add(input)) {
          parameters.merge(node, value.shape().size(), Long::sum);
        }
      }
    }
    return parameters;
  }
}
