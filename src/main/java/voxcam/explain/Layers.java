package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Softmax;
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
    return suitable(graph, Optional.empty());
  }

  /**
   * Every layer that suits where this is said of its axes, first layers first, of a specialised
   * graph.
   */
  public static List<Node> suitable(Graph graph, Optional<Space> space) {
    List<Node> layers = new ArrayList<>();
    for (Node node : varying(graph)) {
      if (suits(graph, node, space)) {
        layers.add(node);
      }
    }
    return layers;
  }

  private static boolean suits(Graph graph, Node node, Optional<Space> space) {
    return cells(graph, node, space).filter(cells -> size(cells) > 1).isPresent();
  }

  /** The layers that suit if it is said how the tokens in their axis 1 lie. */
  public static List<Node> ofTokens(Graph graph) {
    return varying(graph).stream()
        .filter(node -> Places.holdsTokens(graph, node) && node.shape().dim(1) > 1)
        .toList();
  }

  /** Named steps between the input and the logits. */
  private static List<Node> varying(Graph graph) {
    Set<Node> used = graph.ancestors(graph.outputs().subList(0, 1));
    Set<Node> varying = graph.dependents(graph.inputs());
    List<Node> steps = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (used.contains(node) && varying.contains(node) && isStep(node)) {
        steps.add(node);
      }
    }
    return steps;
  }

  /** The sizes of a map at a layer, if one can be made. */
  private static Optional<List<Integer>> cells(Graph graph, Node node, Optional<Space> space) {
    Shape shape = node.shape();
    if (space.isEmpty() && (shape.rank() < 3 || shape.size(2, shape.rank()) == 1)) {
      return Optional.empty();
    }
    try {
      Places places = Places.of(graph, node, graph.outputs().get(0), space);
      boolean one = places.isUsual() && shape.rank() > 2 && shape.size(2, shape.rank()) == 1;
      return one ? Optional.empty() : Optional.of(places.cells());
    } catch (InputException e) {
      // The layer does not have these axes, so it does not suit.
      return Optional.empty();
    }
  }

  private static long size(List<Integer> cells) {
    long size = 1;
    for (int cell : cells) {
      size *= cell;
    }
    return size;
  }

  /**
   * The layer that most users want: the last one that still has positions, more than one of them.
   * For segmentation, where that would be the logits themselves, the one with the fewest positions.
   */
  public static Node suggested(Graph graph) {
    return suggested(graph, Optional.empty());
  }

  /**
   * The same where this is said of its axes. Of tokens beside a class token it is the last
   * normalisation that attention looks at: what comes later no longer meets the class token.
   *
   * @throws InputException also if axes are named: they tell of one layer, and it is not known
   *     which
   */
  public static Node suggested(Graph graph, Optional<Space> space) {
    if (space.isPresent() && !findsLayers(space.get())) {
      throw new InputException(
          space.get() + ": tells of one layer's axes; name the layer with --layer, too");
    }
    List<Node> layers = suitable(graph, space);
    if (layers.isEmpty()) {
      throw new InputException(
          space
              .map(axes -> axes + ": no layer has such axes; 'engine info' shows the shapes")
              .orElse(
                  "layer: this network has no layer with channels and positions to make a map at"));
    }
    List<Node> eligible = space.isPresent() ? beforeAttention(graph, layers, space.get()) : layers;
    if (space.isEmpty()) {
      // Attention has positions, too, but no axes of space.
      List<Node> kept = inOrder(graph, layers);
      List<Node> known = kept.isEmpty() ? layers : kept;
      List<Node> spatial = known.stream().filter(layer -> rank(layer) == rank(graph)).toList();
      eligible = spatial.isEmpty() ? known : spatial;
    }
    boolean dense = Task.isDense(graph.outputs().get(0).shape());
    Node best = eligible.getLast();
    for (Node layer : eligible) {
      if (dense && positions(graph, layer, space) <= positions(graph, best, space)) {
        best = layer;
      }
    }
    return best;
  }

  private static List<Node> beforeAttention(Graph graph, List<Node> layers, Space space) {
    if (space.tokens().filter(tokens -> tokens.before() + tokens.after() > 0).isEmpty()) {
      return layers;
    }
    // A Softmax of scores has no product behind it.
    Set<Node> seen =
        graph.ancestors(
            graph.nodes().stream()
                .filter(node ->
                    node.op() instanceof Softmax
                        && graph.dependents(List.of(node)).stream()
                            .anyMatch(behind -> behind.op() instanceof Linear))
                .toList());
    List<Node> before = layers.stream().filter(seen::contains).toList();
    List<Node> normalised = before.stream().filter(node -> node.op() instanceof Norm).toList();
    return !normalised.isEmpty() ? normalised : !before.isEmpty() ? before : layers;
  }

  /**
   * Whether layers can be looked for by what was said: of tokens, which a network has one kind of.
   */
  public static boolean findsLayers(Space space) {
    return space.tokens().isPresent() && space.axes().equals(List.of(1));
  }

  /** Those of these layers whose usual axes run along the input's, in their order. */
  private static List<Node> inOrder(Graph graph, List<Node> layers) {
    Provenance provenance = new Provenance(graph);
    Node logits = graph.outputs().get(0);
    return layers.stream()
        .filter(layer ->
            provenance.inOrder(layer, Places.of(graph, layer, logits, Optional.empty()).axes()))
        .toList();
  }

  /**
   * The layers that suit as they stand, but whose axes behind the channels are not known to be
   * space: axes were moved before them, as those of slabs, features or tokens.
   */
  public static List<Node> uncertain(Graph graph) {
    List<Node> layers = new ArrayList<>(suitable(graph));
    layers.removeAll(inOrder(graph, layers));
    return layers;
  }

  /** Whether a layer that suits is among the {@linkplain #uncertain uncertain} ones. */
  public static boolean isUncertain(Graph graph, Node layer) {
    return inOrder(graph, List.of(layer)).isEmpty();
  }

  /** The names of the layers that a request is of. */
  public static List<String> asked(Model model, Graph graph, Request request) {
    return request.layers().isEmpty()
        ? List.of(model.layer().orElseGet(() -> suggested(graph, request.space()).name()))
        : request.layers();
  }

  /** The sizes of a map at a layer that suits one. */
  public static List<Integer> mapSizes(Graph graph, Node layer, Optional<Space> space) {
    return Places.of(graph, layer, graph.outputs().get(0), space).cells();
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
   *
   * @param space what is said of their axes
   */
  public static List<Suggestion> suggestions(Graph graph, Optional<Space> space) {
    Node best = suggested(graph, space);
    boolean dense = Task.isDense(graph.outputs().get(0).shape());
    List<Suggestion> suggestions = new ArrayList<>();
    suggestions.add(
        new Suggestion(
            best,
            text(graph, best, space)
                + (dense
                    ? ", the coarsest of the network: what it knows of the whole input"
                    : space.flatMap(Space::tokens).isPresent()
                        ? ", the last of tokens that attention and score look at"
                        : ", the last with positions: all that comes behind it looks at the whole")));
    List<Node> layers =
        suitable(graph, space).stream().filter(layer -> rank(layer) == rank(best)).toList();
    if (space.isEmpty()) {
      layers = inOrder(graph, layers);
    }
    Node logits = graph.outputs().get(0);
    for (Node layer : layers.reversed()) {
      long cells = positions(graph, layer, space);
      boolean finer =
          suggestions.stream().allMatch(s -> positions(graph, s.layer(), space) < cells);
      if (finer && layer != logits && suggestions.size() < MOST_SUGGESTIONS) {
        suggestions.add(
            new Suggestion(
                layer,
                text(graph, layer, space) + ", the last of this resolution: finer, less certain"));
      }
    }
    return suggestions;
  }

  private static String text(Graph graph, Node layer, Optional<Space> space) {
    return cells(graph, layer, space).orElseThrow().stream()
            .map(String::valueOf)
            .collect(Collectors.joining("x"))
        + " cells";
  }

  private static long positions(Graph graph, Node layer, Optional<Space> space) {
    return size(cells(graph, layer, space).orElseThrow());
  }

  /** The layer of this name, its axes being the usual ones. */
  public static Node named(Graph graph, String name) {
    return named(graph, name, Optional.empty());
  }

  /**
   * The layer of this name: a node's own name, the path of a PyTorch module, which means the last
   * layer inside of it, or the end of one name only.
   *
   * @param space what is said of its axes
   * @throws InputException if there is none, with the nearest names, or if no map can be made at it
   */
  public static Node named(Graph graph, String name, Optional<Space> space) {
    String meant = meant(graph, name);
    Optional<Node> found = graph.find(meant);
    if (found.isPresent()
        && varying(graph).contains(found.get())
        && suits(graph, found.get(), space)) {
      return found.get();
    }
    List<String> names = suitable(graph, space).stream().map(Node::name).toList();
    Node node =
        found.orElseThrow(() ->
            new InputException(
                "layer "
                    + name
                    + ": the network has none of this name; "
                    + Nearest.suggestion(name, names)));
    if (!varying(graph).contains(node)) {
      throw new InputException(
          "layer "
              + name
              + ": the score does not depend on it; "
              + Nearest.suggestion(name, names));
    }
    if (space.isPresent() || Places.holdsTokens(graph, node)) {
      // Tells what is wrong with its axes.
      Places.of(graph, node, graph.outputs().get(0), space);
    }
    throw new InputException(
        "layer "
            + name
            + ": its output "
            + node.shape()
            + " has no positions to map; take an earlier layer such as "
            + (names.isEmpty()
                ? "none"
                : space.isPresent() ? names.getLast() : suggested(graph).name()));
  }

  /** The whole name of the layer that a name means; the name itself if there is none. */
  static String meant(Graph graph, String name) {
    if (graph.find(name).filter(Layers::isStep).isPresent()) {
      return name;
    }
    List<String> all = graph.nodes().stream().filter(Layers::isStep).map(Node::name).toList();
    return ModulePath.find(name, all).orElse(name);
  }

  private static boolean isStep(Node node) {
    return !(node.op() instanceof Source) && isNamed(node);
  }

  /** Steps in between, which a file does not name, are no layers. */
  private static boolean isNamed(Node node) {
    return !node.name().startsWith("%");
  }
}
