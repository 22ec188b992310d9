package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.cli.Main;
import voxcam.cuda.Emulator.Kind;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Volume;

/** Any call of the driver may fail: one line says so, and nothing is left behind. */
@Tag("emulator")
final class CudaFailureTest {
  private static final Path NET =
      Path.of("src/test/resources/golden/nets/flatten-linear.safetensors");
  private static final long UNLIMITED = 4L << 30;

  /** What a run of the program said. */
  private record Outcome(int code, String out, String err) {}

  @TempDir Path temporary;

  private String precision = "fp32";

  @BeforeAll
  static void load() {
    Emulator.load();
    // Other tests leave modules behind.
    Emulator.reset();
    // What the driver says of the device is asked once.
    assertThat(Installation.get().gpu()).isPresent();
  }

  @BeforeEach
  @AfterEach
  void clean() {
    Emulator.failAt(-1);
    Emulator.memory(UNLIMITED);
    Device.releaseIdle();
    assertThat(Emulator.report()).isEmpty();
    assertNothingIsLeft("");
  }

  private static void assertNothingIsLeft(String when) {
    for (Kind kind : Kind.values()) {
      assertThat(Emulator.live(kind)).as(kind + when).isZero();
    }
  }

  /** By our kernels, and by cuDNN and cuBLAS in half precision, whose calls fail as well. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"none|fp32|60", "cudnn,cublas|fp16|150"})
  void everyCallOfAnExplanationMayFail(String libraries, String precision, int least)
      throws IOException {
    this.precision = precision;
    try (Use _ = Use.of(libraries, "library")) {
      everyCallMayFail(least);
    }
  }

  private void everyCallMayFail(int least) throws IOException {
    Path volume = volume();
    assertThat(explain(volume, "whole").code()).isZero();
    Device.releaseIdle();
    long before = Emulator.calls();
    assertThat(explain(volume, "again").code()).isZero();
    long calls = Emulator.calls() - before;
    Device.releaseIdle();

    int n = 1;
    for (; n < 5000; n++) {
      Emulator.failAt(n);
      Outcome outcome = explain(volume, "out" + n);
      Emulator.failAt(-1);
      if (outcome.code() == 0) {
        break;
      }
      assertThat(outcome.code()).as(n + ": " + outcome.err()).isEqualTo(3);
      assertThat(outcome.err().lines()).as(outcome.err()).hasSize(1);
      assertThat(outcome.err()).startsWith("engine: cuda: ").contains("; ");
      Device.releaseIdle();
      assertNothingIsLeft(" after call " + n + " failed: " + outcome.err());
    }
    // Context, kernels, weights, memory, copies, recording, and giving all of it back.
    assertThat(calls).isBetween((long) least, 4000L);
    assertThat(n).as("the first call that no run reaches").isEqualTo((int) calls + 1);
  }

  @Test
  void everyCallOfALookMayFail() {
    Installation whole = Installation.look(Runtime.version(), List.of());
    assertThat(whole.refusal()).isEmpty();
    for (int n = 1; n < 100; n++) {
      Emulator.failAt(n);
      Installation looked = Installation.look(Runtime.version(), List.of());
      Emulator.failAt(-1);
      if (looked.gpu().isPresent()) {
        assertThat(n).isGreaterThan(5);
        assertThat(looked.findings()).isEqualTo(whole.findings());
        return;
      }
      assertThat(looked.refusal())
          .hasValueSatisfying(why ->
              assertThat(why).startsWith("cuda: cu").contains(" failed with CUDA_ERROR_UNKNOWN; "));
    }
    throw new AssertionError("no look succeeded");
  }

  /** Some seconds after the last program was closed nobody is there to catch what is thrown. */
  @Test
  void aFailureThatNobodyWaitsForIsKept() {
    new CudaBackend().compile(relu(Shape.of(4)), Options.DEFAULT).close();
    Emulator.failAt(1);
    Device.releaseAfter(Device.pause());
    Emulator.failAt(-1);

    assertThat(new CudaBackend().findings())
        .filteredOn(finding -> finding.what().equals("cuda context"))
        .singleElement()
        .satisfies(finding ->
            assertThat(finding.found())
                .startsWith("not given back after use: cuda: cu")
                .contains(" failed with CUDA_ERROR_UNKNOWN; "));

    new CudaBackend().compile(relu(Shape.of(4)), Options.DEFAULT).close();
    assertThat(new CudaBackend().findings())
        .noneMatch(finding -> finding.what().equals("cuda context"));
  }

  @Test
  void theContextStaysForAWhileAfterTheLastProgram() {
    new CudaBackend().compile(relu(Shape.of(4)), Options.DEFAULT).close();
    long first = Device.pause();
    new CudaBackend().compile(relu(Shape.of(4)), Options.DEFAULT).close();

    Device.releaseAfter(first);
    assertThat(Emulator.live(Kind.CONTEXTS)).isEqualTo(1);
    Device.releaseAfter(Device.pause());
    assertThat(Emulator.live(Kind.CONTEXTS)).isZero();
  }

