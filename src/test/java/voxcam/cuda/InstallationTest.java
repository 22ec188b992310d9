package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.BackendException;
import voxcam.backend.Backends;

/** What is said where there is no GPU. */
final class InstallationTest {
  @ParameterizedTest
  @ValueSource(strings = {"25", "25.0.1", "25.0.2"})
  void refusesJavaThatCorruptsData(String version) {
    Installation looked = Installation.look(Runtime.Version.parse(version), List.of());

    assertThat(looked.gpu()).isEmpty();
    assertThat(looked.refusal())
        .contains(
            "Java "
                + version
                + " can corrupt data that native code reads (JDK-8377811), install 25.0.3 or later");
  }

  @Test
  void refusesItInAContextOfSomebodyElseToo() {
    assertThatThrownBy(() -> Installation.requireCurrent(Runtime.Version.parse("25.0.2")))
        .isInstanceOf(BackendException.class)
        .hasMessage(
            "cuda: Java 25.0.2 can corrupt data that native code reads (JDK-8377811), install 25.0.3"
                + " or later");
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "26", "25.1"})
  void otherJavaIsNotTheReason(String version) {
    Optional<String> refusal =
        Installation.look(Runtime.Version.parse(version), List.of()).refusal();

    assertThat(refusal.orElse("")).doesNotContain("Java");
  }

  @Test
  void aMachineWithoutADriverSaysSoInOneSentence() {
    Assumptions.assumeFalse(Files.exists(Path.of("/dev/nvidiactl")), "this machine has a GPU");
    Installation looked = Installation.get();
    Assumptions.assumeTrue(looked.gpu().isEmpty(), "this machine has a GPU");

    assertThat(looked.refusal())
        .contains(
            "no NVIDIA driver, libcuda.so.1 was not found; install NVIDIA's driver for the GPU");
    assertThat(looked.findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).isEqualTo("cuda driver"))
        .satisfies(finding -> assertThat(finding.found()).startsWith("libcuda.so.1: not found"));
    assertThatThrownBy(() -> Backends.named("cuda"))
        .isInstanceOf(BackendException.class)
        .hasMessageStartingWith("device cuda: no NVIDIA driver, ");
    assertThatThrownBy(Device::take)
        .isInstanceOf(BackendException.class)
        .hasMessageStartingWith("device cuda: no NVIDIA driver, ");
  }
}
