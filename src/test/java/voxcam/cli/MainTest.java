package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.BackendException;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

class MainTest {
  @Test
  void withoutArgumentsItShowsItsHelp() {
    Cli nothing = Cli.run().succeeds();
    assertThat(nothing.out()).contains("explain", "predict", "info", "doctor", "Exit codes");
    assertThat(Cli.run("--help").succeeds().out()).isEqualTo(nothing.out());
    assertThat(nothing.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"explain", "predict", "info", "convert", "doctor", "completion"})
  void everyCommandHasHelpWithAnExample(String command) {
    Cli help = Cli.run(command, "--help").succeeds();
    assertThat(help.out()).contains("Usage: engine " + command, "Example", "engine " + command);
    assertThat(help.err()).isEmpty();
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void version() {
    assertThat(Cli.run("--version").succeeds().out()).startsWith("VoxCAM engine ");
  }

  @Test
  void completionKnowsTheCommandsAndShells() {
    assertThat(Cli.run("completion", "bash").succeeds().out()).contains("explain", "--target");
    Cli.run("completion", "fish").refuses("completion fish: not known, give bash or zsh");
  }

  @Test
  void aCommandThatIsNamedIsDescribedAlone() {
    Streams streams = new Streams(System.out, System.err, false);
    assertThat(Main.commandLine(streams, "explain", "m").getSubcommands())
        .containsOnlyKeys("explain");
    assertThat(Main.commandLine(streams, "completion").getSubcommands()).hasSize(6);
    assertThat(Main.commandLine(streams, "explode").getSubcommands()).hasSize(6);
  }

  @Test
  void whatIsNoCommandIsRefused() {
    Cli.run("explode").refuses("explode", "see 'engine --help'");
  }

  @Test
  void exitCodesOfFailures() {
    assertThat(told(new BackendException("no device"))).isEqualTo("3 engine: no device\n");
    assertThat(told(new OutOfMemoryError()))
        .startsWith("3 engine: not enough memory")
        .contains("-Xmx");
    assertThat(told(new IOException("No space left\non device")))
        .startsWith("2 engine: ")
        .hasLineCount(1);
    assertThat(told(new IllegalStateException("broken")))
        .startsWith("1 java.lang.IllegalStateException: broken")
        .contains("this is a fault of the engine");
  }

  private static String told(Throwable thrown) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = Failure.report(thrown, new PrintStream(err, true, StandardCharsets.UTF_8));
    return code + " " + err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void outputThatCannotBeWrittenIsAnError() {
    PrintStream full =
        new PrintStream(
            new java.io.OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("No space left on device");
              }
            },
            true,
            StandardCharsets.UTF_8);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            new String[] {"info", Cli.net("resnet").toString()},
            full,
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard output cannot be written");
  }

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
            "-XX:+SkipTier2IfPossible",
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

  @Test
  void knowsTheDemoAtItsEntry() {
    assertThat(Main.isDemo("explain", "--out", "x", "--demo")).isTrue();
    assertThat(Main.isDemo("explain", "model", "ct")).isFalse();
    assertThat(Main.isDemo("predict", "--demo")).isFalse();
    assertThat(Main.isDemo()).isFalse();
  }
}
