package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.cuda.Choices.Machine;
import voxcam.cuda.Emulator.Kind;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/** What decides between the emulated cuDNN's algorithms and our kernels. */
@Tag("emulator")
final class ConvolutionsTest {
  private static final Shape INPUT = Shape.of(1, 16, 6, 8, 8);
  private static final String KEY =
      "fp32 forward x[1,16,6,8,8] w[16,16,3,3,3] y[1,16,6,8,8] padding[1,1,1] stride[1,1,1]"
          + " dilation[1,1,1] groups 1 bias";
  private static final String FIRST = "cudnn fp32 forward: implicit precomp gemm";
  private static final String FAILURE =
      "cudnnConvolutionForward (implicit precomp gemm) failed with CUDNN_STATUS_EXECUTION_FAILED";
  private static final String OWN = "convTile16x256";
  private static final Options ONCE = Options.DEFAULT.withOnce(true);

  @TempDir Path folder;
  private Use use;

  @BeforeEach
  void begin() {
    use = Use.of("cudnn", null).with(CacheFolder.FOLDER, folder.toString());
    Emulator.reset();
  }

  @AfterEach
  void nothingIsLeft() {
    Emulator.failAt(-1);
    use.close();
    assertThat(Emulator.report()).isEmpty();
    Device.releaseIdle();
    for (Kind kind : Kind.values()) {
      assertThat(Emulator.live(kind)).as(kind.toString()).isZero();
    }
  }

  private static Tensor normal(long seed, Shape shape) {
    Random random = new Random(seed);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }

  private static Graph graph() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", INPUT);
    Node w = b.constant("w", normal(1, Shape.of(16, 16, 3, 3, 3)));
    return b.build(List.of(b.add("y", new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1), x, w)));
  }

  private static Set<String> chosen(Options options) {
    try (Program program = new CudaBackend().compile(graph(), options)) {
      return program.algorithms().keySet();
    }
  }

  private static Machine machine() {
    Gpu gpu = Installation.get().gpu().orElseThrow();
    return new Machine(
        gpu.name(), gpu.driver(), Cudnn.get().version().orElseThrow(), Modules.checksum());
  }

  @Test
  void onlyProgramsThatAreTimedGoByWhatWasTimed() {
    ChoiceFile.add(machine().file().orElseThrow(), machine(), Map.of(KEY, "ours"));

    assertThat(chosen(Options.DEFAULT)).containsExactly(OWN + " (less time than cudnn)");
    assertThat(chosen(ONCE)).containsExactly(FIRST);
  }

  @Test
  void theFirstChoiceHoldsForAllProgramsOfAProcess() {
    Choices choices = Choices.of(machine());
    Optional<String> nothing = choices.find(KEY);
    assertThat(choices.put(KEY, nothing, "ours", true)).isEqualTo("ours");
    assertThat(choices.put(KEY, nothing, FIRST, true)).isEqualTo("ours");
    // What was found and does not suit is replaced.
    assertThat(choices.put(KEY, Optional.of("ours"), FIRST, false)).isEqualTo(FIRST);
    assertThat(chosen(Options.DEFAULT)).containsExactly(FIRST);
  }

  @Test
  void withTooLittleMemoryToTimeTheChoiceHoldsForTheProcess() {
    // The weights fit, but not all tensors at once.
    Emulator.memory(140 << 10);
    try {
      assertThat(chosen(Options.DEFAULT)).containsExactly(FIRST);
    } finally {
      Emulator.memory(4L << 30);
    }
    assertThat(Choices.of(machine()).find(KEY)).contains(FIRST);
    assertThat(folder.resolve("algorithms")).doesNotExist();
  }

  /** Whichever call fails: either the program is refused, or it does without what failed. */
  @Test
  void theNextAlgorithmIsTakenWhereTheFirstCannotBeStarted() {
    Tensor expected = run(ONCE);
    Set<String> names = new TreeSet<>();
    for (int n = 1; n < 200; n++) {
      Emulator.failAt(n);
      try (Program program = new CudaBackend().compile(graph(), ONCE)) {
        Emulator.failAt(-1);
        names.addAll(program.algorithms().keySet());
        assertThat(KernelCasesTest.error(run(program), expected)).isLessThan(1e-6);
      } catch (BackendException e) {
        assertThat(e).hasMessageStartingWith("cuda: ");
      }
      Emulator.failAt(-1);
      Device.releaseIdle();
    }
    assertThat(names)
        .contains(FIRST)
        .contains("cudnn fp32 forward: implicit gemm (" + FAILURE + ")");
  }

  private static Tensor run(Options options) {
    try (Program program = new CudaBackend().compile(graph(), options)) {
      return run(program);
    }
  }

  private static Tensor run(Program program) {
    return program.run(Map.of("x", normal(7, INPUT))).getFirst();
  }

  @Test
  void whatWasChosenBecauseOfAFailureIsNotWrittenDown() {
    int inSpite = 0;
    Path file = folder;
    for (int n = 1; n < 400; n++) {
      Choices.forget();
      System.setProperty(CacheFolder.FOLDER, folder.resolve("call" + n).toString());
      file = machine().file().orElseThrow();
      long before = Emulator.calls();
      Emulator.failAt(n);
      try (Program _ = new CudaBackend().compile(graph(), Options.DEFAULT)) {
        Emulator.failAt(-1);
        if (Emulator.calls() - before < n) {
          break;
        }
        inSpite++;
        assertThat(Choices.of(machine()).find(KEY)).isPresent();
        assertThat(file).doesNotExist();
      } catch (BackendException e) {
        assertThat(e).hasMessageStartingWith("cuda: ");
      }
      Emulator.failAt(-1);
      Device.releaseIdle();
    }
    assertThat(inSpite).isGreaterThanOrEqualTo(4);
    assertThat(file).as("of the first run in which nothing failed").isRegularFile();
  }

  @Test
  void ourKernelIsTakenWhereNothingElseStarted() {
    Choices choices = Choices.of(machine());
    choices.put(KEY, Optional.empty(), "ours: " + FAILURE, false);
    assertThat(chosen(Options.DEFAULT)).containsExactly(OWN + " (cudnn: " + FAILURE + ")");
  }

  @Test
  void theCapOnMemoryLimitsWorkspaces() {
    Window one = Window.cube(3, 1, 1, 0, 1);
    assertThat(capped("16k", new Conv.Forward(one, 1))).containsExactly(FIRST);
    // 1092 bytes are more than an eighth of 8 KiB; the other algorithm needs none.
    assertThat(capped("8k", new Conv.Forward(one, 1)))
        .containsExactly("cudnn fp32 forward: implicit gemm");
    assertThat(capped("8k", new Conv.InputGrad(one, 1, List.of(1, 1, 4))))
        .singleElement()
        .asString()
        .endsWith(" (cudnn: no deterministic algorithm within 0.0 MiB)");
  }

  private static Set<String> capped(String cap, Conv op) {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(1, 16, 1, 1, 4));
    Node w = b.constant("w", normal(1, Shape.of(16, 16, 1, 1, 1)));
    Graph graph = b.build(List.of(b.add("y", op, x, w)));
    Device.releaseIdle();
    System.setProperty(DeviceMemory.CAP, cap);
    try (Program program = new CudaBackend().compile(graph, ONCE)) {
      return program.algorithms().keySet();
    } finally {
      System.clearProperty(DeviceMemory.CAP);
      Device.releaseIdle();
    }
  }
}
