package voxcam.grad;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;

/**
 * Reverse-mode differentiation: a walk from an output back to chosen nodes that adds the gradient's
 * operations to the graph.
 *
 * <p>Only nodes on a path from a chosen node to the output get a gradient: for the last layer of a
 * network the walk ends at that layer, and neither earlier layers nor the weights behind it are
 * differentiated. Where a chosen node is an ancestor of another one, its gradient is the total
 * derivative, through the other one too, as {@code torch.autograd.grad} gives it. The gradient's
 * own nodes can be differentiated again.
 *
 * <p>Piecewise constant operations (comparisons, Sign, ArgMax, indices) and what only selects (the
 * condition of Where, the indices of Gather, the x of MaxPoolPick) count as constant: nothing
 * depends on a node through them alone. So a mask made from logits acts as a constant in a score.
 * Kinks are taken as PyTorch takes them: ReLU'(0) = 0, Clip' = 0 on its bounds (as ReLU6), equal
 * inputs of Min and Max share half and half, equal values of ReduceMax and ReduceMin share evenly,
 * pooling takes the first.
 *
 * <p>One object may serve many outputs of one builder; their gradients then share what depends on
 * the forward pass alone. All shapes must be known. Not thread-safe.
 */
public final class Gradients {
  private final Algebra algebra;

  /** Gradients of nodes of this builder, added to it. */
  public Gradients(GraphBuilder builder) {
    this.algebra = new Algebra(builder);
  }

  /**
   * The gradients of an output with one element, in the order of {@code sources} and of their
   * shapes; empty for a node that the output does not depend on.
   *
   * @throws InputException if the output has more than one element, a shape is not known, or an
   *     operation between has no gradient
   */
  public List<Optional<Node>> of(Node output, List<Node> sources) {
    if (output.shape().size() != 1) {
      throw new InputException(
          "gradient: "
              + output.name()
              + " has shape "
              + output.shape()
              + ", a score is one number; reduce it, or give the gradient at it");
    }
    return of(output, algebra.reshape(algebra.number(1), output.shape()), sources);
  }

  /**
   * The gradients of {@code sum(cotangent * output)} where the cotangent counts as constant, in the
   * order of {@code sources}; empty for a node that the output does not depend on.
   *
   * @param cotangent the gradient at the output, of its shape
   * @throws InputException if the shapes differ, one is not known, or an operation between has no
   *     gradient
   */
  public List<Optional<Node>> of(Node output, Node cotangent, List<Node> sources) {
    Map<Node, Node> gradients = walk(output, cotangent, sources);
    return sources.stream().map(source -> Optional.ofNullable(gradients.get(source))).toList();
  }

  /**
   * As {@link #of(Node, Node, List)}, but the gradient at every node on a path from one of {@code
   * sources} to the output, both ends included, nodes nearer to the output first; empty if there is
   * no path.
   */
  public Map<Node, Node> walk(Node output, Node cotangent, List<Node> sources) {
    if (!cotangent.shape().equals(output.shape())) {
      throw new InputException(
          "gradient: %s has shape %s, the gradient given for it %s"
              .formatted(output.name(), output.shape(), cotangent.shape()));
    }
    List<Node> order = ancestors(output);
    Set<Node> varying = varying(order, new HashSet<>(sources));
    Map<Node, Node> gradients = new LinkedHashMap<>();
    if (varying.contains(output)) {
      gradients.put(output, cotangent);
    }
    for (Node node : order.reversed()) {
      Node gy = gradients.get(node);
      if (gy == null) {
        continue;
      }
      for (int i = 0; i < node.inputs().size(); i++) {
        if (varying.contains(node.input(i)) && Rules.passes(node.op(), i)) {
          Node part = Rules.gradient(algebra, new Step(node, i, gy));
          gradients.merge(node.input(i), part, algebra::add);
        }
      }
    }
    return gradients;
  }

  /**
   * The gradient that reaches one input through one node alone, given the gradient at the node's
   * output.
   *
   * @throws IllegalStateException if the input counts as constant
   */
  public Node through(Node node, int input, Node gradient) {
    return Rules.gradient(algebra, new Step(node, input, gradient));
  }

  /** The nodes among {@code order} that depend on the sources, those included. */
  private static Set<Node> varying(List<Node> order, Set<Node> sources) {
    Set<Node> varying = new HashSet<>();
    for (Node node : order) {
      if (sources.contains(node) || reads(node, varying)) {
        varying.add(node);
      }
    }
    return varying;
  }

  /** Whether a node has a gradient at one of these inputs. */
  private static boolean reads(Node node, Set<Node> varying) {
    for (int i = 0; i < node.inputs().size(); i++) {
      if (varying.contains(node.input(i)) && Rules.passes(node.op(), i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What a node is computed from and itself, inputs before users. Without recursion: networks are
   * deep.
   */
  private static List<Node> ancestors(Node output) {
    record Visit(Node node, Iterator<Node> inputs) {}
    List<Node> order = new ArrayList<>();
    Set<Node> seen = new HashSet<>(List.of(output));
    Deque<Visit> path = new ArrayDeque<>(List.of(new Visit(output, output.inputs().iterator())));
    while (!path.isEmpty()) {
      Visit visit = path.peek();
      if (!visit.inputs().hasNext()) {
        order.add(path.pop().node());
        continue;
      }
      Node input = visit.inputs().next();
      if (seen.add(input)) {
        path.push(new Visit(input, input.inputs().iterator()));
      }
    }
    return order;
  }
}
