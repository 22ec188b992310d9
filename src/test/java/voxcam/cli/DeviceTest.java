package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.backend.Backends;

/** What is said of devices that are asked for and cannot be had. */
final class DeviceTest {
  @TempDir Path folder;

  @Test
  void aGpuThatIsNotThereIsOneLineAndExitCodeThree() {
    Assumptions.assumeTrue(
        Backends.all().stream()
            .anyMatch(c -> c.backend().name().equals("cuda") && c.refusal().isPresent()),
        "this machine has a GPU");
    Path volume = Cli.volume(folder.resolve("ct.nii.gz"), 10, 8, 12);

    Cli run =
        Cli.run(
            "explain",
            Cli.net("flatten-linear"),
            volume,
            "--device",
            "cuda",
            "--out",
            folder.resolve("maps"));

    assertThat(run.code()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).singleElement().asString().startsWith("engine: device cuda: ");
    assertThat(folder.resolve("maps")).doesNotExist();
  }

  @Test
  void anUnknownDeviceNamesTheKnownOnes() {
    Path volume = Cli.volume(folder.resolve("ct.nii.gz"), 10, 8, 12);

    Cli.run("explain", Cli.net("flatten-linear"), volume, "--device", "tpu", "--out", folder)
        .refuses("device tpu: not known, give auto or one of cuda, cpu, reference");
  }
}