  @Test
  void tooLittleMemorySaysWhatWasAskedUsedAndFree() {
    Graph graph = relu(Shape.of(1 << 20));
    Emulator.memory(6 << 20);
    try (Program program = new CudaBackend().compile(graph, Options.DEFAULT)) {
      assertThatThrownBy(() -> program.run(Map.of("x", zeros(1 << 20))))
          .isInstanceOf(BackendException.class)
          .hasMessageMatching(
              "cuda: not enough GPU memory: asked for 8\\.0 MiB for values, used 0\\.0 MiB, free"
                  + " [56]\\.\\d MiB of 6\\.0 MiB; give a smaller input, close other programs that"
                  + " use the GPU, or use --device cpu");
    }
  }

  @Test
  void aCapIsKept() {
    System.setProperty(DeviceMemory.CAP, "6m");
    try (Program program = new CudaBackend().compile(relu(Shape.of(1 << 20)), Options.DEFAULT)) {
      assertThatThrownBy(() -> program.run(Map.of("x", zeros(1 << 20))))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining(
              "asked for 8.0 MiB for values, used 0.0 MiB of the 6.0 MiB that voxcam.cuda.memory"
                  + " allows, free ");
    } finally {
      System.clearProperty(DeviceMemory.CAP);
    }
  }

  @Test
  void memoryThatJCudaThrowsForIsNotCounted() {
    System.setProperty(DeviceMemory.CAP, "12m");
    try (Program program = new CudaBackend().compile(relu(Shape.of(1 << 20)), Options.DEFAULT)) {
      Emulator.memory(6 << 20);
      JCudaDriver.setExceptionsEnabled(true);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> program.run(Map.of("x", zeros(1 << 20))))
            .isInstanceOf(BackendException.class)
            .hasMessage(
                "cuda: JCuda threw CUDA_ERROR_OUT_OF_MEMORY where its code is wanted; leave"
                    + " setExceptionsEnabled(true) out");
      }
      JCudaDriver.setExceptionsEnabled(false);
      Emulator.memory(UNLIMITED);
      assertThat(program.run(Map.of("x", zeros(1 << 20))).getFirst().floats()[7]).isZero();
    } finally {
      JCudaDriver.setExceptionsEnabled(false);
      System.clearProperty(DeviceMemory.CAP);
    }
  }

  @Test
  void whatWaitsForLaterRunsIsFreedForWhoNeedsIt() {
    Emulator.memory(20 << 20);
    try (Program first = new CudaBackend().compile(relu(Shape.of(1 << 20)), Options.DEFAULT);
        Program second = new CudaBackend().compile(relu(Shape.of(2 << 20)), Options.DEFAULT)) {
      first.run(Map.of("x", zeros(1 << 20)));
      long waiting = Emulator.live(Kind.DEVICE_BYTES);
      assertThat(waiting).isGreaterThanOrEqualTo(8 << 20);

      assertThat(second.run(Map.of("x", zeros(2 << 20))).getFirst().floats()[7]).isZero();
      assertThat(first.run(Map.of("x", zeros(1 << 20))).getFirst().floats()[7]).isZero();
    }
  }

  private static Graph relu(Shape shape) {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", shape);
    return b.build(List.of(b.add("y", new Unary.Relu(), x)));
  }

  private static Tensor zeros(int length) {
    return Tensor.of(Shape.of(length), new float[length]);
  }

  private Outcome explain(Path volume, String out) throws IOException {
    ByteArrayOutputStream standard = new ByteArrayOutputStream();
    ByteArrayOutputStream error = new ByteArrayOutputStream();
    Path folder = temporary.resolve(out);
    String[] words =
        Stream.of(
                "explain",
                NET,
                volume,
                "--device",
                "cuda",
                "--precision",
                precision,
                "--target",
                "0",
                "--out",
                folder,
                "--format",
                "npy")
            .map(String::valueOf)
            .toArray(String[]::new);
    int code =
        Main.run(
            words,
            new PrintStream(standard, true, StandardCharsets.UTF_8),
            new PrintStream(error, true, StandardCharsets.UTF_8));
    if (code != 0 && Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".part"));
      }
    }
    return new Outcome(
        code, standard.toString(StandardCharsets.UTF_8), error.toString(StandardCharsets.UTF_8));
  }

  private Path volume() {
    Path file = temporary.resolve("noise.nii");
    Grid grid = Grid.of(new int[] {10, 8, 12}, Affine.IDENTITY);
    float[] voxels = new float[grid.length()];
    Random random = new Random(5);
    for (int i = 0; i < voxels.length; i++) {
      voxels[i] = (float) random.nextGaussian();
    }
    Nifti.write(file, Volume.of(grid, voxels));
    return file;
  }
}
