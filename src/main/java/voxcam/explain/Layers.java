package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Source;

/**
 * The layers of a network that a map can be made at: those with channels and positions that the
 * logits depend on.
 */
public final class Layers {
  private Layers() {}

  /** Every layer that suits, first layers first, of a specialised graph. */
  public static List<Node> suitable(Graph graph) {
    Set<Node> used = graph.ancestors(graph.outputs().subList(0, 1));
    Set<Node> varying = graph.dependents(graph.inputs());
    List<Node> layers = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (used.contains(node)
          && varying.contains(node)
          && hasSpace(node)
          && !(node.op() instanceof Source)) {
        layers.add(node);
      }
    }
    return layers;
  }

  /**
   * The layer that most users want: the last one that still has positions, more than one of them.
   * For segmentation, where that would be the logits themselves, the one with the fewest positions.
   */
  public static Node suggested(Graph graph) {
    List<Node> layers = suitable(graph);
    if (layers.isEmpty()) {
      throw new InputException(
          "layer: this network has no layer with channels and positions to make a map at");
    }
    boolean dense = Task.isDense(graph.outputs().get(0).shape());
    Node best = layers.getLast();
    for (Node layer : layers) {
      if (dense && positions(layer) <= positions(best)) {
        best = layer;
      }
    }
    return best;
  }

  /**
   * The layer of this name.
   *
   * @throws InputException if there is none, with the nearest names, or if no map can be made at it
   */
  public static Node named(Graph graph, String name) {
    List<Node> layers = suitable(graph);
    for (Node layer : layers) {
      if (layer.name().equals(name)) {
        return layer;
      }
    }
    List<String> names = layers.stream().map(Node::name).toList();
    Node node =
        graph
            .find(name)
            .orElseThrow(() ->
                new InputException(
                    "layer "
                        + name
                        + ": the network has none of this name; "
                        + Nearest.suggestion(name, names)));
    if (node.shape().rank() < 3 || !hasSpace(node)) {
      throw new InputException(
          "layer "
              + name
              + ": its output "
              + node.shape()
              + " has no positions to map; take an earlier layer such as "
              + (names.isEmpty() ? "none" : suggested(graph).name()));
    }
    throw new InputException(
        "layer " + name + ": the score does not depend on it; " + Nearest.suggestion(name, names));
  }

  private static boolean hasSpace(Node node) {
    return node.shape().rank() >= 3 && positions(node) > 1;
  }

  private static long positions(Node node) {
    return node.shape().size(2, node.shape().rank());
  }
}
