package voxcam.compile;

import java.util.ArrayList;
import java.util.Collections;
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
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Window;

/**
 * Squeeze and excitation behind a pointwise convolution: {@code y = W x + b} is multiplied, channel
 * by channel, by a gate {@code s} that is made of the means of y alone. The mean of y is W times
 * the mean of x, plus b, so the gate can be known before y is, and {@code s y} is the convolution
 * by {@code s W} and {@code s b}: y is written once, and not read again to be averaged and scaled.
 * What follows, a sum and an activation, can then be fused as behind any convolution.
 *
 * <p>For one sample, whose gate is the same at all positions, and where y is much larger than W,
 * which has to be scaled in every run.
 */
final class Gates {
  /** How many times as large as the weight the convolution's result is at least. */
  private static final int LEAST = 4;

  /** The nodes around a gated convolution. */
  private record Gate(Node conv, Node mean, Node product, Node factor) {}

  private Gates() {}

  static Graph apply(Graph graph) {
    Map<Node, List<Node>> users = graph.users();
    Set<Node> outputs = new HashSet<>(graph.outputs());
    Map<Node, Gate> byMean = new HashMap<>();
    Map<Node, Gate> byProduct = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (isPointwise(node) && !outputs.contains(node)) {
        gate(node, users.getOrDefault(node, List.of()))
            .ifPresent(gate -> {
              byMean.put(gate.mean(), gate);
              byProduct.put(gate.product(), gate);
            });
      }
    }
    if (byMean.isEmpty()) {
      return graph;
    }
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      if (byMean.containsKey(node)) {
        rewrite.replace(node, mean(byMean.get(node), rewrite));
      } else if (byProduct.containsKey(node)) {
        rewrite.replace(node, product(byProduct.get(node), rewrite));
      } else {
        rewrite.keep(node);
      }
    }
    return Prune.apply(rewrite.build(graph));
  }

  private static boolean isPointwise(Node node) {
    return node.op() instanceof Conv.Forward(Window window, int groups)
        && groups == 1
        && window.axes().stream().allMatch(Gates::isPoint)
        && node.inputs().stream().skip(1).allMatch(input -> input.op() instanceof Source.Constant)
        && node.shape().dim(0) == 1
        && node.shape().size() >= LEAST * node.input(1).shape().size();
  }

  private static boolean isPoint(Window.Axis axis) {
    return axis.kernel() == 1 && axis.stride() == 1 && axis.padBegin() == 0 && axis.padEnd() == 0;
  }

  /** What reads the convolution, if that is its mean and its product with one number a channel. */
  private static Optional<Gate> gate(Node conv, List<Node> users) {
    if (users.size() != 2) {
      return Optional.empty();
    }
    Node mean = users.get(users.get(0).op() instanceof Pool.GlobalAverage ? 0 : 1);
    Node product = users.get(mean == users.get(0) ? 1 : 0);
    if (!(mean.op() instanceof Pool.GlobalAverage)
        || !(product.op() instanceof Binary(var kind))
        || kind != Binary.Kind.Mul
        || !product.shape().equals(conv.shape())) {
      return Optional.empty();
    }
    Node factor = product.input(product.input(0) == conv ? 1 : 0);
    return factor.shape().equals(mean.shape())
        ? Optional.of(new Gate(conv, mean, product, factor))
        : Optional.empty();
  }

  private static Node mean(Gate gate, Rewrite rewrite) {
    Node conv = gate.conv();
    List<Node> inputs = new ArrayList<>(rewrite.of(conv.inputs()));
    String name = gate.mean().name();
    inputs.set(0, rewrite.builder.add("%before " + name, gate.mean().op(), inputs.get(0)));
    return rewrite.builder.add(name, conv.op(), inputs);
  }

  private static Node product(Gate gate, Rewrite rewrite) {
    Node conv = gate.conv();
    Node factor = rewrite.of(gate.factor());
    List<Node> inputs = new ArrayList<>();
    inputs.add(rewrite.of(conv.input(0)));
    for (Node parameter : conv.inputs().subList(1, conv.inputs().size())) {
      inputs.add(scaled(rewrite.of(parameter), factor, rewrite));
    }
    return rewrite.builder.add(gate.product().name(), conv.op(), inputs);
  }

  /** A weight {@code [K,C,1,...]} or a bias {@code [K]} times K numbers. */
  private static Node scaled(Node parameter, Node factor, Rewrite rewrite) {
    Shape shape = parameter.shape();
    List<Integer> sizes = new ArrayList<>(Collections.nCopies(shape.rank(), 1));
    sizes.set(0, shape.dim(0));
    Node factors = rewrite.builder.add(new Movement.Reshape(sizes), factor);
    return rewrite.builder.add(new Binary(Binary.Kind.Mul), parameter, factors);
  }
}
