package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static voxcam.cuda.CamReduction.Layout.CHANNELS_FIRST;
import static voxcam.cuda.CamReduction.Layout.CHANNELS_LAST;
import static voxcam.cuda.CamReduction.Method.GRADCAM;
import static voxcam.cuda.CamReduction.Method.HIRESCAM;
import static voxcam.cuda.CamReduction.Precision.FP16;
import static voxcam.cuda.CamReduction.Precision.FP32;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.BackendException;
import voxcam.cuda.CamReduction.Layout;
import voxcam.cuda.CamReduction.Method;
import voxcam.cuda.CamReduction.Precision;
import voxcam.cuda.Emulator.Kind;
import voxcam.op.InputException;

/** Maps on memory, a stream and a context that this test made with JCuda alone. */
@Tag("emulator")
final class CamReductionTest {
  private final CUcontext context = new CUcontext();
  private final CUstream stream = new CUstream();

  @BeforeEach
  void begin() {
    Emulator.load();
    Emulator.reset();
    JCudaDriver.cuInit(0);
    CUdevice device = new CUdevice();
    JCudaDriver.cuDeviceGet(device, 0);
    assertThat(JCudaDriver.cuDevicePrimaryCtxRetain(context, device)).isZero();
    assertThat(JCudaDriver.cuCtxSetCurrent(context)).isZero();
    int flags = CUstream_flags.CU_STREAM_NON_BLOCKING;
    assertThat(JCudaDriver.cuStreamCreate(stream, flags)).isZero();
  }

  @AfterEach
  void end() {
    Emulator.reset();
  }

