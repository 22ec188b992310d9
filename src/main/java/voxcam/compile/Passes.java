package voxcam.compile;

import java.util.List;
import java.util.function.Function;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Tensor;

/** The row of passes that backends run whose programs are made to be fast. */
public final class Passes {
  private Passes() {}

  /**
   * A graph with the same outputs that takes less time and memory.
   *
   * @param evaluate computes the outputs of a graph of constants
   * @throws voxcam.op.InputException if a size is free
   */
  public static Graph apply(Graph graph, Function<Graph, List<Tensor>> evaluate) {
    // Asking for the shapes refuses graphs with free sizes.
    graph.nodes().forEach(Node::shape);
    Graph simple = Simplify.apply(Prune.apply(graph), evaluate);
    return Order.apply(Fuse.apply(Gates.apply(HeadProducts.apply(simple))));
  }
}
