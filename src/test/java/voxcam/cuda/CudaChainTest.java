package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.Chains;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Chain;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/** Chains give the bits of their operations one by one, in one launch. */
@Tag("emulator")
class CudaChainTest {
  private static final int CHAINS = 60;

  private static final List<Shape> SHAPES =
      List.of(
          Shape.SCALAR,
          Shape.of(37),
          Shape.of(3, 4, 33),
          Shape.of(7, 6),
          Shape.of(3, 5, 8),
          Shape.of(2, 5, 3, 3, 3),
          Shape.of(2, 5, 3, 4, 4),
          Shape.of(2, 3, 2, 2, 2, 2, 3, 4));

  private static final List<Unary> UNARY =
      List.of(
          new Unary.Relu(),
          new Unary.LeakyRelu(0.3),
          new Unary.Elu(0.7),
          new Unary.Gelu(false),
          new Unary.Gelu(true),
          new Unary.Silu(),
          new Unary.Sigmoid(),
          new Unary.Tanh(),
          new Unary.Softplus(),
          new Unary.HardSwish(),
          new Unary.HardSigmoid(0.2, 0.5),
          new Unary.Exp(),
          new Unary.Log(),
          new Unary.Sqrt(),
          new Unary.Reciprocal(),
          new Unary.Abs(),
          new Unary.Neg(),
          new Unary.Sign(),
          new Unary.Erf(),
          new Unary.Clip(-0.5, 6));

  /** A chain and what it is given. */
  private record Drawn(Chain chain, List<Tensor> inputs, Shape shape) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyChainGivesTheBitsOfItsSteps(long seed) {
    LaunchHarness harness = new LaunchHarness();
    Random random = new Random(seed);
    int quads = 0;
    for (int i = 0; i < CHAINS; i++) {
      Drawn drawn = drawn(random);
      Emulator.seed(seed * CHAINS + i);
      Launches launches =
          CudaChain.launches(
              drawn.chain(), drawn.inputs().stream().map(Tensor::shape).toList(), drawn.shape());
      assertThat(launches.launches()).hasSize(1);
      quads += launches.launches().getFirst().kernel().equals("chainQuads") ? 1 : 0;
      Tensor actual = harness.run(launches, drawn.inputs(), drawn.shape());
      // As arrays compare: NaN equals NaN, and 0 is not -0.
      assertThat(actual.floats())
          .as(() -> drawn.chain() + " of " + drawn.inputs() + " with seed " + seed)
          .isEqualTo(stepByStep(harness, drawn).floats());
    }
    assertThat(quads).isBetween(CHAINS / 6, CHAINS * 5 / 6);
  }

  private static Tensor stepByStep(LaunchHarness harness, Drawn drawn) {
    Tensor value = null;
    for (Chain.Step step : drawn.chain().steps()) {
      List<Tensor> arguments = new ArrayList<>();
      for (int from : step.arguments()) {
        arguments.add(from == Chain.VALUE ? value : drawn.inputs().get(from));
      }
      GraphBuilder b = new GraphBuilder();
      Node[] nodes =
          IntStream.range(0, arguments.size())
              .mapToObj(i -> b.input("x" + i, arguments.get(i).shape()))
              .toArray(Node[]::new);
      Node node = b.add("y", step.op(), nodes);
      value = harness.run(CudaKernels.of(node), arguments, drawn.shape());
    }
    return value;
  }

