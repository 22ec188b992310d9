package voxcam.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/**
 * Does beforehand what need not be done in every run: constants are computed, operations that
 * change nothing go, equal operations on equal inputs become one, gradients that are zero in most
 * channels lose the zeros ({@link ChannelSeeds}), and batch normalisation becomes part of the
 * convolution before it ({@link BatchNormFolding}).
 */
public final class Simplify {
  /** A constant computed beforehand may be this many times larger than what it is computed from. */
  private static final long GROWTH = 4;

  /**
   * What makes two nodes equal: the operation and the very same inputs; for single numbers the
   * value.
   */
  private record Key(Object op, List<Node> inputs) {}

  private Simplify() {}

  /**
   * The graph with less to do in every run.
   *
   * @param evaluate runs a graph that has no inputs and returns its outputs
   */
  public static Graph apply(Graph graph, Function<Graph, List<Tensor>> evaluate) {
    Graph seeded = ChannelSeeds.apply(Prune.apply(graph));
    return Prune.apply(BatchNormFolding.apply(merge(foldConstants(seeded, evaluate))));
  }

  private static Graph foldConstants(Graph graph, Function<Graph, List<Tensor>> evaluate) {
    Set<Node> constant = new HashSet<>();
    for (Node node : graph.nodes()) {
      boolean known =
          switch (node.op()) {
            case Source.Input _ -> false;
            case Source.Constant _ -> true;
            default -> constant.containsAll(node.inputs()) && !growsMuch(node);
          };
      if (known) {
        constant.add(node);
      }
    }
    List<Node> wanted = new ArrayList<>();
    Set<Node> outputs = new HashSet<>(graph.outputs());
    Map<Node, List<Node>> users = graph.users();
    for (Node node : graph.nodes()) {
      if (!constant.contains(node) || node.op() instanceof Source) {
        continue;
      }
      boolean isRead =
          outputs.contains(node)
              || users.getOrDefault(node, List.of()).stream()
                  .anyMatch(user -> !constant.contains(user));
      if (isRead) {
        wanted.add(node);
      }
    }
    if (wanted.isEmpty()) {
      return graph;
    }
    List<Tensor> values = evaluate.apply(subgraph(graph, wanted));
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      int index = wanted.indexOf(node);
      if (index >= 0) {
        rewrite.replace(node, rewrite.builder.constant(node.name(), values.get(index)));
      } else if (!constant.contains(node) || node.op() instanceof Source) {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  private static Graph subgraph(Graph graph, List<Node> outputs) {
    Set<Node> needed = graph.ancestors(outputs);
    Rewrite rewrite = new Rewrite();
    graph.nodes().stream().filter(needed::contains).forEach(rewrite::keep);
    return rewrite.builder.build(rewrite.of(outputs));
  }

  private static boolean growsMuch(Node node) {
    long inputs = node.inputs().stream().mapToLong(input -> input.shape().size()).sum();
    return node.shape().size() > Math.max(1024, GROWTH * inputs);
  }

  private static Graph merge(Graph graph) {
    Rewrite rewrite = new Rewrite();
    Map<Key, Node> seen = new HashMap<>();
    for (Node node : graph.nodes()) {
      Optional<Node> same = unchanged(node).map(rewrite::of);
      if (same.isEmpty() && !(node.op() instanceof Source.Input)) {
        same = Optional.ofNullable(seen.get(key(node, rewrite)));
      }
      if (same.isPresent()) {
        rewrite.replace(node, same.get());
        continue;
      }
      Optional<Op> plainer = plainer(node);
      if (plainer.isPresent()) {
        rewrite.replace(
            node, rewrite.builder.add(node.name(), plainer.get(), rewrite.of(node.input(0))));
      } else {
        rewrite.keep(node);
      }
      seen.put(key(node, rewrite), rewrite.of(node));
    }
    return rewrite.build(graph);
  }

  private static Key key(Node node, Rewrite rewrite) {
    if (node.op() instanceof Source.Constant(Tensor value)) {
      // Shapes of one element are told apart by their rank: broadcasting depends on it.
      return value.shape().size() == 1
          ? new Key(List.of(value.shape(), value.doubles()[0]), List.of())
          : new Key(value, List.of());
    }
    return new Key(node.op(), rewrite.of(node.inputs()));
  }

  /** The input that a node hands on as it is. */
  private static Optional<Node> unchanged(Node node) {
    boolean same =
        switch (node.op()) {
          case Movement.Identity _, Movement.Dropout _ -> true;
          case Movement.Reshape _, Movement.Expand _ -> node.shape().equals(node.input(0).shape());
          case Movement.Squeeze _, Movement.Flatten _ -> node.shape().equals(node.input(0).shape());
          case Movement.Concat _ -> node.inputs().size() == 1;
          case Movement.Transpose(var order) -> order.equals(order.stream().sorted().toList());
          case Binary(var kind) -> isNeutral(kind, node);
          default -> false;
        };
    if (!same && isOnes(node)) {
      return Optional.of(node.input(1));
    }
    return same ? Optional.of(node.input(0)) : Optional.empty();
  }

  /** Whether a node multiplies its second input by ones. */
  private static boolean isOnes(Node node) {
    return node.op() instanceof Binary(var kind)
        && kind == Binary.Kind.Mul
        && single(node.input(0)).filter(value -> value == 1).isPresent()
        && node.shape().equals(node.input(1).shape());
  }

  /** Whether the second operand changes nothing: times one, divided by one, plus or minus zero. */
  private static boolean isNeutral(Binary.Kind kind, Node node) {
    double neutral =
        switch (kind) {
          case Mul, Div -> 1;
          case Add, Sub -> 0;
          case Pow, Min, Max, PRelu, Equal, Greater, Less -> Double.NaN;
        };
    return single(node.input(1)).filter(value -> value == neutral).isPresent()
        && node.shape().equals(node.input(0).shape());
  }

  /** An operation of one input that does the same with fewer inputs: PReLU with one slope. */
  private static Optional<Op> plainer(Node node) {
    if (node.op() instanceof Binary(var kind) && kind == Binary.Kind.PRelu) {
      return single(node.input(1)).map(Unary.LeakyRelu::new);
    }
    return Optional.empty();
  }

  /** The number that a constant, of one element or spread out, is everywhere. */
  private static Optional<Double> single(Node node) {
    if (node.op() instanceof Movement.Expand) {
      return single(node.input(0));
    }
    return node.op() instanceof Source.Constant(Tensor value) && value.shape().size() == 1
        ? Optional.of(value.doubles()[0])
        : Optional.empty();
  }
}
