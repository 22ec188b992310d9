package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.backend.Program;
import voxcam.cuda.Emulator.Kind;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Programs whose convolutions and products are those of the emulated libraries. */
@Tag("emulator")
final class LibraryProgramTest {
  private static final Options OPTIONS = Options.DEFAULT;

  @TempDir Path folder;
  private Use use;

  @BeforeEach
  void begin() {
    use = Use.of("cudnn,cublas", "library").with(CacheFolder.FOLDER, folder.toString());
    Emulator.reset();
  }

  @AfterEach
  void nothingIsLeft() {
    use.close();
    assertThat(Emulator.report()).isEmpty();
    Device.releaseIdle();
    for (Kind kind : Kind.values()) {
      assertThat(Emulator.live(kind)).as(kind.toString()).isZero();
    }
  }

  private static Tensor normal(long seed, int... dims) {
    Random random = new Random(seed);
    float[] values = new float[Shape.of(dims).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** A fused convolution, one with uneven padding that cuDNN does not do, and a product. */
  private static Graph network() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(1, 16, 6, 8, 8));
    Node w = b.constant("w", normal(1, 16, 16, 3, 3, 3));
    Node bias = b.constant("bias", normal(2, 16));
    Conv fused =
        new Conv.Fused(Window.cube(3, 3, 1, 1, 1), 1, Optional.of(new Unary.Relu()), false);
    Node first = b.add("first", fused, x, w, bias);
    Window.Axis uneven = new Window.Axis(3, 1, 2, 0, 1);
    Node second =
        b.add("second", new Conv.Forward(new Window(List.of(uneven, uneven, uneven)), 1), first, w);
    Node matrix = b.constant("matrix", normal(3, 8, 20));
    return b.build(List.of(first, b.add("product", new Linear.MatMul(), second, matrix)));
  }

  private static List<Tensor> run(Program program) {
    return program.run(Map.of("x", normal(7, 1, 16, 6, 8, 8)));
  }

  private static double distance(Tensor actual, Tensor expected) {
    return KernelCasesTest.error(actual, expected);
  }

