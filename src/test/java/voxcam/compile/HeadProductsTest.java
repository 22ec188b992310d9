package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Maps behind averaging and a linear layer become one product, others stay. */
class HeadProductsTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void allLabelsAreOneProductWithTheSameValues(int batch) {
    Shape shape = Shape.of(batch, 5, 2, 3, 4);
    SplittableRandom random = new SplittableRandom(batch);
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", shape);
    Node a = builder.add("a", new Unary.Relu(), x);
    List<Node> maps = new ArrayList<>();
    for (int label = 0; label < 4; label++) {
      Node row = builder.constant(values(random, Shape.of(1, 5, 1, 1, 1)));
      Node gradient = builder.add(new Movement.Expand(shape), row);
      Cam op = label % 2 == 0 ? new Cam.HiRes() : new Cam.Gradient();
      maps.add(builder.add("map" + label, op, a, gradient));
    }
    Node varying = builder.constant(values(random, shape));
    maps.add(builder.add("other", new Cam.HiRes(), a, varying));
    Graph graph = builder.build(maps);

    Graph products = HeadProducts.apply(graph);

    assertThat(count(products, Linear.MatMul.class)).isEqualTo(1);
    assertThat(count(products, Cam.class)).isEqualTo(1);
    assertThat(count(products, Movement.Expand.class)).isZero();
    check(graph, products, values(random, shape));
  }

  /** Also of a channel of zeros, and where the gradient speaks for none. */
  @ParameterizedTest
  @MethodSource("all")
  void noMethodNeedsAGradientOfTheActivationsSize(Cam op) {
    Shape shape = Shape.of(2, 4, 3, 2, 2);
    SplittableRandom random = new SplittableRandom(7);
    GraphBuilder builder = new GraphBuilder();
    Node a = builder.add("a", new Unary.Relu(), builder.input("x", shape));
    Tensor row = Tensor.of(Shape.of(1, 4, 1, 1, 1), new float[] {0.5f, -0.25f, 2, 0});
    Node depends = builder.input("row", Shape.of(2, 4, 1, 1, 1));
    List<Node> maps = new ArrayList<>();
    for (Node gradient : List.of(builder.constant(row), depends)) {
      maps.add(builder.add(op, a, builder.add(new Movement.Expand(shape), gradient)));
    }
    Graph graph = builder.build(maps);

    Graph products = HeadProducts.apply(graph);

    assertThat(count(products, Linear.MatMul.class)).isEqualTo(1);
    assertThat(count(products, Cam.class)).isZero();
    assertThat(products.nodes())
        .noneMatch(
            node -> node.op() instanceof Movement.Expand && node.shape().size() >= shape.size());
    float[] input = values(random, shape).floats().clone();
    Arrays.fill(input, 0, 12, -1);
    check(
        graph,
        products,
        Map.of("x", Tensor.of(shape, input), "row", values(random, Shape.of(2, 4, 1, 1, 1))),
        1e-12);
  }

  static List<Cam> all() {
    return Cam.all();
  }

  /** 2 + r s is zero for r = 1 and s = -2. */
  @Test
  void gradCamPlusPlusOfADivisorOfZeroIsZero() {
    Shape shape = Shape.of(1, 2, 2, 1, 1);
    Tensor row = Tensor.of(Shape.of(1, 2, 1, 1, 1), new float[] {1, 3});
    Graph graph = ofRow(new Cam.PlusPlus(), shape, row);
    Graph products = HeadProducts.apply(graph);

    Tensor input = Tensor.of(shape, new float[] {-1.5f, -0.5f, 1, 4});
    check(graph, products, input);
    double weight = 2 * 3 / (2.0 + 3 * 5);
    assertThat(run(products, Map.of("x", input)).get(0).doubles())
        .containsExactly(new double[] {weight, 4 * weight}, within(1e-12));
  }

  /** Where a channel's sum is zero XGrad-CAM gives it no weight, whatever its gradient. */
  @Test
  void xGradCamOfASumOfZeroIsZero() {
    Shape shape = Shape.of(1, 2, 2, 1, 1);
    Tensor row = Tensor.of(Shape.of(1, 2, 1, 1, 1), new float[] {5, 3});
    Graph graph = ofRow(new Cam.XGradient(), shape, row);
    Graph products = HeadProducts.apply(graph);

    Tensor input = Tensor.of(shape, new float[] {1, -1, 1, 4});
    check(graph, products, input);
    assertThat(run(products, Map.of("x", input)).get(0).doubles())
        .containsExactly(new double[] {3, 12}, within(1e-12));
  }

  /** A graph's own nodes may be named as those that a pass could count up to. */
  @ParameterizedTest
  @MethodSource("all")
  void namesOfLaterNodesStayTheirs(Cam op) {
    Shape shape = Shape.of(1, 2, 3, 3, 3);
    SplittableRandom random = new SplittableRandom(3);
    for (int between = 0; between < 12; between++) {
      GraphBuilder builder = new GraphBuilder();
      Node x = builder.input("x", shape);
      Node row = builder.constant(values(random, Shape.of(1, 2, 1, 1, 1)));
      Node map = builder.add(op, x, builder.add(new Movement.Expand(shape), row));
      Node y = x;
      for (int i = 0; i < between; i++) {
        y = builder.add(new Unary.Relu(), y);
      }
      Node scaled = builder.add(new Binary(Binary.Kind.Mul), y, builder.scalar(3));
      Graph graph = builder.build(List.of(map, scaled));
      check(graph, HeadProducts.apply(graph), values(random, shape));
    }
  }

  /** {@code relu(g A)} is no product of weights where A has both signs. */
  @Test
  void elementwiseMapOfSignedActivationStays() {
    Shape shape = Shape.of(1, 3, 2, 2, 2);
    SplittableRandom random = new SplittableRandom(2);
    Graph graph = ofRow(new Cam.Elementwise(), shape, values(random, Shape.of(1, 3, 1, 1, 1)));

    assertThat(count(HeadProducts.apply(graph), Cam.class)).isEqualTo(1);
  }

  /**
   * Behind a linear layer over all positions the gradient is known, and Grad-CAM needs its means.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void gradCamOfAKnownGradientIsAProductOfItsMeans(int batch) {
    Shape shape = Shape.of(batch, 5, 2, 3, 4);
    SplittableRandom random = new SplittableRandom(batch);
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", shape);
    List<Node> maps = new ArrayList<>();
    for (int label = 0; label < 3; label++) {
      Node known = builder.constant(values(random, shape.with(0, 1)));
      Node gradient = batch == 1 ? known : builder.add(new Movement.Expand(shape), known);
      maps.add(builder.add(new Cam.Gradient(), x, gradient));
    }
    Graph graph = builder.build(maps);

    Graph products = HeadProducts.apply(graph);

    assertThat(count(products, Linear.MatMul.class)).isEqualTo(1);
    assertThat(count(products, Cam.class)).isZero();
    assertThat(products.nodes())
        .noneMatch(
            node -> node.op() instanceof Source.Constant && node.shape().size() >= shape.size());
    check(graph, products, values(random, shape), 1e-6);
  }

  /** A map of an input whose gradient is a number for each channel. */
  private static Graph ofRow(Cam op, Shape shape, Tensor row) {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", shape);
    Node gradient = builder.add(new Movement.Expand(shape), builder.constant(row));
    return builder.build(List.of(builder.add(op, x, gradient)));
  }

  private static void check(Graph graph, Graph products, Tensor x) {
    check(graph, products, x, 1e-12);
  }

  private static void check(Graph graph, Graph products, Tensor x, double tolerance) {
    check(graph, products, Map.of("x", x), tolerance);
  }

  private static void check(
      Graph graph, Graph products, Map<String, Tensor> inputs, double tolerance) {
    List<Tensor> expected = run(graph, inputs);
    List<Tensor> actual = run(products, inputs);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
      assertThat(actual.get(i).doubles())
          .containsExactly(expected.get(i).doubles(), within(tolerance));
    }
  }

  private static long count(Graph graph, Class<? extends Op> kind) {
    return graph.nodes().stream().filter(node -> kind.isInstance(node.op())).count();
  }

  private static List<Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(inputs);
    }
  }

  private static Tensor values(SplittableRandom random, Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }
}
