package voxcam.grad;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Where;

/**
 * Writes the formulas of the rules into a graph. The same operation on the same nodes is written
 * once, so rules need not share their intermediate values by hand, and the gradients of several
 * labels share what depends on the forward pass alone.
 */
final class Algebra {
  private record Formula(Op op, List<Node> inputs) {}

  private final GraphBuilder builder;
  private final Map<Formula, Node> written = new HashMap<>();
  private final Map<Double, Node> numbers = new HashMap<>();

  Algebra(GraphBuilder builder) {
    this.builder = builder;
  }

  Node apply(Op op, Node... inputs) {
    Formula formula = new Formula(op, List.of(inputs));
    Node node = written.get(formula);
    if (node == null) {
      node = builder.add(op, formula.inputs());
      written.put(formula, node);
    }
    return node;
  }

  Node number(double value) {
    return numbers.computeIfAbsent(value, builder::scalar);
  }

  Node binary(Binary.Kind kind, Node a, Node b) {
    return apply(new Binary(kind), a, b);
  }

  Node add(Node a, Node b) {
    return binary(Binary.Kind.Add, a, b);
  }

  Node add(Node a, double b) {
    return b == 0 ? a : add(a, number(b));
  }

  Node sub(Node a, Node b) {
    return binary(Binary.Kind.Sub, a, b);
  }

  Node mul(Node a, Node b) {
    return binary(Binary.Kind.Mul, a, b);
  }

  Node mul(Node a, double b) {
    return b == 1 ? a : mul(a, number(b));
  }

  Node div(Node a, Node b) {
    return binary(Binary.Kind.Div, a, b);
  }

  Node greater(Node a, double b) {
    return binary(Binary.Kind.Greater, a, number(b));
  }

  Node less(Node a, double b) {
    return binary(Binary.Kind.Less, a, number(b));
  }

  /** {@code a} where the condition holds, 0 elsewhere, whatever {@code a} is there. */
  Node only(Node condition, Node a) {
    return where(condition, a, number(0));
  }

  Node where(Node condition, Node a, Node b) {
    return apply(new Where(), condition, a, b);
  }

  /** A sum (or another reduction) along axes, which stay with size 1. */
  Node reduce(Reduce.Kind kind, Node x, List<Integer> axes) {
    return apply(new Reduce(kind, axes, true), x);
  }

  Node sum(Node x, List<Integer> axes) {
    return reduce(Reduce.Kind.Sum, x, axes);
  }

  Node mean(Node x, List<Integer> axes) {
    return reduce(Reduce.Kind.Mean, x, axes);
  }

  Node reshape(Node x, Shape shape) {
    return x.shape().equals(shape) ? x : apply(new Movement.Reshape(sizes(shape)), x);
  }

  Node expand(Node x, Shape shape) {
    return x.shape().equals(shape) ? x : apply(new Movement.Expand(shape), x);
  }

  /**
   * The adjoint of broadcasting {@code shape} to the shape of {@code g}: the sum over all stretched
   * axes.
   */
  Node unbroadcast(Node g, Shape shape) {
    int more = g.shape().rank() - shape.rank();
    List<Integer> stretched =
        IntStream.range(0, g.shape().rank())
            .filter(i -> i < more || shape.dim(i - more) != g.shape().dim(i))
            .boxed()
            .toList();
    return reshape(stretched.isEmpty() ? g : sum(g, stretched), shape);
  }

  /** The axes from {@code from} up to {@code to}, the last one excluded. */
  static List<Integer> axes(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  static List<Integer> sizes(Shape shape) {
    return Arrays.stream(shape.dims()).boxed().toList();
  }
}
