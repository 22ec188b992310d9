package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.backend.Processor;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** When a second JVM is started, with what, and that its work is the command's. */
class RelaunchTest {
  @Test
  void onlyCommandsThatComputeNeedTheModule() {
    assertThat(Relaunch.computes("explain", "m", "x")).isTrue();
    assertThat(Relaunch.runsOnce("explain", "m", "x")).isTrue();
    assertThat(Relaunch.runsOnce("bench", "m", "x")).isFalse();
    assertThat(Relaunch.arithmetic("explain", "m", "x")).isEqualTo("products");
    assertThat(Relaunch.computes("doctor")).isTrue();
    assertThat(Relaunch.computes()).isFalse();
    assertThat(Relaunch.computes("--version")).isFalse();
    assertThat(Relaunch.computes("info", "m")).isFalse();
    assertThat(Relaunch.computes("completion", "zsh")).isFalse();
    assertThat(Relaunch.computes("explain", "--help")).isFalse();
    assertThat(Relaunch.computes("explain", "--demo", "--out", "x")).isFalse();
  }

  @Test
  void theSecondJvmGetsTheOptionsOfTheFirst() {
    List<String> command = Relaunch.command(List.of("-Xmx3g", "-Da=b c"), "explain", "m o");
    assertThat(command)
        .contains("-Xmx3g", "-Da=b c", "--add-modules", "jdk.incubator.vector", "m o")
        .noneMatch(word -> word.startsWith("-XX:MaxRAM"));
    assertThat(Relaunch.command(List.of(), "doctor"))
        .contains("-XX:MaxRAMPercentage=75", "-XX:CompileCommand=quiet");
  }

  @Test
  void theSecondJvmGetsNothingThatSuitsTheFirstAlone() {
    List<String> first =
        List.of(
            "-XX:AOTCache=x",
            "-XX:Tier3CompileThreshold=3",
            "-XX:Tier4BackEdgeThreshold=4",
            "-XX:FreqInlineSize=35",
            "-XX:CompileCommand=quiet,y");
    assertThat(Relaunch.command(first, "explain", "m")).doesNotContainAnyElementsOf(first);
  }

  @Test
  void matrixProductsWeighMoreThanConvolutions() {
    Shape x = Shape.of(1, 10);
    GraphBuilder builder = new GraphBuilder();
    Node w = builder.constant(Tensor.filled(Shape.of(10, 10), 1));
    Node y = builder.add("y", new Linear.MatMul(), builder.input("x", x), w);
    Graph graph = builder.build(List.of(y));
    assertThat(graph.flops()).isEqualTo(200);
    assertThat(Relaunch.work(graph)).isEqualTo(4000);
    // This JVM did not begin in plain loops.
    Relaunch.checkWork(graph);
  }

  @Test
  void theSecondJvmTakesClassesFromAnArchiveIfThereIsOne(@TempDir Path folder) throws IOException {
    Path archive = folder.resolve("engine-vectors.jsa");
    assertThat(Relaunch.archive(archive)).isEmpty();
    Files.createFile(archive);
    assertThat(Relaunch.archive(archive)).contains("-XX:SharedArchiveFile=" + archive);
  }

  @Test
  void onlyTheModulesWarningIsDropped() throws IOException {
    assertThat(passed("WARNING: Using incubator modules: x\nengine: no\n"))
        .isEqualTo("engine: no\n");
    assertThat(passed("WARNING: Using incubator modules: x\n")).isEmpty();
    assertThat(
            passed("Picked up JDK_JAVA_OPTIONS: -Da=b\nWARNING: Using incubator modules: x\na\n"))
        .isEqualTo("a\n");
    assertThat(passed("WARNING: else\nWARNING: Using incubator modules: x\n"))
        .isEqualTo("WARNING: else\nWARNING: Using incubator modules: x\n");
    assertThat(passed("")).isEmpty();
  }

  private static String passed(String errors) throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Relaunch.pass(
        new BufferedReader(new StringReader(errors)),
        new PrintStream(err, true, StandardCharsets.UTF_8));
    return err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  /**
   * A command begins in plain loops, and goes on in a JVM with vectors where there is much to do.
   */
  @Test
  void muchWorkIsDoneInASecondJvmWithVectors(@TempDir Path folder) throws Exception {
    assumeTrue(Processor.isFused());
    Path scan = Cli.volume(folder.resolve("scan.nii.gz"), 10, 8, 12);
    assertThat(description("1000", scan)).contains("plain loops");
    assertThat(description("0", scan)).contains("-bit vectors");
    started("many", "explain", Cli.net("flatten-linear"), scan)
        .refuses("voxcam.relaunch", "many", "GFLOP");
  }

  /** What the record of an explanation says of the arithmetic. */
  private static String description(String gflop, Path scan) throws Exception {
    Path out = Files.createTempDirectory(scan.getParent(), "maps");
    Cli cli =
        started(gflop, "explain", Cli.net("flatten-linear"), scan, "--format", "json", "--out", out)
            .succeeds();
    assertThat(cli.err()).doesNotContain("incubator");
    return Files.readString(out.resolve("scan.json"));
  }

  /** The program in a JVM without the module, which may do so many GFLOP in plain loops. */
  private static Cli started(String gflop, Object... args) throws Exception {
    Stream<String> jvm =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-D" + Relaunch.PROPERTY + "=" + gflop,
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    Path errors = Files.createTempFile("engine", ".err");
    errors.toFile().deleteOnExit();
    Process process =
        new ProcessBuilder(Stream.concat(jvm, Stream.of(args).map(String::valueOf)).toList())
            .redirectError(errors.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli(process.waitFor(), out, Files.readString(errors));
  }
}
