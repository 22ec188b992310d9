package voxcam.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.FreeShape;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Passes change what is computed, never what comes out. */
class PassesTest {
  private static final Shape INPUT = Shape.of(2, 3, 5, 6, 7);

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
  private final GraphBuilder builder = new GraphBuilder();

  @Test
  void pruneKeepsWhatOutputsNeed() {
    Node x = builder.input("x", INPUT);
    Node unusedInput = builder.input("other", INPUT);
    Node kept = builder.add("kept", new Unary.Relu(), x);
    builder.add("dead", new Unary.Exp(), unusedInput);
    Graph pruned = Prune.apply(builder.build(List.of(kept)));
    assertThat(pruned.nodes()).extracting(Node::name).containsExactly("x", "kept");
  }

  @Test
  void aGraphOfWhichNothingGoesIsNotCopied() {
    Node y = builder.add("y", new Unary.Relu(), builder.input("x", INPUT));
    Graph graph = builder.build(List.of(y));
    assertThat(Prune.apply(graph)).isSameAs(graph);
  }

  @Test
  void aNodeIsTheSameUntilItsInputsChange() {
    Node x = builder.input("x", INPUT);
    Node same = builder.add("same", new Unary.Exp(), x);
    Node reshaped = builder.add("reshaped", new Movement.Reshape(List.of(2, 3, -1)), same);
    Node changed = builder.add("changed", new Unary.Relu(), reshaped);
    Rewrite rewrite = new Rewrite();
    rewrite.keep(x);
    rewrite.keep(same);
    rewrite.replace(reshaped, rewrite.of(same));
    rewrite.keep(changed);
    assertThat(rewrite.of(same)).isSameAs(same);
    assertThat(rewrite.of(changed).shape()).isEqualTo(INPUT);
    assertThat(changed.shape()).isEqualTo(Shape.of(2, 3, 210));
  }

  @Test
  void theSameShapesGiveTheSameGraph() {
    Node x = builder.input("x", FreeShape.of("N", 3));
    Graph free = builder.build(List.of(builder.add("y", new Unary.Relu(), x)));
    Graph one = free.specialise(Map.of("x", Shape.of(1, 3)));
    assertThat(free.specialise(Map.of("x", Shape.of(1, 3)))).isSameAs(one);
    assertThat(free.specialise(Map.of("x", Shape.of(2, 3))).outputs().get(0).shape())
        .isEqualTo(Shape.of(2, 3));
  }

  @Test
  void batchNormBecomesPartOfTheConvolution() {
    Node norm = norm("norm", conv("conv", builder.input("x", INPUT), 4, 1), 4);
    Graph graph = builder.build(List.of(norm));
    Graph simple = Simplify.apply(graph, PassesTest::evaluate);
    assertThat(operations(simple)).containsExactly("Conv");
    assertThat(simple.find("norm")).isPresent();
    assertSame(graph, simple);
  }

  @Test
  void batchNormBehindATransposedGroupedConvolutionFoldsByItsOutputChannels() {
    Node x = builder.input("x", Shape.of(1, 4, 3, 4, 5));
    Node weight = constant("w", Shape.of(4, 3, 2, 2, 2));
    Op op = new Conv.Transposed(Window.cube(3, 2, 2, 0, 1), 2, List.of(0, 0, 0));
    Node norm = norm("norm", builder.add("up", op, x, weight, constant("b", Shape.of(6))), 6);
    Graph graph = builder.build(List.of(norm));
    Graph simple = Simplify.apply(graph, PassesTest::evaluate);
    assertThat(operations(simple)).containsExactly("ConvTranspose");
    assertSame(graph, simple);
    // A backend may ask for a part that begins and ends within a kernel.
    Node up = simple.outputs().getFirst();
    Tensor folded = ((Source.Constant) up.input(1).op()).value();
    float[] part = new float[40];
    folded.copyTo(19, 37, part);
    assertThat(Arrays.copyOf(part, 37)).isEqualTo(Arrays.copyOfRange(folded.floats(), 19, 56));
    assertThat(Arrays.copyOfRange(part, 37, 40)).containsOnly(0);
  }

