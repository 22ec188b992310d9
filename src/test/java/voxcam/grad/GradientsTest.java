package voxcam.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;
import voxcam.op.Window;

/** What the walk touches, what it leaves alone, and what it refuses. */
class GradientsTest {
  private final GraphBuilder builder = new GraphBuilder();

  private static final Reduce SUM = new Reduce(Reduce.Kind.Sum, List.of(), false);

  private Node binary(Binary.Kind kind, Node a, Node b) {
    return builder.add(new Binary(kind), a, b);
  }

  private double value(Optional<Node> node, Map<String, Tensor> inputs) {
    return Runs.values(builder, node.orElseThrow(), inputs)[0];
  }

  /**
   * A network of five 3x3x3 convolutions and a head; weights are inputs, so that they could have
   * gradients.
   */
  private Node network() {
    Node x = builder.input("x", Shape.of(1, 1, 16, 16, 16));
    int channels = 1;
    for (int i = 0; i < 5; i++) {
      Node w = builder.input("w" + i, Shape.of(8, channels, 3, 3, 3));
      x = builder.add("conv" + i, new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1), x, w);
      x = builder.add("relu" + i, new Unary.Relu(), x);
      channels = 8;
    }
    x = builder.add("flat", new Movement.Flatten(1), x);
    Node w = builder.input("w", Shape.of(2, 8 * 16 * 16 * 16));
    Node logits = builder.add("logits", new Linear.Gemm(1, 1, false, true), x, w);
    Node first = builder.add(new Movement.Slice(List.of(new Movement.Range(1, 0, 1, 1))), logits);
    return builder.add("score", SUM, first);
  }

  @Test
  void onlyWhatLiesBehindTheLayerIsDifferentiated() {
    Node score = network();
    Graph forward = builder.build(List.of(score));
    Node layer = forward.node("relu4");
    Node gradient = new Gradients(builder).of(score, List.of(layer)).get(0).orElseThrow();
    Graph graph = builder.build(List.of(gradient));
    assertThat(graph.ancestors(List.of(gradient))).doesNotContain(layer, forward.node("conv4"));
    Set<Node> added = new HashSet<>(graph.nodes());
    added.removeAll(forward.nodes());
    assertThat(added).noneMatch(node -> node.op() instanceof Conv);
    long cost = added.stream().mapToLong(Node::flops).sum();
    assertThat(cost).isPositive().isLessThan(forward.flops() / 100);
  }

  @Test
  void anEarlierLayerCostsOnlyTheLayersBehindIt() {
    Node score = network();
    Graph forward = builder.build(List.of(score));
    new Gradients(builder).of(score, List.of(forward.node("relu2")));
    List<Node> added = builder.build(List.of(score)).nodes();
    added = added.subList(forward.nodes().size(), added.size());
    assertThat(added).filteredOn(node -> node.op() instanceof Conv.InputGrad).hasSize(2);
    assertThat(added).noneMatch(node -> node.op() instanceof Conv.WeightGrad);
  }

  @Test
  void theWalkKnowsEveryNodeOnThePaths() {
    Node score = network();
    Graph forward = builder.build(List.of(score));
    Node one = builder.scalar(1);
    Map<Node, Node> gradients =
        new Gradients(builder).walk(score, one, List.of(forward.node("conv4")));
    assertThat(gradients.keySet().stream().map(Node::name).filter(name -> !name.startsWith("%")))
        .containsExactly("score", "logits", "flat", "relu4", "conv4");
    assertThat(gradients).allSatisfy((node, g) -> assertThat(g.shape()).isEqualTo(node.shape()));
    assertThat(gradients.get(score)).isSameAs(one);
  }

  @Test
  void aNodeThatTheOutputDoesNotDependOnHasNone() {
    Node x = builder.input("x", Shape.of(3));
    Node side = builder.add(new Unary.Exp(), x);
    Node score = builder.add(SUM, x);
    var gradients = new Gradients(builder).of(score, List.of(side, x));
    assertThat(gradients.get(0)).isEmpty();
    assertThat(gradients.get(1)).isPresent();
    assertThat(new Gradients(builder).walk(score, builder.scalar(1), List.of(side))).isEmpty();
  }

  @Test
  void masksMadeFromTheLogitsAreConstant() {
    Node x = builder.input("x", Shape.of(4));
    Node zero = builder.scalar(0);
    Node mask = binary(Binary.Kind.Greater, x, zero);
    Node score = builder.add(SUM, builder.add(new Where(), mask, x, zero));
    Node gradient = new Gradients(builder).of(score, List.of(x)).get(0).orElseThrow();
    double[] values =
        Runs.values(builder, gradient, Map.of("x", Tensor.of(Shape.of(4), -1f, 2f, 3f, -4f)));
    assertThat(values).containsExactly(0, 1, 1, 0);
    Node count = builder.add(SUM, mask);
    assertThat(new Gradients(builder).of(count, List.of(x, mask)).get(0)).isEmpty();
    Node winner = builder.add(SUM, builder.add(new Index.ArgMax(0, true), x));
    assertThat(new Gradients(builder).of(winner, List.of(x)).get(0)).isEmpty();
  }

  @Test
  void aNodeBeforeAnotherHasTheTotalDerivative() {
    Node x = builder.input("x", Shape.SCALAR);
    Node square = binary(Binary.Kind.Mul, x, x);
    Node score = binary(Binary.Kind.Add, binary(Binary.Kind.Mul, square, x), x);
    var gradients = new Gradients(builder).of(score, List.of(x, square, score));
    Map<String, Tensor> at = Map.of("x", Tensor.scalar(3));
    assertThat(value(gradients.get(0), at)).isEqualTo(28);
    assertThat(value(gradients.get(1), at)).isEqualTo(3);
    assertThat(value(gradients.get(2), at)).isEqualTo(1);
  }

  @Test
  void aGradientHasAGradient() {
    Node x = builder.input("x", Shape.of(1));
    Node power = binary(Binary.Kind.Pow, x, builder.scalar(4));
    Gradients gradients = new Gradients(builder);
    Node d = power;
    double[] expected = {32, 48, 48, 24};
    for (double each : expected) {
      Optional<Node> next = gradients.of(d, List.of(x)).get(0);
      assertThat(value(next, Map.of("x", Tensor.of(Shape.of(1), 2f)))).isEqualTo(each);
      d = next.orElseThrow();
    }
  }

  @Test
  void severalOutputsShareWhatTheForwardPassGives() {
    Node score = network();
    Graph forward = builder.build(List.of(score));
    Node logits = forward.node("logits");
    Gradients gradients = new Gradients(builder);
    for (float[] label : new float[][] {{1, 0}, {0, 1}}) {
      Node at = builder.constant("label" + label[0], Tensor.of(Shape.of(1, 2), label));
      assertThat(gradients.of(logits, at, List.of(forward.node("conv4"))).get(0)).isPresent();
    }
    List<Node> added = builder.build(List.of(score)).nodes();
    added = added.subList(forward.nodes().size(), added.size());
    Binary greater = new Binary(Binary.Kind.Greater);
    assertThat(added).filteredOn(node -> node.op().equals(greater)).hasSize(1);
    assertThat(added).filteredOn(node -> node.op() instanceof Where).hasSize(2);
  }

  @Test
  void refusals() {
    Gradients gradients = new Gradients(builder);
    Node x = builder.input("x", Shape.of(1, 2, 4));
    assertThatThrownBy(() -> gradients.of(x, List.of(x)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "gradient: x has shape [1,2,4], a score is one number; reduce it, or give the gradient"
                + " at it");
    Node one = builder.scalar(1);
    assertThatThrownBy(() -> gradients.of(x, one, List.of(x)))
        .isInstanceOf(InputException.class)
        .hasMessage("gradient: x has shape [1,2,4], the gradient given for it []");
    Node w = builder.input("w", Shape.of(3, 2, 1));
    Node b = builder.input("b", Shape.of(3));
    Window window = Window.cube(1, 1, 1, 0, 1);
    Node fused = builder.add("conv1", new Conv.Fused(window, 1, Optional.empty(), false), x, w, b);
    Node score = builder.add(SUM, fused);
    assertThatThrownBy(() -> gradients.of(score, List.of(x)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "gradient: conv1: Fused is not differentiable; gradients are taken before fusing");
    Node free = builder.input("free", new FreeShape(List.of(new Dim.Free("n"))));
    assertThatThrownBy(() -> gradients.of(free, List.of(free)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("specialise the graph");
  }
}
