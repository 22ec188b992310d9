package voxcam.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.grad.Gradients;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Reduce;
import voxcam.op.Source;
import voxcam.op.Unary;

/**
 * The terms that, with the map, must make up the score. Behind a layer where everything is locally
 * affine,
 *
 * <pre>
 * score = sum(HiResCAM) + sum over biases b of b ds/db + sum over values v that pass by the layer of v ds/dv
 * </pre>
 *
 * <p>(the identity of FullGrad, Srinivas and Fleuret, NeurIPS 2019, for a part of a network). A
 * bias is whatever constant is added: of convolutions and linear layers, the shift of batch
 * normalisation, a clipping bound. A value that passes by comes from before the layer on another
 * way, as over the skip connections of a U-Net. Each term is computed from its own gradient, so
 * that a wrong gradient shows as a residual.
 */
final class Completeness {
  /**
   * What the check needs to know of the part of the graph behind a layer.
   *
   * @param bias the sum of all biases times their gradients; none if there is no bias
   * @param bypass the sum of all values that pass by times their gradients
   * @param breaking the nodes that are not locally affine, first one first
   */
  record Terms(Optional<Node> bias, Optional<Node> bypass, List<Node> breaking) {}

  private final GraphBuilder builder;
  private final Gradients gradients;
  private final Set<Node> constants = new HashSet<>();
  private final Map<List<Object>, Node> known = new HashMap<>();

  Completeness(GraphBuilder builder, Gradients gradients, Graph model) {
    this.builder = builder;
    this.gradients = gradients;
    for (Node node : model.nodes()) {
      boolean fixed = !(node.op() instanceof Source.Input) && constants.containsAll(node.inputs());
      if (fixed) {
        constants.add(node);
      }
    }
  }

  /**
   * Adds the terms of one score at one layer.
   *
   * @param walked the gradient of the score at every node between the layers and it, in the order
   *     of the walk
   */
  Terms terms(Node layer, Map<Node, Node> walked) {
    // The walk's own order is no order of computation: take the graph's.
    List<Node> forward =
        builder.build(List.of()).nodes().stream().filter(walked::containsKey).toList();
    Set<Node> tail = new HashSet<>(Set.of(layer));
    List<Node> bias = new ArrayList<>();
    List<Node> bypass = new ArrayList<>();
    List<Node> breaking = new ArrayList<>();
    for (Node node : forward) {
      if (node == layer || node.inputs().stream().noneMatch(tail::contains)) {
        continue;
      }
      tail.add(node);
      if (!Affinity.isLocallyAffine(node, tail)) {
        breaking.add(node);
      }
      Node gradient = walked.get(node);
      own(node, gradient).ifPresent(bias::add);
      for (int i : Affinity.addends(node)) {
        Node addend = node.input(i);
        if (!tail.contains(addend)) {
          (constants.contains(addend) ? bias : bypass).add(share(node, i, gradient));
        }
      }
    }
    return new Terms(sum(bias), sum(bypass), breaking);
  }

  private Optional<Node> sum(List<Node> terms) {
    return terms.stream().reduce((a, b) -> binary(Binary.Kind.Add, a, b));
  }

  /**
   * The share of one added input: the input times the gradient that reaches it through this node.
   */
  private Node share(Node node, int input, Node gradient) {
    return known.computeIfAbsent(
        List.of(node, input, gradient),
        _ -> dot(gradients.through(node, input, gradient), node.input(input)));
  }

  /** The share of a constant that is part of the operation itself. */
  private Optional<Node> own(Node node, Node gradient) {
    Optional<Node> remainder =
        switch (node.op()) {
          case Unary.Clip(double min, double max) -> clipped(node, min, max);
          case Unary.HardSigmoid(_, double beta) -> Optional.of(gated(node, beta));
          case Movement.Pad(_, _, _, double value) when value != 0 -> Optional.of(padding(node));
          default -> Optional.empty();
        };
    if (node.op() instanceof Norm.Batch norm) {
      Node perChannel = gradients.through(node, 2, gradient);
      return Optional.of(dot(perChannel, shift(node, norm)));
    }
    return remainder.map(value -> dot(gradient, value));
  }

  /**
   * What a clip adds: its bound wherever the output is on it, as the gradient is 0 there, nothing
   * elsewhere.
   */
  private Optional<Node> clipped(Node clip, double min, double max) {
    Optional<Node> low = atBound(clip, min);
    Optional<Node> high = max == min ? Optional.empty() : atBound(clip, max);
    return low.isPresent() && high.isPresent()
        ? Optional.of(binary(Binary.Kind.Add, low.get(), high.get()))
        : low.or(() -> high);
  }

  private Optional<Node> atBound(Node clip, double bound) {
    return Double.isInfinite(bound) || bound == 0
        ? Optional.empty()
        : Optional.of(scaled(binary(Binary.Kind.Equal, clip, builder.scalar(bound)), bound));
  }

  /** What a hard sigmoid adds: its offset on the slope, its value on the flats. */
  private Node gated(Node gate, double beta) {
    Node above = binary(Binary.Kind.Greater, gate, builder.scalar(0));
    Node sloping =
        binary(Binary.Kind.Mul, above, binary(Binary.Kind.Less, gate, builder.scalar(1)));
    Node saturated = binary(Binary.Kind.Equal, gate, builder.scalar(1));
    return binary(Binary.Kind.Add, scaled(sloping, beta), saturated);
  }

  /** What a pad adds: its output for an input of zeros. */
  private Node padding(Node pad) {
    return builder.add(pad.op(), scaled(pad.input(0), 0));
  }

  /** Batch normalisation is {@code s x + t}; this is t, per channel. */
  private Node shift(Node node, Norm.Batch norm) {
    Node deviation =
        builder.add(
            new Unary.Sqrt(),
            binary(Binary.Kind.Add, node.input(4), builder.scalar(norm.epsilon())));
    Node scale = binary(Binary.Kind.Div, node.input(1), deviation);
    return binary(Binary.Kind.Sub, node.input(2), binary(Binary.Kind.Mul, node.input(3), scale));
  }

  private Node scaled(Node values, double factor) {
    return binary(Binary.Kind.Mul, values, builder.scalar(factor));
  }

  private Node dot(Node a, Node b) {
    return builder.add(
        new Reduce(Reduce.Kind.Sum, List.of(), false), binary(Binary.Kind.Mul, a, b));
  }

  private Node binary(Binary.Kind kind, Node a, Node b) {
    return builder.add(new Binary(kind), a, b);
  }
}
