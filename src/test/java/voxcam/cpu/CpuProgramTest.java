package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

final class CpuProgramTest {
  private static final Options OPTIONS = Options.DEFAULT.withThreads(2);

  @Test
  void runsThatOverlapGiveTheSameBits() throws Exception {
    try (Program program = new CpuBackend().compile(Graphs.network(), OPTIONS);
        ExecutorService pool = Executors.newFixedThreadPool(4)) {
      List<List<Tensor>> alone = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        alone.add(program.run(Graphs.networkInput(seed)));
      }
      List<Callable<List<Tensor>>> runs = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        Map<String, Tensor> input = Graphs.networkInput(i % 4);
        runs.add(() -> program.run(input));
      }
      List<Future<List<Tensor>>> together = pool.invokeAll(runs);
      for (int i = 0; i < together.size(); i++) {
        assertSameBits(together.get(i).get(), alone.get(i % 4));
      }
    }
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    List<Tensor> expected = null;
    for (int threads = 1; threads <= 5; threads++) {
      try (Program program =
          new CpuBackend().compile(Graphs.network(), OPTIONS.withThreads(threads))) {
        List<Tensor> outputs = program.run(Graphs.networkInput(1));
        if (expected != null) {
          assertSameBits(outputs, expected);
        }
        expected = outputs;
      }
    }
  }

  @Test
  void resultsInArraysOfTheCallerHaveTheSameBits() {
    Map<String, Tensor> input = Graphs.networkInput(3);
    for (Options options : List.of(OPTIONS, OPTIONS.withGuards())) {
      try (Program program = new CpuBackend().compile(Graphs.network(), options)) {
        List<Tensor> expected = program.run(input);
        List<float[]> arrays = new ArrayList<>();
        expected.forEach(result -> arrays.add(new float[result.shape().length()]));
        for (int run = 0; run < 2; run++) {
          arrays.forEach(array -> Arrays.fill(array, Float.NaN));
          program.run(input, arrays);
          for (int i = 0; i < expected.size(); i++) {
            assertThat(arrays.get(i)).containsExactly(expected.get(i).floats());
          }
        }
      }
    }
  }

  @Test
  void whatIsOutputTwiceOrNotComputedIsCopiedToTheCallersArrays() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(3));
    Node y = builder.add("y", new Unary.Relu(), x);
    try (Program program = new CpuBackend().compile(builder.build(List.of(y, x, y)), OPTIONS)) {
      List<float[]> arrays = List.of(new float[3], new float[3], new float[3]);
      program.run(Map.of("x", Tensor.of(Shape.of(3), -1, 2, 3)), arrays);
      assertThat(arrays.get(0)).containsExactly(0, 2, 3);
      assertThat(arrays.get(1)).containsExactly(-1, 2, 3);
      assertThat(arrays.get(2)).containsExactly(0, 2, 3);
    }
  }

  @Test
  void arraysThatDoNotSuitTheOutputsAreRefused() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(3));
    Node y = builder.add("y", new Unary.Relu(), x);
    Map<String, Tensor> input = Map.of("x", Tensor.of(Shape.of(3), -1, 2, 3));
    try (Program program = new CpuBackend().compile(builder.build(List.of(y)), OPTIONS)) {
      assertThatThrownBy(() -> program.run(input, List.of()))
          .isInstanceOf(InputException.class)
          .hasMessage("run: 0 arrays for 1 outputs, give one for each");
      assertThatThrownBy(() -> program.run(input, List.of(new float[2])))
          .isInstanceOf(InputException.class)
          .hasMessage("run: output 0 has 3 elements, the array for it 2 (output [3])");
    }
  }

  @Test
  void memoryOfItsOwnForEachValueGivesTheSameBits() {
    try (Program shared = new CpuBackend().compile(Graphs.network(), OPTIONS);
        Program guarded = new CpuBackend().compile(Graphs.network(), OPTIONS.withGuards())) {
      Map<String, Tensor> input = Graphs.networkInput(2);
      assertSameBits(guarded.run(input), shared.run(input));
      assertThat(guarded.bytes()).isGreaterThan(shared.bytes());
    }
  }

  @Test
  void bytesAreThoseThatARunTakes() {
    Graph graph = Graphs.network();
    try (CpuProgram program = CpuProgram.of(graph, OPTIONS)) {
      long outputs =
          program.run(Graphs.networkInput(3)).stream()
              .mapToLong(tensor -> tensor.floats().length * 4L)
              .sum();
      float[][] workspace = program.workspaces().take();
      assertThat(program.bytes()).isEqualTo(Workspaces.bytes(workspace) + outputs);
      // The network's largest value has 153600 elements, and never are more than two of its size
      // alive.
      assertThat(program.bytes()).isBetween(4 * 153600L, 3 * 4 * 153600L);
    }
  }

  /** Not what the program counts itself, but the arrays that the JVM finds alive. */
  @Test
  void bytesAreThoseThatTheJvmHolds() throws Exception {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(1, 4, 64, 64, 64));
    for (int i = 0; i < 3; i++) {
      Shape shape = Shape.of(24, x.shape().dim(1), 3, 3, 3);
      Node weight = b.constant("w" + i, Tensor.of(shape, new float[shape.length()]));
      x = b.add("conv" + i, new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1), x, weight);
    }
    Graph graph = b.build(List.of(x));
    Tensor input = Tensor.of(Shape.of(1, 4, 64, 64, 64), new float[4 << 18]);
    long before = liveFloats();
    try (Program program = new CpuBackend().compile(graph, OPTIONS)) {
      List<Tensor> outputs = program.run(Map.of("x", input));
      long taken = liveFloats() - before - program.weightBytes();
      assertThat(taken).isCloseTo(program.bytes(), withinPercentage(5));
      assertThat(program.bytes()).isGreaterThan(3 * 24 * 4 * (1L << 18));
      assertThat(outputs.getFirst().shape()).isEqualTo(Shape.of(1, 24, 64, 64, 64));
    }
  }

  /** The bytes of all arrays of floats, after a full collection. */
  private static long liveFloats() throws Exception {
    String histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    Matcher floats = Pattern.compile("(\\d+) +\\[F ").matcher(histogram);
    return floats.find() ? Long.parseLong(floats.group(1)) : 0;
  }

  @Test
  void theNextRunTakesTheSameMemory() {
    try (CpuProgram program = CpuProgram.of(Graphs.network(), OPTIONS)) {
      program.run(Graphs.networkInput(3));
      float[][] first = program.workspaces().take();
      program.workspaces().giveBack(first);
      program.run(Graphs.networkInput(4));
      assertThat(program.workspaces().take()).isSameAs(first);
    }
  }

  @Test
  void outputsBelongToTheCaller() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(3));
    Node constant = b.constant("c", Tensor.of(Shape.of(3), 4f, 5f, 6f));
    Node flat = b.add("flat", new Movement.Reshape(List.of(3, 1)), x);
    Node relu = b.add("relu", new Unary.Relu(), x);
    Graph graph = b.build(List.of(x, constant, flat, relu, relu));
    float[] given = {1, -2, 3};
    try (Program program = new CpuBackend().compile(graph, OPTIONS)) {
      Map<String, Tensor> input = Map.of("x", Tensor.of(Shape.of(3), given));
      List<Tensor> first = program.run(input);
      first.forEach(tensor -> Arrays.fill(tensor.floats(), -7));
      List<Tensor> second = program.run(input);
      assertThat(given).containsExactly(1, -2, 3);
      assertThat(second.get(0).floats()).containsExactly(1, -2, 3);
      assertThat(second.get(1).floats()).containsExactly(4, 5, 6);
      assertThat(second.get(2).floats()).containsExactly(1, -2, 3);
      assertThat(second.get(2).shape()).isEqualTo(Shape.of(3, 1));
      assertThat(second.get(3).floats()).containsExactly(1, 0, 3);
      assertThat(second.get(4).floats()).containsExactly(1, 0, 3);
    }
  }

  @Test
  void packedWeightsAreNotKeptTwice() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(64, 96));
    Node weight = b.constant("w", Tensor.of(Shape.of(96, 64), new float[96 * 64]));
    Graph graph = b.build(List.of(b.add("y", new Linear.MatMul(), x, weight)));
    try (Program program = new CpuBackend().compile(graph, OPTIONS)) {
      assertThat(program.weightBytes()).isEqualTo(96 * 64 * 4);
    }
  }

  @Test
  void tooLittleMemorySaysHowMuchIsNeeded() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(1));
    List<Node> outputs = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      outputs.add(b.add("y" + i, new Movement.Expand(Shape.of(2000 - i, 1 << 20)), x));
    }
    Graph graph = b.build(outputs);
    try (Program program = new CpuBackend().compile(graph, OPTIONS)) {
      assertThat(program.bytes()).isGreaterThan(200L << 30);
      assertThatThrownBy(() -> program.run(Map.of("x", Tensor.of(Shape.of(1), 1f))))
          .isInstanceOf(BackendException.class)
          .hasMessageMatching(
              "cpu: a run needs [0-9.]+ MiB: java may use [0-9.]+ MiB, of which [0-9.]+ MiB are taken; "
                  + "start java with a larger -Xmx or give a smaller input");
    }
  }

  @Test
  void refusesWhatDoesNotSuit() {
    Graph graph = Graphs.of(new Unary.Relu(), List.of(Tensor.of(Shape.of(2), 1f, 2f)));
    Program program = new CpuBackend().compile(graph, OPTIONS);
    assertThatThrownBy(() -> program.run(Map.of()))
        .isInstanceOf(InputException.class)
        .hasMessage("input x0: missing, give a tensor of shape [2]");
    assertThatThrownBy(() -> program.run(Map.of("x0", Tensor.of(Shape.of(1), 1f))))
        .isInstanceOf(InputException.class)
        .hasMessage("input x0: shape is [1], the program was made for [2]");
    program.close();
    assertThatThrownBy(() -> program.run(Map.of("x0", Tensor.of(Shape.of(2), 1f, 2f))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cpu: this program was closed");
  }

  private static void assertSameBits(List<Tensor> actual, List<Tensor> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
      assertThat(actual.get(i).floats()).containsExactly(expected.get(i).floats());
    }
  }
}