  @Test
  void batchNormStaysWhereTheConvolutionIsReadElsewhere() {
    Node conv = conv("conv", builder.input("x", INPUT), 4, 1);
    Graph graph = builder.build(List.of(norm("norm", conv, 4), conv));
    assertThat(operations(Simplify.apply(graph, PassesTest::evaluate)))
        .contains("BatchNormalization");
  }

  @Test
  void constantsAreComputedAndNoOperationThatChangesNothingStays() {
    Node x = builder.input("x", INPUT);
    Node factor = builder.add(new Binary(Binary.Kind.Add), builder.scalar(1), builder.scalar(2));
    Node dropped = builder.add(new Movement.Dropout(), builder.add(new Movement.Identity(), x));
    Node scaled = builder.add(new Binary(Binary.Kind.Mul), dropped, factor);
    Node same = builder.add(new Binary(Binary.Kind.Mul), scaled, builder.scalar(1));
    Graph graph = builder.build(List.of(same));
    Graph simple = Simplify.apply(graph, PassesTest::evaluate);
    assertThat(operations(simple)).containsExactly("Mul");
    assertSame(graph, simple);
  }

  @Test
  void anExpansionOfASmallConstantIsNotStored() {
    Node big = builder.add(new Movement.Expand(Shape.of(100, 100)), builder.scalar(3));
    Graph graph = builder.build(List.of(big));
    assertThat(operations(Simplify.apply(graph, PassesTest::evaluate))).containsExactly("Expand");
  }

  @Test
  void equalOperationsOnEqualInputsBecomeOne() {
    Node x = builder.input("x", INPUT);
    Node a = builder.add(new Binary(Binary.Kind.Greater), x, builder.scalar(0));
    Node b = builder.add(new Binary(Binary.Kind.Greater), x, builder.scalar(0));
    Graph graph = builder.build(List.of(builder.add(new Binary(Binary.Kind.Sub), a, b)));
    Graph simple = Simplify.apply(graph, PassesTest::evaluate);
    assertThat(operations(simple)).containsExactly("Greater", "Sub");
    assertSame(graph, simple);
  }

  @Test
  void convolutionTakesOverBiasResidualAndActivation() {
    Node x = builder.input("x", INPUT);
    Node first = builder.add("relu1", new Unary.Relu(), conv("conv1", x, 4, 1));
    Node second = builder.add("relu2", new Unary.LeakyRelu(0.1), conv("conv2", first, 4, 1));
    Node sum = builder.add("sum", new Binary(Binary.Kind.Add), conv("conv3", second, 4, 1), first);
    Graph graph = builder.build(List.of(builder.add("out", new Unary.Relu(), sum)));
    Graph fused = Fuse.apply(graph);
    assertThat(operations(fused)).containsExactly("Fused", "Fused", "Fused");
    assertThat(fused.node("out").op())
        .isEqualTo(
            new Conv.Fused(Window.cube(3, 3, 1, 1, 1), 1, Optional.of(new Unary.Relu()), true));
    assertSame(graph, fused);
  }

  @Test
  void ofTwoAddedConvolutionsTheLaterOneTakesTheSum() {
    Node x = builder.input("x", INPUT);
    Node sum =
        builder.add(new Binary(Binary.Kind.Add), conv("main", x, 4, 1), conv("shortcut", x, 4, 1));
    Graph graph = builder.build(List.of(builder.add("out", new Unary.Relu(), sum)));
    Graph fused = Fuse.apply(graph);
    assertThat(operations(fused)).containsExactly("Fused", "Fused");
    assertSame(graph, fused);
  }

