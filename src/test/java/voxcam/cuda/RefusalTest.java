package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import voxcam.backend.Finding;
import voxcam.cli.Main;

/** Why a GPU that is there is not taken, on emulated ones. */
@Tag("emulator")
final class RefusalTest {
  private static final String NET = "src/test/resources/golden/nets/flatten-linear.safetensors";

  @BeforeEach
  @AfterEach
  void asNew() {
    Emulator.load();
    Emulator.describe(1, 12_060, 8, 0);
    Installation.forget();
  }

  private static void assertRefused(String sentence, String what, String found) {
    Installation looked = Installation.look(Runtime.version(), List.of());
    assertThat(looked.gpu()).isEmpty();
    assertThat(looked.refusal()).contains(sentence);
    assertThat(looked.findings()).contains(new Finding(what, found));
    assertOneLine(sentence);
  }

  /** What the user is told: exit code 3 and one line. */
  private static void assertOneLine(String sentence) {
    Installation.forget();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] words = {"explain", NET, NET, "--device", "cuda"};
    int code =
        Main.run(
            words,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(3);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(err.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("engine: device cuda: " + sentence);
  }

  @Test
  void aDriverThatIsTooOld() {
    Emulator.describe(1, 11_030, 8, 0);
    assertRefused(
        "the NVIDIA driver is too old, it supports CUDA 11.3, needed is 11.4; install driver 470 or"
            + " later",
        "cuda version",
        "11.3 by the driver");
  }

  @Test
  void noDevice() {
    Emulator.describe(0, 12_060, 8, 0);
    assertRefused(
        "the NVIDIA driver shows no GPU, see what nvidia-smi and CUDA_VISIBLE_DEVICES say",
        "cuda devices",
        "none");
  }

  @Test
  void aGpuThatIsTooOld() {
    Emulator.describe(1, 12_060, 7, 0);
    assertRefused(
        "emulated device has compute capability 7.0, the kernels need 7.5 (Turing, of 2018) or"
            + " later",
        "cuda device 0",
        "emulated device, 4 GiB, compute capability 7.0, below 7.5: not taken");
  }

  @Test
  void aJarWithoutKernels() {
    Installation looked = Installation.look(Runtime.version(), List.of("conv", "unary"));
    assertThat(looked.refusal())
        .contains(
            "this jar was built without nvcc and holds no GPU kernels, build it where nvcc is in"
                + " PATH");
    assertThat(looked.findings()).contains(new Finding("cuda kernels", "none for conv, unary"));
  }

  @Test
  void aReportTellsEverythingThatWasLookedFor() {
    try (Use _ = Use.of("cudnn", "timed")) {
      assertThat(new CudaBackend().findings())
          .extracting(Finding::what)
          .containsExactly(
              "cuda driver",
              "cuda kernels",
              "cuda version",
              "cuda device 0",
              "cuDNN 9",
              "cuBLAS",
              "algorithms");
      assertThat(new CudaBackend().findings())
          .extracting(Finding::found)
          .contains(
              "libcudnn.so.9: version 9.15.1; taken for convolutions",
              "libcublas.so.12: version 12.6 by JCublas; not taken, voxcam.cuda.libraries leaves"
                  + " it out");
    }
    Emulator.describe(0, 12_060, 8, 0);
    Installation.forget();
    assertThat(new CudaBackend().findings())
        .contains(new Finding("cuDNN 9, cuBLAS", "not looked for: there is no GPU to use them"));
  }
}
