package voxcam.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;

/**
 * An immutable list of nodes in an order in which every input comes before its users, with some of
 * them marked as outputs.
 */
public final class Graph {
  private final List<Node> nodes;
  private final List<Node> outputs;
  private final Optional<Function<Map<String, Shape>, Graph>> maker;

  /** Made when it is first asked for: most graphs are on their way from one pass to the next. */
  private volatile Map<String, Node> byName;

  /** A program and what it is made for ask for the same shapes, one after the other. */
  private volatile Specialised latest;

  private record Specialised(Map<String, Shape> shapes, Graph graph) {}

  Graph(List<Node> nodes, List<Node> outputs, Optional<Function<Map<String, Shape>, Graph>> maker) {
    this.maker = maker;
    this.nodes = List.copyOf(nodes);
    this.outputs = List.copyOf(outputs);
  }

  /** All nodes, inputs before users. */
  public List<Node> nodes() {
    return nodes;
  }

  /** What a run returns, in this order. */
  public List<Node> outputs() {
    return outputs;
  }

  /** What a run needs, in the order of declaration. */
  public List<Node> inputs() {
    List<Node> inputs = new ArrayList<>();
    for (Node node : nodes) {
      if (node.op() instanceof Source.Input) {
        inputs.add(node);
      }
    }
    return Collections.unmodifiableList(inputs);
  }

  public Optional<Node> find(String name) {
    Map<String, Node> known = byName;
    if (known == null) {
      known = new HashMap<>();
      for (Node node : nodes) {
        known.put(node.name(), node);
      }
      byName = known;
    }
    return Optional.ofNullable(known.get(name));
  }

  /**
   * The node of this name; for names that come from a user, see the explain package, which knows
   * the nearest ones.
   */
  public Node node(String name) {
    return find(name).orElseThrow(() -> new InputException("graph: there is no node " + name));
  }

  /**
   * This graph for inputs of the given shapes: the same names and operations, every shape known and
   * checked.
   *
   * @throws InputException if an input is missing or does not suit, or a shape rule refuses
   */
  public Graph specialise(Map<String, Shape> shapes) {
    if (maker.isPresent()) {
      return maker.get().apply(shapes);
    }
    Specialised known = latest;
    if (known == null || !known.shapes().equals(shapes)) {
      known = new Specialised(new HashMap<>(shapes), copied(shapes));
      latest = known;
    }
    return known.graph();
  }

  private Graph copied(Map<String, Shape> shapes) {
    GraphBuilder builder = new GraphBuilder();
    Map<Node, Node> copies = new HashMap<>();
    for (Node node : nodes) {
      Node copy;
      if (node.op() instanceof Source.Input(var free)) {
        Shape shape = shapes.get(node.name());
        if (shape == null) {
          shape =
              free.fixed()
                  .orElseThrow(() ->
                      new InputException(
                          "input " + node.name() + ": no shape given, the network takes " + free));
        }
        free.check(node.name(), shape);
        copy = builder.input(node.name(), shape);
      } else {
        List<Node> inputs = new ArrayList<>(node.inputs().size());
        for (Node input : node.inputs()) {
          inputs.add(copies.get(input));
        }
        copy = builder.add(node.name(), node.op(), inputs);
      }
      copies.put(node, copy);
    }
    return builder.build(outputs.stream().map(copies::get).toList());
  }

  /**
   * Whether attributes of operations depend on sizes that are free: those of this graph hold for
   * some sizes only, and {@link #specialise} makes the graph anew.
   */
  public boolean dependsOnSizes() {
    return maker.isPresent();
  }

  /** The nodes whose values depend on any of {@code sources}, those included, in order. */
  public Set<Node> dependents(List<Node> sources) {
    Set<Node> reached = new HashSet<>(sources);
    for (Node node : nodes) {
      for (Node input : node.inputs()) {
        if (reached.contains(input)) {
          reached.add(node);
          break;
        }
      }
    }
    return reached;
  }

  /** The nodes that any of {@code targets} depends on, those included. */
  public Set<Node> ancestors(List<Node> targets) {
    Set<Node> reached = new HashSet<>(targets);
    for (Node node : nodes.reversed()) {
      if (reached.contains(node)) {
        reached.addAll(node.inputs());
      }
    }
    return reached;
  }

  /** For each node the nodes that read it. */
  public Map<Node, List<Node>> users() {
    Map<Node, List<Node>> users = new HashMap<>();
    for (Node node : nodes) {
      for (Node input : node.inputs()) {
        users.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
      }
    }
    return users;
  }

  /** The cost of one run; see {@link voxcam.op.Op#flops}. */
  public long flops() {
    long flops = 0;
    for (Node node : nodes) {
      flops += node.flops();
    }
    return flops;
  }
}
