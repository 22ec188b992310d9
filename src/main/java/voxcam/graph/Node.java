package voxcam.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import voxcam.op.InputException;
import voxcam.op.Op;
import voxcam.op.Shape;

/** One operation of a graph with its inputs; it stands for its output. Equality is identity. */
public final class Node {
  private final String name;
  private final Op op;
  private final List<Node> inputs;
  private final Shape shape;

  Node(String name, Op op, List<Node> inputs, Shape shape) {
    this.name = name;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.shape = shape;
  }

  /** The name, unique in its graph; for the layers of a model the name that users know. */
  public String name() {
    return name;
  }

  public Op op() {
    return op;
  }

  public List<Node> inputs() {
    return inputs;
  }

  public Node input(int index) {
    return inputs.get(index);
  }

  /** Whether the output's shape is known: true for every node of a specialised graph. */
  public boolean isShaped() {
    return shape != null;
  }

  /**
   * The output's shape.
   *
   * @throws InputException if the graph has free sizes and was not specialised
   */
  public Shape shape() {
    if (shape == null) {
      throw new InputException(
          "graph: the shape of "
              + name
              + " depends on free sizes; specialise the graph with the input's shape");
    }
    return shape;
  }

  public List<Shape> inputShapes() {
    List<Shape> shapes = new ArrayList<>(inputs.size());
    for (Node input : inputs) {
      shapes.add(input.shape());
    }
    return Collections.unmodifiableList(shapes);
  }

  /** The cost of this operation alone; see {@link Op#flops}. */
  public long flops() {
    return op.flops(inputShapes());
  }

  @Override
  public String toString() {
    return name + ": " + op.name() + (shape == null ? "" : " " + shape);
  }
}
