package voxcam.compile;

import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;

/** Keeps what the outputs need. Everything else goes, unused graph inputs included. */
public final class Prune {
  private Prune() {}

  public static Graph apply(Graph graph) {
    Set<Node> needed = graph.ancestors(graph.outputs());
    Rewrite rewrite = new Rewrite();
    graph.nodes().stream().filter(needed::contains).forEach(rewrite::keep);
    return rewrite.build(graph);
  }
}