  @Test
  void theRecordSaysWhatWasUsedAndWhyNot() {
    try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
      assertThat(program.algorithms())
          .containsOnlyKeys(
              "cudnn fp32 forward: implicit precomp gemm",
              "cublas fp32",
              "convTile16x256 (cudnn: padding differs before and behind)");
      // The workspaces of both libraries are counted.
      assertThat(program.bytes()).isGreaterThan(4 << 20);
      assertThat(bytesWithoutLibraries()).isLessThan(1 << 20);
    }
    assertThat(new CudaBackend().description(OPTIONS)).endsWith(", CUDA 12.6, cuDNN 9.15.1");
  }

  private static long bytesWithoutLibraries() {
    String before = System.setProperty(LibraryUse.LIBRARIES, "none");
    try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
      return program.bytes();
    } finally {
      System.setProperty(LibraryUse.LIBRARIES, before);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theFirstRunIsStartedStepByStepAndLaterOnesAreRecorded(Precision precision) {
    List<Tensor> expected = ours();
    try (Program program = new CudaBackend().compile(network(), OPTIONS.withPrecision(precision))) {
      List<Tensor> first = run(program);
      assertThat(Emulator.live(Kind.GRAPHS)).isZero();
      List<Tensor> second = run(program);
      assertThat(Emulator.live(Kind.GRAPHS)).isEqualTo(1);
      List<Tensor> third = run(program);
      assertThat(Emulator.live(Kind.GRAPHS)).isEqualTo(1);
      double most =
          switch (precision) {
            case FP32 -> 1e-6;
            case TF32 -> 1e-3;
            case FP16 -> 2e-3;
            case BF16 -> 1.5e-2;
          };
      for (int i = 0; i < first.size(); i++) {
        assertThat(second.get(i).floats()).isEqualTo(first.get(i).floats());
        assertThat(third.get(i).floats()).isEqualTo(first.get(i).floats());
        assertThat(distance(first.get(i), expected.get(i)))
            .isLessThan(most)
            // Neither does a precision compute in a better one in silence.
            .isGreaterThan(precision == Precision.FP32 ? 0 : most / 50);
      }
    }
  }

  private static List<Tensor> ours() {
    String before = System.setProperty(LibraryUse.LIBRARIES, "none");
    try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
      return run(program);
    } finally {
      System.setProperty(LibraryUse.LIBRARIES, before);
    }
  }

  @Test
  void halfPrecisionNeitherOverflowsNorLosesWhatIsSmall() {
    for (float size : new float[] {1e-9f, 1e-4f, 1e6f, 1e30f}) {
      GraphBuilder b = new GraphBuilder();
      Node x = b.input("x", Shape.of(1, 16, 6, 8, 8));
      Node w = b.constant("w", normal(1, 16, 16, 3, 3, 3));
      Node y = b.add("y", new Conv.Forward(Window.cube(3, 3, 1, 1, 1), 1), x, w);
      Graph graph = b.build(List.of(y));
      float[] values = normal(7, 1, 16, 6, 8, 8).floats();
      for (int i = 0; i < values.length; i++) {
        values[i] *= size;
      }
      Map<String, Tensor> given = Map.of("x", Tensor.of(Shape.of(1, 16, 6, 8, 8), values));
      Options half = OPTIONS.withPrecision(Precision.FP16);
      try (Program full = new CudaBackend().compile(graph, OPTIONS);
          Program program = new CudaBackend().compile(graph, half)) {
        assertThat(distance(program.run(given).getFirst(), full.run(given).getFirst()))
            .as("values of " + size)
            .isLessThan(2e-3);
      }
    }
  }

  @Test
  void whatIsTimedIsWrittenDownAndFoundAgain() throws IOException {
    System.setProperty(LibraryUse.CHOICE, "timed");
    long before = Emulator.calls();
    Map<String, Integer> timed;
    try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
      timed = program.algorithms();
    }
    long timing = Emulator.calls() - before;
    Path file;
    try (var files = Files.list(folder.resolve("algorithms"))) {
      file = files.findFirst().orElseThrow();
    }
    assertThat(Files.readString(file))
        .contains("\"gpu\" : \"emulated device\"", "\"fp32 forward x[1,16,6,8,8] w[16,16,3,3,3]");

    // Another process finds what this one wrote, and this one what it remembers.
    for (boolean another : new boolean[] {true, false}) {
      if (another) {
        Choices.forget();
      }
      before = Emulator.calls();
      try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
        assertThat(program.algorithms()).isEqualTo(timed);
      }
      assertThat(Emulator.calls() - before).isLessThan(timing - 20);
    }

    // A choice that cuDNN does not offer is timed again.
    Files.writeString(
        file, Files.readString(file).replaceAll("\" : \"(ours|cudnn).*\"", "\" : \"x\""));
    Choices.forget();
    try (Program program = new CudaBackend().compile(network(), OPTIONS)) {
      assertThat(program.algorithms().keySet()).noneMatch(name -> name.equals("x"));
    }
    assertThat(Files.readString(file)).contains("\"fp32 forward").doesNotContain("\"x\"");
  }

  @Test
  void aProgramThatRunsOnceIsNotTimed() {
    System.clearProperty(LibraryUse.CHOICE);
    try (Program program = new CudaBackend().compile(network(), OPTIONS.withOnce(true))) {
      assertThat(program.algorithms()).containsKey("cudnn fp32 forward: implicit precomp gemm");
    }
    assertThat(folder.resolve("algorithms")).doesNotExist();
  }

  @Test
  void aFailureOfALibraryNamesTheCallAndTheWayOut() {
    assertThatThrownBy(() -> Cudnn.check("cudnnConvolutionForward", 5000))
        .isInstanceOf(BackendException.class)
        .hasMessage(
            "cuda: cudnnConvolutionForward failed with CUDNN_STATUS_EXECUTION_FAILED; run engine"
                + " doctor, or leave cuDNN out (-Dvoxcam.cuda.libraries=none)");
  }

  /** A library that does what a stream that records does not allow. */
  private record Unrecordable(Work work) implements Work {
    @Override
    public long scratch() {
      return work.scratch();
    }

    @Override
    public String algorithm() {
      return "";
    }

    @Override
    public void start(Stream stream, long[] inputs, long output, long scratch) {
      Driver.check("cuCtxSynchronize", JCudaDriver.cuCtxSynchronize());
      work.start(stream, inputs, output, scratch);
    }

    @Override
    public void close() {
      work.close();
    }
  }

  @Test
  void whatCannotBeRecordedIsStartedStepByStepAndTold() {
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x", Shape.of(5));
    Graph graph = b.build(List.of(b.add("y", new Unary.Neg(), x)));
    String[] told = {""};
    Device device = Device.take();
    try (Device.Scope _ = device.enter()) {
      CudaPlan plan =
          CudaPlan.of(
              graph, 0, node -> new Unrecordable(new KernelWork(device, CudaKernels.of(node), "")));
      Workspace workspace = new Workspace(device, plan, new long[0], why -> told[0] = why);
      for (int i = 0; i < 2; i++) {
        workspace.transfers().upload(new float[] {1, 2, 3, 4, 5}, 0, 5, workspace.address(0));
        workspace.start(plan);
        float[] result = new float[5];
        workspace.transfers().download(workspace.address(1), result, 0, 5);
        workspace.stream().await();
        assertThat(Arrays.equals(result, new float[] {-1, -2, -3, -4, -5})).isTrue();
      }
      workspace.close();
    } finally {
      device.giveBack();
    }
    assertThat(told[0]).isEqualTo("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED");
  }
}
