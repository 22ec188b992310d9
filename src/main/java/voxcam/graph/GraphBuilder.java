package voxcam.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * Makes a graph node by node. Shapes are inferred and checked as nodes are added, as far as the
 * sizes are known. Not thread-safe; the graph that it builds is.
 */
public final class GraphBuilder {
  private final List<Node> nodes = new ArrayList<>();
  private final Set<Node> members = new HashSet<>();
  private final Set<String> names = new HashSet<>();

  public GraphBuilder() {}

  /** A builder that starts with all nodes of a graph, to build on from them. */
  public static GraphBuilder extending(Graph graph) {
    GraphBuilder builder = new GraphBuilder();
    graph.nodes().forEach(builder::adopt);
    return builder;
  }

  /** An input with free sizes. */
  public Node input(String name, FreeShape shape) {
    Op op = new Source.Input(shape);
    return adopt(new Node(unused(name), op, List.of(), shape.fixed().orElse(null)));
  }

  /** An input of a known shape. */
  public Node input(String name, Shape shape) {
    return input(name, FreeShape.of(shape));
  }

  public Node constant(String name, Tensor value) {
    return adopt(new Node(unused(name), new Source.Constant(value), List.of(), value.shape()));
  }

  /** A constant whose name does not matter. */
  public Node constant(Tensor value) {
    return constant(fresh("Constant"), value);
  }

  /** An unnamed number. */
  public Node scalar(double value) {
    return constant(Tensor.scalar(value));
  }

  /** A named node: a layer. */
  public Node add(String name, Op op, List<Node> inputs) {
    checkMembers(name, inputs);
    Shape shape = null;
    List<Shape> shapes = shapes(inputs);
    if (shapes.size() == inputs.size()) {
      try {
        shape = op.infer(shapes);
      } catch (ArithmeticException e) {
        throw new InputException(name + ": " + op.name() + ": a size is too large to count", e);
      } catch (InputException e) {
        throw new InputException(name + ": " + e.getMessage(), e);
      }
    }
    return adopt(new Node(unused(name), op, inputs, shape));
  }

  /**
   * A node of another graph, on inputs of this one: the very same node if these are its own inputs.
   * Where their shapes are the same the operation is not asked for its shape again.
   */
  public Node carry(Node node, List<Node> inputs) {
    checkMembers(node.name(), inputs);
    boolean same = node.isShaped() || node.op() instanceof Source;
    boolean sameShapes = node.isShaped();
    for (int i = 0; i < inputs.size(); i++) {
      Node input = inputs.get(i);
      Node old = node.input(i);
      same &= input == old;
      sameShapes &= input.isShaped() && input.shape().equals(old.shape());
    }
    if (same) {
      unused(node.name());
      return adopt(node);
    }
    return sameShapes
        ? adopt(new Node(unused(node.name()), node.op(), inputs, node.shape()))
        : add(node.name(), node.op(), inputs);
  }

  private void checkMembers(String name, List<Node> inputs) {
    for (Node input : inputs) {
      if (!members.contains(input)) {
        throw new IllegalStateException(name + ": input " + input.name() + " is not of this graph");
      }
    }
  }

  /** The inputs' shapes as far as they are known; loops, as streams are slow in a new JVM. */
  private static List<Shape> shapes(List<Node> inputs) {
    List<Shape> shapes = new ArrayList<>(inputs.size());
    for (Node input : inputs) {
      if (input.isShaped()) {
        shapes.add(input.shape());
      }
    }
    return shapes;
  }

  /** A named node: a layer. */
  public Node add(String name, Op op, Node... inputs) {
    return add(name, op, List.of(inputs));
  }

  /** A node whose name does not matter. */
  public Node add(Op op, Node... inputs) {
    return add(fresh(op.name()), op, List.of(inputs));
  }

  /** A node whose name does not matter. */
  public Node add(Op op, List<Node> inputs) {
    return add(fresh(op.name()), op, inputs);
  }

  /** The graph of all nodes so far. */
  public Graph build(List<Node> outputs) {
    return build(outputs, Optional.empty());
  }

  /**
   * A graph whose operations hold for some sizes of its inputs only.
   *
   * @param maker makes the graph for other shapes of the inputs
   */
  public Graph build(List<Node> outputs, Function<Map<String, Shape>, Graph> maker) {
    return build(outputs, Optional.of(maker));
  }

  private Graph build(List<Node> outputs, Optional<Function<Map<String, Shape>, Graph>> maker) {
    for (Node output : outputs) {
      if (!members.contains(output)) {
        throw new IllegalStateException("output " + output.name() + " is not of this graph");
      }
    }
    return new Graph(nodes, outputs, maker);
  }

  private Node adopt(Node node) {
    nodes.add(node);
    members.add(node);
    names.add(node.name());
    return node;
  }

  private String unused(String name) {
    if (names.contains(name)) {
      throw new InputException("graph: two nodes are named " + name + ", names must differ");
    }
    return name;
  }

  /** A name that a model file is unlikely to hold. */
  private String fresh(String stem) {
    int number = nodes.size();
    while (names.contains("%" + stem + number)) {
      number++;
    }
    return "%" + stem + number;
  }
}
