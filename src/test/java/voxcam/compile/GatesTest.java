package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Squeeze and excitation goes into the weights where that changes nothing but time. */
class GatesTest {
  private static final int INPUTS = 5;
  private static final int CHANNELS = 7;

  private final SplittableRandom random = new SplittableRandom(11);
  private final GraphBuilder builder = new GraphBuilder();

  /** A convolution, and what squeeze and excitation make of that. */
  private record Block(Node conv, Node mean, Node product) {}

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gateIsPartOfTheWeights(boolean gateFirst) {
    Block block = block(1, 4, 1, true, gateFirst);
    Node other = builder.input("other", block.product().shape());
    Node sum = builder.add("sum", new Binary(Binary.Kind.Add), block.product(), other);
    Graph graph = builder.build(List.of(builder.add("relu", new Unary.Relu(), sum)));

    Graph gated = Gates.apply(graph);

    assertThat(gated.find("conv")).isEmpty();
    Node product = gated.find("product").orElseThrow();
    assertThat(product.op()).isInstanceOf(Conv.Forward.class);
    assertThat(product.input(1).op()).isEqualTo(new Binary(Binary.Kind.Mul));
    assertThat(product.input(2).op()).isEqualTo(new Binary(Binary.Kind.Mul));
    assertSame(graph, gated);
    // Nothing of the result's size is left but the result: sum and activation are fused, too.
    Graph fused = Fuse.apply(gated);
    assertThat(fused.nodes().stream().filter(node -> node.shape().equals(sum.shape())))
        .extracting(Node::name)
        .containsExactly("other", "relu");
    assertSame(graph, fused);
  }

  @Test
  void convolutionMayHaveNoBias() {
    Graph graph = builder.build(List.of(block(1, 4, 1, false, false).product()));
    Graph gated = Gates.apply(graph);
    assertThat(gated.find("product").orElseThrow().inputs()).hasSize(2);
    assertSame(graph, gated);
  }

  @Test
  void severalSamplesStay() {
    assertStays(builder.build(List.of(block(2, 4, 1, true, false).product())));
  }

  @Test
  void strideStays() {
    assertStays(builder.build(List.of(block(1, 6, 2, true, false).product())));
  }

  @Test
  void fewPositionsStay() {
    assertStays(builder.build(List.of(block(1, 2, 1, true, false).product())));
  }

  @Test
  void convolutionThatIsReadElsewhereStays() {
    Block block = block(1, 4, 1, true, false);
    assertStays(
        builder.build(List.of(block.product(), builder.add(new Unary.Relu(), block.conv()))));
  }

  @Test
  void convolutionThatIsAnOutputStays() {
    Block block = block(1, 4, 1, true, false);
    assertStays(builder.build(List.of(block.product(), block.conv())));
  }

  @Test
  void meanMayBeAnOutput() {
    Block block = block(1, 4, 1, true, false);
    Graph graph = builder.build(List.of(block.product(), block.mean()));
    Graph gated = Gates.apply(graph);
    assertThat(gated.find("conv")).isEmpty();
    assertSame(graph, gated);
  }

  private Block block(int batch, int size, int stride, boolean bias, boolean gateFirst) {
    Node x = builder.input("x", Shape.of(batch, INPUTS, size, size, size));
    List<Node> inputs = new ArrayList<>(List.of(x, constant(CHANNELS, INPUTS, 1, 1, 1)));
    if (bias) {
      inputs.add(constant(CHANNELS));
    }
    Node conv = builder.add("conv", new Conv.Forward(Window.cube(3, 1, stride, 0, 1), 1), inputs);
    Node mean = builder.add("mean", new Pool.GlobalAverage(), conv);
    Node flat = builder.add(new Movement.Flatten(1), mean);
    Node dense =
        builder.add(
            new Linear.Gemm(1, 1, false, true),
            flat,
            constant(CHANNELS, CHANNELS),
            constant(CHANNELS));
    Node gate = builder.add(new Unary.Sigmoid(), dense);
    Node spread = builder.add(new Movement.Unsqueeze(List.of(2, 3, 4)), gate);
    Binary times = new Binary(Binary.Kind.Mul);
    Node product =
        gateFirst
            ? builder.add("product", times, spread, conv)
            : builder.add("product", times, conv, spread);
    return new Block(conv, mean, product);
  }

  private Node constant(int... sizes) {
    return builder.constant(values(Shape.of(sizes)));
  }

  private static void assertStays(Graph graph) {
    assertThat(Gates.apply(graph)).isSameAs(graph);
  }

  private void assertSame(Graph expected, Graph actual) {
    Shape shape = Shape.of(1, INPUTS, 4, 4, 4);
    Map<String, Tensor> inputs =
        expected.find("other").isPresent()
            ? Map.of("x", values(shape), "other", values(Shape.of(1, CHANNELS, 4, 4, 4)))
            : Map.of("x", values(shape));
    for (int i = 0; i < expected.outputs().size(); i++) {
      double[] wanted = run(expected, inputs).get(i).doubles();
      double[] got = run(actual, inputs).get(i).doubles();
      assertThat(got).hasSameSizeAs(wanted);
      for (int j = 0; j < wanted.length; j++) {
        assertThat(got[j]).isCloseTo(wanted[j], within(1e-12));
      }
    }
  }

  private static List<Tensor> run(Graph graph, Map<String, Tensor> inputs) {
    try (var program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(inputs);
    }
  }

  private Tensor values(Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }
}
