package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static String shown(boolean terminal, long millis) throws InterruptedException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    try (Progress progress = Progress.on(new Streams(stream, stream, terminal))) {
      progress.stage("run");
      Thread.sleep(millis);
    }
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void onATerminalAfterASecondAndGoneAtTheEnd() throws InterruptedException {
    assertThat(shown(true, 1600)).startsWith("\rrun, 1 s").endsWith("\r" + " ".repeat(8) + "\r");
  }

  @Test
  void silentBeforeAndElsewhere() throws InterruptedException {
    assertThat(shown(true, 300)).isEmpty();
    assertThat(shown(false, 1300)).isEmpty();
  }
}
