package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Choices that were timed are found again, and nothing else is. */
final class ChoiceFileTest {
  private static final Choices.Machine MACHINE = new Choices.Machine("GPU", 12_060, 91_501, 77);

  @TempDir Path folder;

  @Test
  void choicesAreFoundAgainAndAdded() throws IOException {
    Path file = folder.resolve("deep/file.json");
    ChoiceFile.add(file, MACHINE, Map.of("a", "ours"));
    ChoiceFile.add(file, MACHINE, Map.of("b \"quoted\"", "cudnn", "a", "cudnn"));

    assertThat(ChoiceFile.read(file, MACHINE))
        .isEqualTo(Map.of("a", "cudnn", "b \"quoted\"", "cudnn"));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void thoseOfAnotherMachineAreNot() {
    Path file = folder.resolve("file.json");
    ChoiceFile.add(file, MACHINE, Map.of("a", "ours"));
    for (Choices.Machine other :
        List.of(
            new Choices.Machine("GPU 2", 12_060, 91_501, 77),
            new Choices.Machine("GPU", 12_070, 91_501, 77),
            new Choices.Machine("GPU", 12_060, 91_600, 77),
            new Choices.Machine("GPU", 12_060, 91_501, 78))) {
      assertThat(ChoiceFile.read(file, other)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "7",
        "{\"choices\":{\"a\":1}}",
        "{\"choices\":{\"a\":",
        "{\"choices\":[]}",
        "{\"other\":{}}",
        "{\"choices\":{\"a\":\"ours\"}}",
        "\u0000\u0001"
      })
  void brokenOnesCountAsNone(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("file.json"), text);

    assertThat(ChoiceFile.read(file, MACHINE)).isEmpty();
    ChoiceFile.add(file, MACHINE, Map.of("a", "ours"));
    assertThat(ChoiceFile.read(file, MACHINE)).isEqualTo(Map.of("a", "ours"));
  }

  @Test
  void aFileThatCannotBeWrittenIsNoFailure() throws IOException {
    Path blocked = Files.writeString(folder.resolve("file"), "no folder");

    ChoiceFile.add(blocked.resolve("below.json"), MACHINE, Map.of("a", "ours"));

    assertThat(ChoiceFile.read(blocked.resolve("below.json"), MACHINE)).isEmpty();
  }

  @Test
  void theFileIsNamedByGpuCudnnAndKernels() {
    assertThat(new Choices.Machine("NVIDIA A100/80 GB", 1, 91_501, 0xab).file().orElseThrow())
        .hasFileName("NVIDIA-A100-80-GB-cudnn-91501-kernels-ab.json");
  }
}
