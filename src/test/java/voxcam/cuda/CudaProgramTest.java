package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import voxcam.backend.BackendException;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Program;
import voxcam.compile.BatchSplit;
import voxcam.compile.Fuse;
import voxcam.cuda.Emulator.Kind;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Programs on the emulated GPU. */
@Tag("emulator")
final class CudaProgramTest {
  private static final Options OPTIONS = Options.DEFAULT;

  @BeforeAll
  static void load() {
    Emulator.load();
    // Other tests leave modules behind.
    Emulator.reset();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Emulator.report()).isEmpty();
    Device.releaseIdle();
    for (Kind kind : Kind.values()) {
      assertThat(Emulator.live(kind)).as(kind.toString()).isZero();
    }
  }

  /** A network with weights, branches and reuse of memory; input {@code x}. */
  private static Graph network(int batch, int side) {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(batch, 3, side, side, side));
    Node w = b.constant("w", normal(1, 6, 3, 3, 3, 3));
    Node conv = b.add("conv", new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1), x, w);
    Node normed = b.add("normed", new Norm.Instance(1e-5), conv);
    Node relu = b.add("relu", new Unary.Relu(), normed);
    Node sum = b.add("sum", new Binary(Binary.Kind.Add), relu, conv);
    Node mean = b.add("mean", new Pool.GlobalAverage(), sum);
    Node soft = b.add("soft", new Softmax.Plain(1), mean);
    Node total = b.add("total", new Reduce(Reduce.Kind.Sum, List.of(), false), soft);
    return b.build(List.of(soft, total));
  }

  private static Map<String, Tensor> input(long seed, int batch, int side) {
    return Map.of("x", normal(seed, batch, 3, side, side, side));
  }

  private static Tensor normal(long seed, int... dims) {
    Shape shape = Shape.of(dims);
    Random random = new Random(seed);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }

  @Test
  void runsOfTwoProgramsOverlapAndGiveTheSameBits() throws Exception {
    CudaBackend backend = new CudaBackend();
    try (Program one = backend.compile(network(1, 6), OPTIONS);
        Program two = backend.compile(network(2, 5), OPTIONS);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<List<Tensor>> alone = new ArrayList<>();
      for (int seed = 0; seed < 3; seed++) {
        alone.add(one.run(input(seed, 1, 6)));
        alone.add(two.run(input(seed, 2, 5)));
      }
      List<Callable<List<Tensor>>> runs = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        long seed = i % 6 / 2;
        boolean first = i % 2 == 0;
        runs.add(() -> first ? one.run(input(seed, 1, 6)) : two.run(input(seed, 2, 5)));
      }
      List<Future<List<Tensor>>> together = pool.invokeAll(runs);
      for (int i = 0; i < together.size(); i++) {
        assertSameBits(together.get(i).get(), alone.get(i % 6));
      }
    }
  }

  @Test
  void theWholeProgramIsRecordedOnceAndStartedWithOneCall() {
    try (Program program = new CudaBackend().compile(network(1, 5), OPTIONS)) {
      program.run(input(1, 1, 5));
      assertThat(Emulator.live(Kind.GRAPHS)).isEqualTo(1);
      assertThat(Emulator.live(Kind.STREAMS)).isEqualTo(1);
      long before = Emulator.calls();
      program.run(input(2, 1, 5));
      // One copy in, one start, two copies out, and what surrounds them: no launch of a kernel.
      assertThat(Emulator.calls() - before).isLessThanOrEqualTo(18);
      assertThat(Emulator.live(Kind.GRAPHS)).isEqualTo(1);
    }
  }

  @Test
  void bytesAreThoseThatARunTakes() {
    try (Program program = new CudaBackend().compile(network(1, 8), OPTIONS)) {
      long weights = Emulator.live(Kind.DEVICE_BYTES);
      assertThat(weights).isEqualTo(program.weightBytes());
      List<Tensor> results = program.run(input(1, 1, 8));
      long outputs = results.stream().mapToLong(tensor -> tensor.floats().length * 4L).sum();
      assertThat(program.heapBytes()).isEqualTo(outputs);
      assertThat(Emulator.live(Kind.DEVICE_BYTES) - weights).isEqualTo(program.bytes() - outputs);
    }
  }

  @Test
  void agreesWithTheCpuWithGuardsAndWithout() {
    Graph graph = network(2, 7);
    try (Program shared = new CudaBackend().compile(graph, OPTIONS);
        Program guarded = new CudaBackend().compile(graph, OPTIONS.withGuards());
        Program cpu = Backends.named("cpu").compile(graph, OPTIONS)) {
      List<Tensor> results = shared.run(input(4, 2, 7));
      assertSameBits(guarded.run(input(4, 2, 7)), results);
      assertThat(shared.algorithms()).isNotEmpty();
      float[] expected = cpu.run(input(4, 2, 7)).getFirst().floats();
      float[] actual = results.getFirst().floats();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], offset(1e-5f));
      }
    }
  }

  @Test
  void outputsBelongToTheCaller() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(3));
    Node constant = b.constant("c", Tensor.of(Shape.of(3), 4f, 5f, 6f));
    Node flat = b.add("flat", new Movement.Reshape(List.of(3, 1)), x);
    Node relu = b.add("relu", new Unary.Relu(), x);
    float[] given = {1, -2, 3};
    Graph graph = b.build(List.of(x, constant, flat, relu, relu));
    try (Program program = new CudaBackend().compile(graph, OPTIONS)) {
      Map<String, Tensor> input = Map.of("x", Tensor.of(Shape.of(3), given));
      program.run(input).forEach(tensor -> Arrays.fill(tensor.floats(), -7));
      List<Tensor> second = program.run(input);
      assertThat(given).containsExactly(1, -2, 3);
      assertThat(second.get(0).floats()).containsExactly(1, -2, 3);
      assertThat(second.get(1).floats()).containsExactly(4, 5, 6);
      assertThat(second.get(2).shape()).isEqualTo(Shape.of(3, 1));
      assertThat(second.get(3).floats()).containsExactly(1, 0, 3);
      assertThat(second.get(4).floats()).isNotSameAs(second.get(3).floats());
    }
  }

  @Test
  void longCopiesGoInParts() {
    int length = (5 << 20) + 12_345;
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(length));
    Graph graph = b.build(List.of(b.add("y", new Unary.Neg(), x)));
    float[] values = normal(3, length).floats();
    try (Program program = new CudaBackend().compile(graph, OPTIONS)) {
      float[] result =
          program.run(Map.of("x", Tensor.of(Shape.of(length), values))).getFirst().floats();
      for (int i = 0; i < length; i++) {
        if (result[i] != -values[i]) {
          throw new AssertionError("element " + i + " is " + result[i] + ", not " + -values[i]);
        }
      }
    }
  }

  @Test
  void aBatchGoesThroughAFewSamplesAtATime() {
    Graph graph = Fuse.apply(network(7, 6));
    BatchSplit split = split(graph);
    try (Program whole = new CudaProgram(graph, OPTIONS);
        Program streamed = new CudaStreamedProgram(graph, split, OPTIONS)) {
      assertSameBits(streamed.run(input(9, 7, 6)), whole.run(input(9, 7, 6)));
      assertThat(streamed.algorithms()).isEqualTo(whole.algorithms());
    }
  }

  /** The convolution for two samples at a time, the rest for all seven. */
  private static BatchSplit split(Graph graph) {
    GraphBuilder head = new GraphBuilder();
    Node x = head.input("x", Shape.of(2, 3, 6, 6, 6));
    Node conv =
        graph.nodes().stream().filter(n -> n.op() instanceof Conv).findFirst().orElseThrow();
    List<Node> inputs = new ArrayList<>(List.of(x));
    for (Node weight : conv.inputs().subList(1, conv.inputs().size())) {
      inputs.add(head.constant(weight.name(), ((Source.Constant) weight.op()).value()));
    }
    Node part = head.add(conv.name(), conv.op(), inputs);
    GraphBuilder tail = new GraphBuilder();
    Map<Node, Node> copies = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (node == conv) {
        copies.put(node, tail.input(node.name(), node.shape()));
      } else if (!(node.op() instanceof Source)) {
        copies.put(
            node,
            tail.add(node.name(), node.op(), node.inputs().stream().map(copies::get).toList()));
      }
    }
    return new BatchSplit(
        head.build(List.of(part)),
        tail.build(graph.outputs().stream().map(copies::get).toList()),
        7,
        2);
  }

  @Test
  void refusesWhatDoesNotSuit() {
    try (Program program = new CudaBackend().compile(network(1, 4), OPTIONS)) {
      assertThatThrownBy(() -> program.run(Map.of()))
          .isInstanceOf(InputException.class)
          .hasMessage("input x: missing, give a tensor of shape [1,3,4,4,4]");
      assertThatThrownBy(() -> program.run(input(1, 1, 5)))
          .isInstanceOf(InputException.class)
          .hasMessage("input x: shape is [1,3,5,5,5], the program was made for [1,3,4,4,4]");
      program.run(input(1, 1, 4));
    }
    Options half = OPTIONS.withPrecision(Precision.FP16);
    assertThatThrownBy(() -> new CudaBackend().compile(network(1, 4), half))
        .isInstanceOf(BackendException.class)
        .hasMessage(
            "device cuda: precision fp16 needs cuDNN 9, which voxcam.cuda.libraries leaves out;"
                + " give fp32");
  }

  @Test
  void isClosedOnceAndForAll() {
    Program program = new CudaBackend().compile(network(1, 4), OPTIONS);
    program.run(input(1, 1, 4));
    program.close();
    program.close();
    assertThatThrownBy(() -> program.run(input(1, 1, 4)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cuda: this program was closed");
  }

  private static void assertSameBits(List<Tensor> actual, List<Tensor> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(Arrays.equals(actual.get(i).floats(), expected.get(i).floats()))
          .as("output " + i)
          .isTrue();
    }
  }
}