  @Test
  void normalisationTakesOverTheActivationBehindIt() {
    Node x = builder.input("x", INPUT);
    Node first = builder.add("relu", new Unary.Relu(), builder.add(new Norm.Instance(1e-5), x));
    Node kept = builder.add(new Norm.Instance(1e-5), first);
    Node silu = builder.add("silu", new Unary.Silu(), kept);
    Graph graph = builder.build(List.of(builder.add(new Binary(Binary.Kind.Mul), silu, kept)));
    Graph fused = Fuse.apply(graph);
    assertThat(operations(fused))
        .containsExactly("Activated", "InstanceNormalization", "Silu", "Mul");
    assertThat(fused.node("relu").op())
        .isEqualTo(new Norm.Activated(new Norm.Instance(1e-5), new Unary.Relu()));
    assertSame(graph, fused);
  }

  @Test
  void valuesThatOthersReadAreNotFusedAway() {
    Node x = builder.input("x", INPUT);
    Node conv = conv("conv", x, 3, 1);
    Node relu = builder.add("relu", new Unary.Relu(), conv);
    Node twice = builder.add("twice", new Binary(Binary.Kind.Add), relu, conv);
    Graph graph = builder.build(List.of(twice));
    Graph fused = Fuse.apply(graph);
    assertThat(operations(fused)).containsExactly("Fused", "Relu", "Add");
    assertSame(graph, fused);
  }

  @Test
  void aSumWithItselfIsNoResidual() {
    Node conv = conv("conv", builder.input("x", INPUT), 3, 1);
    Graph graph = builder.build(List.of(builder.add(new Binary(Binary.Kind.Add), conv, conv)));
    assertSame(graph, Fuse.apply(graph));
  }

  @Test
  void aGemmOnFoldedConstantsKeepsItsValue() {
    Node x = builder.input("x", Shape.of(2, 6));
    Node weight = builder.add(new Movement.Transpose(List.of(1, 0)), constant("w", Shape.of(4, 6)));
    Node y = builder.add(new Linear.Gemm(1, 1, false, false), x, weight);
    Graph graph = builder.build(List.of(y));
    Graph simple = Simplify.apply(graph, PassesTest::evaluate);
    assertThat(operations(simple)).containsExactly("Gemm");
    assertSame(graph, simple);
  }

  private Node conv(String name, Node x, int channels, int groups) {
    Shape weight = Shape.of(channels, x.shape().dim(1) / groups, 3, 3, 3);
    return builder.add(
        name,
        new Conv.Forward(Window.cube(3, 3, 1, 1, 1), groups),
        x,
        constant(name + ".w", weight));
  }

  private Node norm(String name, Node x, int channels) {
    Shape shape = Shape.of(channels);
    Node variance = builder.constant(name + ".var", values(shape, 0.5, 2));
    return builder.add(
        name,
        new Norm.Batch(1e-5),
        x,
        constant(name + ".scale", shape),
        constant(name + ".bias", shape),
        constant(name + ".mean", shape),
        variance);
  }

  private Node constant(String name, Shape shape) {
    return builder.constant(name, values(shape, -1, 1));
  }

  private Tensor values(Shape shape, double low, double high) {
    return Tensor.of(shape, random.doubles(shape.length(), low, high).toArray());
  }

  private static List<String> operations(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> !(node.op() instanceof Source))
        .map(node -> node.op().name())
        .toList();
  }

  private static List<Tensor> evaluate(Graph graph) {
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(Map.of());
    }
  }

  private void assertSame(Graph before, Graph after) {
    Map<String, Tensor> inputs =
        before.inputs().stream()
            .collect(Collectors.toMap(Node::name, input -> values(input.shape(), -1, 1)));
    try (Program a = Backends.named("reference").compile(before, Options.DEFAULT);
        Program b = Backends.named("reference").compile(after, Options.DEFAULT)) {
      List<Tensor> expected = a.run(inputs);
      List<Tensor> actual = b.run(inputs);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
        double[] wanted = expected.get(i).doubles();
        double[] got = actual.get(i).doubles();
        for (int j = 0; j < wanted.length; j++) {
          assertThat(got[j]).isCloseTo(wanted[j], within(1e-5 * (1 + Math.abs(wanted[j]))));
        }
      }
    }
  }
}
