package voxcam.grad;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Where a derivative is a matter of choice, it is PyTorch's choice, and always a finite number. */
class KinksTest {
  /** The gradient of the output's sum at the input of this index. */
  private static double[] gradient(Op op, int index, Tensor... inputs) {
    GraphBuilder builder = new GraphBuilder();
    List<Node> nodes = new ArrayList<>();
    Map<String, Tensor> at = new HashMap<>();
    for (Tensor input : inputs) {
      String name = "x" + nodes.size();
      nodes.add(builder.input(name, input.shape()));
      at.put(name, input);
    }
    Node y = builder.add(op, nodes);
    Node score = builder.add(new Reduce(Reduce.Kind.Sum, List.of(), false), y);
    Node g = new Gradients(builder).of(score, List.of(nodes.get(index))).get(0).orElseThrow();
    return Runs.values(builder, g, at);
  }

  private static Tensor of(double... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  @Test
  void functionsOfOneValueAtTheirKinks() {
    assertThat(gradient(new Unary.Relu(), 0, of(0))).containsExactly(0);
    assertThat(gradient(new Unary.LeakyRelu(0.1), 0, of(0))).containsExactly(0.1);
    assertThat(gradient(new Unary.Elu(0.5), 0, of(0))).containsExactly(0.5);
    assertThat(gradient(new Unary.Abs(), 0, of(0))).containsExactly(0);
    assertThat(gradient(new Unary.Clip(0, 6), 0, of(-1, 0, 3, 6, 7)))
        .containsExactly(0, 0, 1, 0, 0);
    assertThat(gradient(new Unary.HardSwish(), 0, of(-3, 3))).containsExactly(0, 1);
    assertThat(gradient(new Unary.HardSigmoid(0.25, 0.5), 0, of(-2, 0, 2)))
        .containsExactly(0, 0.25, 0);
  }

  @Test
  void equalValuesShare() {
    Tensor a = of(1, 2, 3);
    Tensor b = of(1, 1, 4);
    assertThat(gradient(new Binary(Binary.Kind.Max), 0, a, b)).containsExactly(0.5, 1, 0);
    assertThat(gradient(new Binary(Binary.Kind.Max), 1, a, b)).containsExactly(0.5, 0, 1);
    assertThat(gradient(new Binary(Binary.Kind.Min), 0, a, b)).containsExactly(0.5, 0, 1);
    assertThat(gradient(new Binary(Binary.Kind.Min), 1, a, b)).containsExactly(0.5, 1, 0);
    Reduce max = new Reduce(Reduce.Kind.Max, List.of(), false);
    assertThat(gradient(max, 0, of(5, 1, 5, 0, 5, 5)))
        .containsExactly(0.25, 0, 0.25, 0, 0.25, 0.25);
  }

  @Test
  void theFirstOfEqualValuesWinsAPool() {
    Tensor x = Tensor.of(Shape.of(1, 1, 4), new double[] {0, 2, 2, 2});
    assertThat(gradient(new Pool.GlobalMax(), 0, x)).containsExactly(0, 1, 0, 0);
    Regions halves = new Regions.Adaptive(List.of(2));
    assertThat(gradient(new Pool.Max(halves), 0, x)).containsExactly(0, 1, 1, 0);
  }

  @Test
  void powersAtZero() {
    Binary pow = new Binary(Binary.Kind.Pow);
    assertThat(gradient(pow, 0, of(0, 0, 0, -2), of(0, 1, 2, 3))).containsExactly(0, 1, 0, 12);
    assertThat(gradient(pow, 1, of(0, 1), of(2, 2))).containsExactly(0, 0);
  }

  @Test
  void normsOfZeroVectors() {
    Reduce norm = new Reduce(Reduce.Kind.L2, List.of(), false);
    assertThat(gradient(norm, 0, of(0, 0))).containsExactly(0, 0);
    assertThat(gradient(new Norm.L2(0), 0, of(0, 0))).containsExactly(1e12, 1e12);
  }

  @Test
  void slopeOfPreluAtZero() {
    Binary prelu = new Binary(Binary.Kind.PRelu);
    assertThat(gradient(prelu, 0, of(0, -1, 1), of(0.3))).containsExactly(0.3, 0.3, 1);
    assertThat(gradient(prelu, 1, of(0, -1, 1), of(0.3))).containsExactly(-1);
  }
}
