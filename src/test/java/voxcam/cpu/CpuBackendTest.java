package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Processor;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

final class CpuBackendTest {
  @Test
  void isFoundByName() {
    assertThat(Backends.named("cpu")).isInstanceOf(CpuBackend.class);
    assertThat(Backends.named("cpu").refusal()).isEmpty();
  }

  @Test
  void saysWhatItRunsOn() {
    String arithmetic = Machine.VECTORS ? "[0-9]+-bit vectors" : "scalar, .*";
    assertThat(new CpuBackend().description(Options.DEFAULT.withThreads(1)))
        .matches("1 thread, " + arithmetic);
    assertThat(new CpuBackend().description(Options.DEFAULT.withThreads(3)))
        .matches("3 threads, " + arithmetic);
  }

  @Test
  void refusesOtherPrecisions() {
    Graph graph = Graphs.of(new Unary.Relu(), List.of(Tensor.scalar(1)));
    Options half = new Options(Precision.FP16, 1, false, false, false);
    assertThatThrownBy(() -> new CpuBackend().compile(graph, half))
        .isInstanceOf(InputException.class)
        .hasMessage("device cpu: precision fp16 is for GPUs, give fp32");
  }

  @Test
  void refusesFreeSizes() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", FreeShape.of(1, "D"));
    Graph graph = builder.build(List.of(builder.add("y", new Unary.Relu(), x)));
    assertThatThrownBy(() -> new CpuBackend().compile(graph, Options.DEFAULT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("specialise the graph with the input's shape");
  }

  @Test
  void runsWithoutTheVectorModule() throws Exception {
    String[] lines = fork(List.of());
    assertThat(lines)
        .contains(
            "1 thread, scalar, start java with --add-modules jdk.incubator.vector for vectors")
        .contains("[0.0, 2.0]");
    long warnings =
        List.of(lines).stream()
            .filter(line -> line.contains("cpu: scalar, start java with --add-modules"))
            .count();
    assertThat(warnings).isEqualTo(1);
  }

  @Test
  void vectorsCanBeSwitchedOff() throws Exception {
    String[] lines = fork(List.of("--add-modules", "jdk.incubator.vector", "-Dvoxcam.vectors=off"));
    assertThat(lines)
        .contains("1 thread, scalar, because voxcam.vectors=off")
        .contains("[0.0, 2.0]");
  }

  @Test
  void whatRunsOnceInPlainLoopsIsSumsOfRows() throws Exception {
    String[] lines = fork(List.of("-Dvoxcam.vectors=loops"));
    assertThat(lines)
        .contains("1 thread, plain loops, for a single run")
        .contains("[0.0, 2.0]")
        .contains(Processor.isFused() ? "{rows=1}" : "{columns=1}")
        .noneMatch(line -> line.contains("start java with"));
  }

  @Test
  void vectorsCanBeKeptForProducts() throws Exception {
    String[] lines =
        fork(List.of("--add-modules", "jdk.incubator.vector", "-Dvoxcam.vectors=products"));
    assertThat(lines)
        .anyMatch(line -> line.matches("1 thread, [0-9]+-bit vectors for products"))
        .contains("[0.0, 2.0]");
  }

  @Test
  void whatRunsOnceIsComputedOverColumnsUnlessItIsLarge() {
    Options once = Options.DEFAULT.withOnce(true);
    assertThat(algorithms(24, once)).containsOnlyKeys("columns");
    assertThat(algorithms(24, Options.DEFAULT)).doesNotContainKey("columns").isNotEmpty();
    assertThat(algorithms(160, once)).doesNotContainKey("columns").isNotEmpty();
  }

  private static Map<String, Integer> algorithms(int size, Options options) {
    GraphBuilder builder = new GraphBuilder();
    Shape kernel = Shape.of(32, 32, 3, 3, 3);
    Node x = builder.input("x", Shape.of(1, 32, size, size, size));
    Node w = builder.constant(Tensor.of(kernel, new float[kernel.length()]));
    Window.Axis axis = new Window.Axis(3, 1, 1, 1, 1);
    Conv conv = new Conv.Forward(new Window(List.of(axis, axis, axis)), 1);
    Graph graph = builder.build(List.of(builder.add("y", conv, x, w)));
    try (Program program = new CpuBackend().compile(graph, options)) {
      return program.algorithms();
    }
  }

  @Test
  void preparingEnds() {
    new CpuBackend().prepare();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  /** Runs {@link Forked} in a JVM of its own and returns what it prints. */
  private static String[] fork(List<String> flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Forked.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.split("\\R");
  }

  /** What the forked JVM runs. */
  static final class Forked {
    private Forked() {}

    public static void main(String[] arguments) {
      Options options = Options.DEFAULT.withThreads(1);
      CpuBackend backend = new CpuBackend();
      System.out.println(backend.description(options));
      Tensor x = Tensor.of(Shape.of(2), -1f, 2f);
      Graph graph = Graphs.of(new Unary.Relu(), List.of(x));
      for (int i = 0; i < 2; i++) {
        float[] y = backend.compile(graph, options).run(Map.of("x0", x)).getFirst().floats();
        System.out.println(Arrays.toString(y));
      }
      System.out.println(algorithms(24, options.withOnce(true)));
    }
  }
}
