package voxcam.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/**
 * Lets a convolution do what follows it while its result is in registers: add the bias, add another
 * tensor of the same shape, apply an activation; and a normalisation the activation that follows
 * it. Only where nobody else reads the values in between.
 */
public final class Fuse {
  /** A convolution and the nodes that it takes over, the last of which names the result. */
  private record Chain(Node conv, Optional<Node> residual, Optional<Unary> activation) {}

  private final Map<Node, List<Node>> users;
  private final Set<Node> outputs;
  private final List<Node> order;

  private Fuse(Graph graph) {
    users = graph.users();
    outputs = new HashSet<>(graph.outputs());
    order = graph.nodes();
  }

  public static Graph apply(Graph graph) {
    return new Fuse(graph).rewrite(graph);
  }

  private Graph rewrite(Graph graph) {
    Map<Node, Chain> endings = new HashMap<>();
    Set<Node> taken = new HashSet<>();
    for (Node node : order) {
      if (node.op() instanceof Conv.Forward) {
        follow(node, endings, taken);
      }
    }
    Map<Node, Node> activated = new HashMap<>();
    for (Node node : order) {
      if (node.op() instanceof Norm norm && Norm.Activated.takes(norm)) {
        onlyUser(node)
            .filter(next -> next.op() instanceof Unary && !taken.contains(next))
            .ifPresent(next -> {
              taken.add(node);
              activated.put(next, node);
            });
      }
    }
    Rewrite rewrite = new Rewrite();
    for (Node node : order) {
      Chain chain = endings.get(node);
      if (chain != null) {
        rewrite.replace(node, fused(node, chain, rewrite));
      } else if (activated.containsKey(node)) {
        Node norm = activated.get(node);
        var op = new Norm.Activated((Norm) norm.op(), (Unary) node.op());
        rewrite.replace(node, rewrite.builder.add(node.name(), op, rewrite.of(norm.inputs())));
      } else if (!taken.contains(node)) {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  private void follow(Node conv, Map<Node, Chain> endings, Set<Node> taken) {
    Node last = conv;
    Optional<Node> residual = Optional.empty();
    Optional<Unary> activation = Optional.empty();
    Optional<Node> next = onlyUser(last);
    if (next.isPresent() && !taken.contains(next.get())) {
      residual = residual(next.get(), conv, taken);
      if (residual.isPresent()) {
        taken.add(last);
        last = next.get();
        next = onlyUser(last);
      }
    }
    if (next.isPresent() && next.get().op() instanceof Unary unary) {
      taken.add(last);
      last = next.get();
      activation = Optional.of(unary);
    }
    taken.add(last);
    endings.put(last, new Chain(conv, residual, activation));
  }

  /** The other operand, if {@code add} adds a tensor of the same shape that is ready by then. */
  private Optional<Node> residual(Node add, Node conv, Set<Node> taken) {
    if (!(add.op() instanceof Binary(var kind)) || kind != Binary.Kind.Add) {
      return Optional.empty();
    }
    Node other = add.input(0) == conv ? add.input(1) : add.input(0);
    boolean suits = other != conv && other.shape().equals(conv.shape());
    // Of two convolutions that are added, the later one takes the sum over: the earlier one is then
    // ready.
    boolean otherTakesIt =
        other.op() instanceof Conv.Forward
            && onlyUser(other).isPresent()
            && order.indexOf(other) > order.indexOf(conv)
            && !taken.contains(other);
    return suits && !otherTakesIt ? Optional.of(other) : Optional.empty();
  }

  private Optional<Node> onlyUser(Node node) {
    List<Node> readers = users.getOrDefault(node, List.of());
    return readers.size() == 1 && !outputs.contains(node)
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }

  private static Node fused(Node last, Chain chain, Rewrite rewrite) {
    Node conv = chain.conv();
    Conv op = (Conv) conv.op();
    List<Node> inputs = new ArrayList<>(rewrite.of(conv.inputs()));
    if (inputs.size() == 2) {
      Shape bias = Shape.of(conv.shape().dim(1));
      inputs.add(rewrite.builder.constant("%bias of " + last.name(), Tensor.filled(bias, 0)));
    }
    chain.residual().map(rewrite::of).ifPresent(inputs::add);
    return rewrite.builder.add(
        last.name(),
        new Conv.Fused(op.window(), op.groups(), chain.activation(), chain.residual().isPresent()),
        inputs);
  }
}
