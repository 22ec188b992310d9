package voxcam.compile;

import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;

/** Keeps what the outputs need. Everything else goes, unused graph inputs included. */
public final class Prune {
  private Prune() {}

  public static Graph apply(Graph graph) {
    Set<Node> needed = graph.ancestors(graph.outputs());
    if (needed.size() == graph.nodes().size() && isPlain(graph)) {
      return graph;
    }
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      if (needed.contains(node)) {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  /** Whether a copy would be the same graph: one without free sizes. */
  private static boolean isPlain(Graph graph) {
    for (Node node : graph.nodes()) {
      if (!node.isShaped()) {
        return false;
      }
    }
    return !graph.dependsOnSizes();
  }
}
