package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  private static final int MOST_SUGGESTIONS = 4;

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
          && isNamed(node)
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
    // Tokens and attention have positions, too, but no axes of space.
    List<Node> spatial = layers.stream().filter(layer -> rank(layer) == rank(graph)).toList();
    List<Node> eligible = spatial.isEmpty() ? layers : spatial;
    Node best = eligible.getLast();
    for (Node layer : eligible) {
      if (dense && positions(layer) <= positions(best)) {
        best = layer;
      }
    }
    return best;
  }

  private static int rank(Node node) {
    return node.shape().rank();
  }

  private static int rank(Graph graph) {
    return graph.inputs().stream().mapToInt(Layers::rank).max().orElse(0);
  }

  /** A layer that suits a map, and why. */
  public record Suggestion(Node layer, String why) {}

  /**
   * The layers to look at first: the suggested one, and for each finer resolution the last layer
   * that has it.
   */
  public static List<Suggestion> suggestions(Graph graph) {
    Node best = suggested(graph);
    boolean dense = Task.isDense(graph.outputs().get(0).shape());
    List<Suggestion> suggestions = new ArrayList<>();
    suggestions.add(
        new Suggestion(
            best,
            cells(best)
                + (dense
                    ? ", the coarsest of the network: what it knows of the whole input"
                    : ", the last with positions: all that comes behind it looks at the whole")));
    List<Node> layers =
        new ArrayList<>(
            suitable(graph).stream().filter(layer -> rank(layer) == rank(best)).toList());
    Node logits = graph.outputs().get(0);
    for (Node layer : layers.reversed()) {
      boolean finer = suggestions.stream().allMatch(s -> positions(s.layer()) < positions(layer));
      if (finer && layer != logits && suggestions.size() < MOST_SUGGESTIONS) {
        suggestions.add(
            new Suggestion(
                layer, cells(layer) + ", the last of this resolution: finer, less certain"));
      }
    }
    return suggestions;
  }

  private static String cells(Node layer) {
    int[] dims = layer.shape().dims();
    return IntStream.range(2, dims.length)
            .mapToObj(i -> String.valueOf(dims[i]))
            .collect(Collectors.joining("x"))
        + " cells";
  }

  /**
   * The layer of this name: a node's own name, the path of a PyTorch module, which means the last
   * layer inside of it, or the end of one name only.
   *
   * @throws InputException if there is none, with the nearest names, or if no map can be made at it
   */
  public static Node named(Graph graph, String name) {
    List<String> all =
        graph.nodes().stream()
            .filter(node -> !(node.op() instanceof Source) && isNamed(node))
            .map(Node::name)
            .toList();
    String meant = all.contains(name) ? name : ModulePath.find(name, all).orElse(name);
    List<Node> layers = suitable(graph);
    for (Node layer : layers) {
      if (layer.name().equals(meant)) {
        return layer;
      }
    }
    List<String> names = layers.stream().map(Node::name).toList();
    Node node =
        graph
            .find(meant)
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

  /** Steps in between, which a file does not name, are no layers. */
  private static boolean isNamed(Node node) {
    return !node.name().startsWith("%");
  }

  private static boolean hasSpace(Node node) {
    return node.shape().rank() >= 3 && positions(node) > 1;
  }

  private static long positions(Node node) {
    return node.shape().size(2, node.shape().rank());
  }
}