  private static Drawn drawn(Random random) {
    Shape shape = SHAPES.get(random.nextInt(SHAPES.size()));
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(values(shape, random));
    int count = Chain.MOST_INPUTS - random.nextInt(Chain.MOST_INPUTS) * random.nextInt(2);
    while (inputs.size() < count) {
      inputs.add(values(stretching(shape, random), random));
    }
    int length = Math.max(count, 1 + random.nextInt(Chain.MOST_STEPS));
    List<Chain.Step> steps = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      // Every input is used, the first one first because it has the whole shape.
      steps.add(step(i == 0 ? 0 : Chain.VALUE, Math.min(i, count - 1), count, i < count, random));
    }
    return new Drawn(new Chain(steps), inputs, shape);
  }

  private static Chain.Step step(int value, int input, int count, boolean must, Random random) {
    int other = value == Chain.VALUE && random.nextInt(6) == 0 ? value : random.nextInt(count);
    int taken = must ? input : other;
    return switch (random.nextInt(must && input > 0 ? 4 : 8)) {
      case 0 -> new Chain.Step(new Where(), shuffled(random, value, taken, random.nextInt(count)));
      case 1, 2, 3 -> {
        Binary.Kind kind = Binary.Kind.values()[random.nextInt(Binary.Kind.values().length)];
        yield new Chain.Step(
            new Binary(kind),
            kind == Binary.Kind.PRelu ? List.of(value, taken) : shuffled(random, value, taken));
      }
      default -> new Chain.Step(UNARY.get(random.nextInt(UNARY.size())), List.of(value));
    };
  }

  private static List<Integer> shuffled(Random random, Integer... arguments) {
    List<Integer> list = new ArrayList<>(Arrays.asList(arguments));
    Collections.shuffle(list, random);
    return list;
  }

  /** A shape that stretches to the other: all of it, one number, or some of its axes. */
  private static Shape stretching(Shape shape, Random random) {
    int from = shape.rank() == 0 ? 0 : random.nextInt(shape.rank());
    return switch (random.nextInt(4)) {
      case 0 -> shape;
      case 1 -> Shape.SCALAR;
      default ->
          Shape.of(
              IntStream.range(from, shape.rank())
                  .map(axis -> random.nextInt(3) == 0 ? 1 : shape.dim(axis))
                  .toArray());
    };
  }

  private static Tensor values(Shape shape, Random random) {
    float[] special = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -0f, 1e-38f, -3e38f, 1
    };
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          random.nextInt(8) == 0
              ? special[random.nextInt(special.length)]
              : (float) random.nextGaussian() * 3;
    }
    return Tensor.of(shape, values);
  }

  private static String kernel(Shape... inputs) {
    Chain.Step first = new Chain.Step(new Unary.Relu(), List.of(0));
    List<Chain.Step> steps = new ArrayList<>(List.of(first));
    for (int i = 1; i < inputs.length; i++) {
      steps.add(new Chain.Step(new Binary(Binary.Kind.Mul), List.of(Chain.VALUE, i)));
    }
    return CudaChain.launches(new Chain(steps), List.of(inputs), inputs[0])
        .launches()
        .getFirst()
        .kernel();
  }

  @Test
  void fourNeighboursAreTakenAtOnceWhereTheyLieTogether() {
    Shape channels = Shape.of(2, 5, 1, 1, 1);
    assertThat(kernel(Shape.of(37), Shape.SCALAR, Shape.of(37))).isEqualTo("chainQuads");
    assertThat(kernel(Shape.of(2, 5, 3, 4, 4), channels)).isEqualTo("chainQuads");
    assertThat(kernel(Shape.of(2, 5, 3, 3, 3), channels)).isEqualTo("chainStrided");
    assertThat(kernel(Shape.of(3, 8), Shape.of(8))).isEqualTo("chainQuads");
    assertThat(kernel(Shape.of(3, 6), Shape.of(6))).isEqualTo("chainStrided");
    assertThat(kernel(Shape.of(8, 4), Shape.of(1, 4), Shape.of(8, 1))).isEqualTo("chainQuads");
  }

  /** x with a chain of operations behind it. */
  private static Graph silu(int times) {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(2, 3, 4, 5));
    Node value = x;
    for (int i = 0; i < times; i++) {
      Node gate = b.add("gate" + i, new Unary.Sigmoid(), value);
      value = b.add("silu" + i, new Binary(Binary.Kind.Mul), x, gate);
    }
    return b.build(List.of(times == 0 ? b.add("one", new Unary.Sigmoid(), x) : value));
  }

  /** The driver's calls of a first run, which launches kernels one by one to record them. */
  private static long calls(Graph graph) {
    try (Program program = new CudaBackend().compile(graph, Options.DEFAULT)) {
      long before = Emulator.calls();
      program.run(Map.of("x", values(Shape.of(2, 3, 4, 5), new Random(3))));
      return Emulator.calls() - before;
    } finally {
      Device.releaseIdle();
    }
  }

  @Test
  void aChainTakesTheCallsOfOneOperation() {
    Emulator.load();
    Emulator.reset();
    assertThat(calls(silu(4))).isEqualTo(calls(silu(0)));
    assertThat(calls(silu(5))).isGreaterThan(calls(silu(0)));
  }

  @Test
  void aProgramGivesTheBitsOfOneWithoutChains() {
    Emulator.load();
    Emulator.reset();
    Graph graph = silu(6);
    assertThat(Chains.apply(graph).nodes()).hasSize(3);
    List<Node> all = new ArrayList<>(graph.outputs());
    graph.nodes().stream().filter(node -> !node.inputs().isEmpty()).forEach(all::add);
    // Where every value is an output there is nothing to join.
    Graph apart = GraphBuilder.extending(graph).build(all);
    Map<String, Tensor> given = Map.of("x", values(Shape.of(2, 3, 4, 5), new Random(3)));
    try (Program joined = new CudaBackend().compile(graph, Options.DEFAULT);
        Program guarded = new CudaBackend().compile(graph, Options.DEFAULT.withGuards());
        Program other = new CudaBackend().compile(apart, Options.DEFAULT)) {
      float[] expected = other.run(given).getFirst().floats();
      assertThat(joined.run(given).getFirst().floats()).isEqualTo(expected);
      assertThat(guarded.run(given).getFirst().floats()).isEqualTo(expected);
      assertThat(joined.bytes()).isLessThan(other.bytes());
    }
    Device.releaseIdle();
  }
}
