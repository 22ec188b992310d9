package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.BackendException;

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
  void knowsTheDemoAtItsEntry() {
    assertThat(Main.isDemo("explain", "--out", "x", "--demo")).isTrue();
    assertThat(Main.isDemo("explain", "model", "ct")).isFalse();
    assertThat(Main.isDemo("predict", "--demo")).isFalse();
    assertThat(Main.isDemo()).isFalse();
  }
}