  private static CUdeviceptr device(byte[] bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(JCudaDriver.cuMemAlloc(pointer, bytes.length)).isZero();
    assertThat(JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(bytes), bytes.length)).isZero();
    return pointer;
  }

  private float[] read(CUdeviceptr pointer, int count) {
    assertThat(JCudaDriver.cuStreamSynchronize(stream)).isZero();
    float[] values = new float[count];
    assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), pointer, count * 4L)).isZero();
    assertThat(Emulator.report()).isEmpty();
    return values;
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Method.values())
        .flatMap(method ->
            Stream.of(Precision.values())
                .flatMap(precision ->
                    Stream.of(Layout.values())
                        .map(layout -> Arguments.of(method, precision, layout))));
  }

  /** Both a size for one launch and one for two, twice each. */
  @ParameterizedTest
  @MethodSource("kinds")
  void mapsOnMemoryOfSomeoneElse(Method method, Precision precision, Layout layout) {
    for (long positions : new long[] {27, 300}) {
      CamShape shape = new CamShape(2, 100, positions, precision, layout);
      CamHarness.Given given = CamHarness.given(shape, method, positions);
      CUdeviceptr activation = device(given.activation());
      CUdeviceptr gradient = device(given.gradient());
      int count = given.map().length;
      long before = Emulator.live(Kind.ALLOCATIONS);
      try (CamReduction reduction =
          new CamReduction(method, 2, 100, positions, precision, layout)) {
        for (int run = 0; run < 2; run++) {
          CUdeviceptr map = device(new byte[count * 4]);
          reduction.start(activation, gradient, map, stream);
          assertThat(CamHarness.difference(read(map, count), given)).isEmpty();
          JCudaDriver.cuMemFree(map);
        }
      }
      assertThat(Emulator.live(Kind.ALLOCATIONS)).isEqualTo(before);
      assertThat(Emulator.live(Kind.MODULES)).isZero();
    }
  }

  /** The example of README, word for word. */
  private static void example(
      CUdeviceptr activation, CUdeviceptr gradient, CUdeviceptr map, CUstream stream) {
    // README
    // A and g: FP16, [N,C,D,H,W] = [1,512,3,3,3], on the GPU; map: room for 27 floats.
    try (CamReduction hirescam =
        new CamReduction(Method.HIRESCAM, 1, 512, 27, Precision.FP16, Layout.CHANNELS_FIRST)) {
      hirescam.start(activation, gradient, map, stream);
      JCudaDriver.cuStreamSynchronize(stream);
    }
    // README
  }

  @Test
  void theExampleOfReadmeRuns() throws IOException {
    CamShape shape = new CamShape(1, 512, 27, FP16, CHANNELS_FIRST);
    CamHarness.Given given = CamHarness.given(shape, HIRESCAM, 7);
    CUdeviceptr map = device(new byte[27 * 4]);
    example(device(given.activation()), device(given.gradient()), map, stream);
    assertThat(CamHarness.difference(read(map, 27), given)).isEmpty();

    List<String> lines =
        Files.readAllLines(Path.of("src/test/java/voxcam/cuda/CamReductionTest.java"));
    int begin = lines.indexOf("    // README");
    int end = lines.lastIndexOf("    // README");
    String code =
        lines.subList(begin + 1, end).stream()
            .map(line -> line.substring(4))
            .collect(Collectors.joining("\n"));
    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + code + "\n```");
  }

  @Test
  void canBeRecorded() {
    CamShape shape = new CamShape(1, 512, 27, FP32, CHANNELS_FIRST);
    CamHarness.Given given = CamHarness.given(shape, GRADCAM, 3);
    CUdeviceptr activation = device(given.activation());
    CUdeviceptr gradient = device(given.gradient());
    CUdeviceptr map = device(new byte[27 * 4]);
    try (CamReduction reduction = new CamReduction(GRADCAM, 1, 512, 27, FP32, CHANNELS_FIRST)) {
      int mode = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL;
      assertThat(JCudaDriver.cuStreamBeginCapture(stream, mode)).isZero();
      reduction.start(activation, gradient, map, stream);
      CUgraph graph = new CUgraph();
      assertThat(JCudaDriver.cuStreamEndCapture(stream, graph)).isZero();
      CUgraphExec replay = new CUgraphExec();
      assertThat(JCudaDriver.cuGraphInstantiate(replay, graph, 0)).isZero();
      for (int i = 0; i < 3; i++) {
        assertThat(JCudaDriver.cuMemsetD32(map, -1, 27)).isZero();
        assertThat(JCudaDriver.cuGraphLaunch(replay, stream)).isZero();
        assertThat(CamHarness.difference(read(map, 27), given)).isEmpty();
      }
      assertThat(JCudaDriver.cuGraphExecDestroy(replay)).isZero();
      assertThat(JCudaDriver.cuGraphDestroy(graph)).isZero();
    }
  }

  @Test
  void takesPartsOfAllocationsAndTheDefaultStream() {
    CamShape shape = new CamShape(1, 4, 8, FP16, CHANNELS_LAST);
    CamHarness.Given given = CamHarness.given(shape, HIRESCAM, 5);
    byte[] both = new byte[48 + 64 + 64];
    System.arraycopy(given.activation(), 0, both, 48, 64);
    System.arraycopy(given.gradient(), 0, both, 112, 64);
    CUdeviceptr memory = device(both);
    CUdeviceptr map = device(new byte[9 * 4]);
    try (CamReduction reduction = new CamReduction(HIRESCAM, 1, 4, 8, FP16, CHANNELS_LAST)) {
      assertThat(reduction.bytes()).isZero();
      reduction.start(
          memory.withByteOffset(48), memory.withByteOffset(112), map.withByteOffset(4), null);
      float[] values = read(map, 9);
      assertThat(values[0]).isZero();
      assertThat(CamHarness.difference(Arrays.copyOfRange(values, 1, 9), given)).isEmpty();
    }
  }

  @Test
  void wrongArgumentsAreRefused() {
    assertRefused(
        () -> new CamReduction(HIRESCAM, 1, 0, 27, FP32, CHANNELS_FIRST),
        "cam reduction: [N,K,P] = [1,0,27], each must be 1 or more");
    assertRefused(
        () -> new CamReduction(HIRESCAM, 1L << 40, 1L << 40, 1L << 40, FP32, CHANNELS_FIRST),
        "cam reduction: [N,K,P] = [1099511627776,1099511627776,1099511627776] has more than 2^37"
            + " elements; give fewer samples at once");
    CUdeviceptr memory = device(new byte[1024]);
    CamReduction reduction = new CamReduction(HIRESCAM, 1, 4, 8, FP32, CHANNELS_FIRST);
    Pointer odd = memory.withByteOffset(4);
    assertRefused(
        () -> reduction.start(null, memory, memory, stream),
        "cam reduction: activation: no device memory; give a CUdeviceptr that was allocated");
    assertRefused(
        () -> reduction.start(memory, Pointer.to(new float[32]), memory, stream),
        "cam reduction: gradient: no device memory; give a CUdeviceptr that was allocated");
    assertRefused(
        () -> reduction.start(memory, new CUdeviceptr(), memory, stream),
        "cam reduction: gradient: no device memory; give a CUdeviceptr that was allocated");
    assertThatThrownBy(() -> reduction.start(odd, memory, memory, stream))
        .isInstanceOf(InputException.class)
        .hasMessageMatching(
            "cam reduction: activation: address 0x[0-9a-f]+4 is no multiple of 16; copy it to"
                + " memory of its own");
    assertThatThrownBy(() -> reduction.start(memory, memory, memory.withByteOffset(2), stream))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("map: address 0x")
        .hasMessageContaining("is no multiple of 4");
    JCudaDriver.cuCtxSetCurrent(new CUcontext());
    assertRefused(
        () -> reduction.start(memory, memory, memory, stream),
        "cam reduction: another CUDA context is current than when this object was made; set that"
            + " one current");
    assertRefused(
        () -> new CamReduction(HIRESCAM, 1, 1, 1, FP32, CHANNELS_FIRST),
        "cam reduction: no CUDA context is current on this thread; make or retain one and set it"
            + " current");
    reduction.close();
    reduction.close();
    assertRefused(
        () -> reduction.start(memory, memory, memory, stream),
        "cam reduction: this object was closed; make a new one");
    assertThat(Emulator.live(Kind.MODULES)).isZero();
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(InputException.class).hasMessage(message);
  }

  @Test
  void aGpuOrADriverThatIsTooOldIsRefused() {
    try {
      Emulator.describe(1, 12_060, 7, 0);
      assertNotMade(
          "cuda: emulated device has compute capability 7.0, the kernels need 7.5 (Turing, of"
              + " 2018) or later");
      Emulator.describe(1, 11_030, 8, 0);
      assertNotMade(
          "cuda: the NVIDIA driver is too old, it supports CUDA 11.3, needed is 11.4; install"
              + " driver 470 or later");
    } finally {
      Emulator.describe(1, 12_060, 8, 0);
    }
  }

  @Test
  void exceptionsOfJCudaAreToldAsWhatTheyAre() {
    long before = Emulator.live(Kind.ALLOCATIONS);
    JCudaDriver.setExceptionsEnabled(true);
    try {
      Emulator.memory(1 << 10);
      assertNotMade(
          "cuda: JCuda threw CUDA_ERROR_OUT_OF_MEMORY where its code is wanted; leave"
              + " setExceptionsEnabled(true) out");
    } finally {
      JCudaDriver.setExceptionsEnabled(false);
      Emulator.memory(4L << 30);
    }
    assertThat(Emulator.live(Kind.ALLOCATIONS)).isEqualTo(before);
    assertThat(Emulator.live(Kind.MODULES)).isZero();
  }

  private static void assertNotMade(String message) {
    assertThatThrownBy(() -> new CamReduction(GRADCAM, 1, 70, 300, FP32, CHANNELS_FIRST))
        .isInstanceOf(BackendException.class)
        .hasMessage(message);
  }

  /** Whichever call of the driver fails, it is told, and nothing is left behind. */
  @Test
  void failuresLeaveNothingBehind() {
    long before = Emulator.live(Kind.ALLOCATIONS);
    int failures = 0;
    for (int n = 1; n < 40; n++) {
      Emulator.failAt(n);
      boolean failed = false;
      try (CamReduction reduction = new CamReduction(GRADCAM, 1, 70, 300, FP32, CHANNELS_FIRST)) {
        assertThat(reduction.bytes()).isPositive();
      } catch (BackendException e) {
        failed = true;
        assertThat(e).hasMessageStartingWith("cuda: cu");
      }
      Emulator.failAt(-1);
      Emulator.report();
      JCudaDriver.cuCtxSetCurrent(context);
      failures += failed ? 1 : 0;
      assertThat(Emulator.live(Kind.ALLOCATIONS)).as("call %d", n).isEqualTo(before);
      assertThat(Emulator.live(Kind.MODULES)).as("call %d", n).isZero();
    }
    assertThat(failures).isBetween(8, 38);
  }
}
