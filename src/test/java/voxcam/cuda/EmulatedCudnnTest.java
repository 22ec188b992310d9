package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The emulated cuDNN computes right, waits in streams, and refuses what does not fit. */
@Tag("emulator")
final class EmulatedCudnnTest {
  private static final int BAD_PARAM = 2000;
  private static final int NOT_SUPPORTED = 3000;
  private static final int EXECUTION_FAILED = 5000;
  private static final int FLOAT = 0;
  private static final int HALF = 2;

  /** N 2, C 4 in two groups, K 6, a window of 2 x 3 x 3 with strides and dilation. */
  private static final int[] X = {2, 4, 5, 6, 7};

  private static final int[] W = {6, 2, 2, 3, 3};
  private static final int[] Y = {2, 6, 4, 3, 5};
  private static final int[] PADDING = {0, 1, 1};
  private static final int[] STRIDE = {1, 2, 1};
  private static final int[] DILATION = {1, 1, 2};
  private static final int GROUPS = 2;

  private final Arena arena = Arena.ofConfined();
  private EmulatedDevice device;
  private MemorySegment handle;
  private MemorySegment convolution;

  @BeforeEach
  void begin() {
    Emulator.loadCudnn();
    device = new EmulatedDevice();
    handle = create("cudnnCreate");
    convolution = create("cudnnCreateConvolutionDescriptor");
    assertThat(setConvolution(3, PADDING, STRIDE, DILATION)).isZero();
    assertThat(Emulator.driver("cudnnSetConvolutionGroupCount", convolution, GROUPS)).isZero();
    assertThat(Emulator.driver("cudnnSetConvolutionMathType", convolution, 3)).isZero();
  }

  @AfterEach
  void end() {
    if (device != null) {
      device.close();
    }
    arena.close();
  }

  @Test
  void forwardIsASumOverTheWindow() {
    float[] x = random(X, 1);
    float[] w = random(W, 2);

    float[] y = forward(x, w, FLOAT, 0);

    double sum = 0;
    // Output (1, 4, 2, 1, 3): group 1, so channels 2 and 3.
    for (int c = 0; c < 2; c++) {
      for (int t = 0; t < 2; t++) {
        for (int r = 0; r < 3; r++) {
          for (int s = 0; s < 3; s++) {
            int h = 2 - 1 + r;
            int column = 3 - 1 + 2 * s;
            if (column < 7) {
              sum += x[at(X, 1, 2 + c, 2 + t, h, column)] * w[at(W, 4, c, t, r, s)];
            }
          }
        }
      }
    }
    assertThat(y[at(Y, 1, 4, 2, 1, 3)]).isCloseTo((float) sum, within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "2,0", "2,1"})
  void theGradientsAreAdjoint(int type, int format) {
    float[] x = random(X, 3);
    float[] w = random(W, 4);
    float[] dy = random(Y, 5);
    double forward = dot(forward(x, w, type, format), dy);
    double tolerance = type == HALF ? 0.05 : 1e-4;

    assertThat(dot(backward("Data", x, w, dy, type, format), x))
        .isCloseTo(forward, within(tolerance));
    assertThat(dot(backward("Filter", x, w, dy, type, format), w))
        .isCloseTo(forward, within(tolerance));
  }

  @Test
  void theWorkWaitsInItsStreamAndCanBeCaptured() {
    MemorySegment stream = device.stream();
    assertThat(Emulator.driver("cudnnSetStream", handle, stream)).isZero();
    long x = upload(random(X, 1));
    long w = upload(random(W, 2));
    long y = device.allocate(4L * volume(Y));
    EmulatedDevice.check("cuStreamBeginCapture_v2", stream, 1);
    assertThat(start(x, w, y, 0, 0, 0)).isZero();
    MemorySegment graph = arena.allocate(ADDRESS);
    EmulatedDevice.check("cuStreamEndCapture", stream, graph);
    MemorySegment made = arena.allocate(JAVA_LONG);
    EmulatedDevice.check("cuGraphInstantiateWithFlags", made, graph.get(ADDRESS, 0), 0L);
    assertThat(device.read(y, 1)).containsExactly(Float.NaN);

    EmulatedDevice.check("cuGraphLaunch", made.get(ADDRESS, 0), stream);
    EmulatedDevice.check("cuStreamSynchronize", stream);
    float[] captured = device.read(y, volume(Y));
    assertThat(captured).isEqualTo(forward(random(X, 1), random(W, 2), FLOAT, 0));
  }

  @Test
  void theWorkspaceMustBeAsLargeAsAsked() {
    long x = upload(random(X, 1));
    long w = upload(random(W, 2));
    long y = device.allocate(4L * volume(Y));
    MemorySegment bytes = arena.allocate(JAVA_LONG);
    MemorySegment[] shapes = shapes(FLOAT, 0);
    Object[] ask = {handle, shapes[0], shapes[1], convolution, shapes[2], 1, bytes};
    assertThat(Emulator.driver("cudnnGetConvolutionForwardWorkspaceSize", ask)).isZero();
    long needed = bytes.get(JAVA_LONG, 0);
    assertThat(needed).isPositive();
    long scratch = device.allocate(needed);

    assertThat(start(x, w, y, 1, scratch, needed - 1)).isEqualTo(BAD_PARAM);
    assertThat(start(x, w, y, 1, scratch, needed)).isZero();
    assertThat(start(x, w, y, 6, scratch, needed)).isEqualTo(NOT_SUPPORTED);
    assertThat(start(x + 4, w, y, 0, 0, 0)).as("behind the end").isEqualTo(BAD_PARAM);
    EmulatedDevice.check("cuCtxSynchronize");
  }

  @Test
  void memoryThatIsFreedTooSoonIsAFault() {
    long x = upload(random(X, 1));
    assertThat(start(x, upload(random(W, 2)), device.allocate(4L * volume(Y)), 0, 0, 0)).isZero();
    EmulatedDevice.check("cuMemFree_v2", x);

    assertThat(Emulator.driver("cuCtxSynchronize")).isEqualTo(700);
    assertThat(Emulator.report())
        .startsWith("cudnnConvolutionForward: read at 0x")
        .contains("that was freed");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    MemorySegment tensor = create("cudnnCreateTensorDescriptor");
    assertThat(setTensor(tensor, FLOAT, 0, 4, 4, 4)).as("three axes").isEqualTo(BAD_PARAM);
    assertThat(setTensor(tensor, FLOAT, 0, 1, 2, 0, 4)).isEqualTo(BAD_PARAM);
    assertThat(setTensor(tensor, 7, 0, 1, 2, 3, 4)).isEqualTo(BAD_PARAM);
    assertThat(setTensor(tensor, FLOAT, 2, 1, 2, 3, 4)).isEqualTo(NOT_SUPPORTED);
    assertThat(setConvolution(3, new int[] {0, -1, 0}, STRIDE, DILATION)).isEqualTo(BAD_PARAM);
    assertThat(setConvolution(3, PADDING, new int[] {1, 0, 1}, DILATION)).isEqualTo(BAD_PARAM);
    assertThat(setConvolution(7, new int[7], new int[7], new int[7])).isEqualTo(NOT_SUPPORTED);
    assertThat(Emulator.driver("cudnnSetConvolutionGroupCount", convolution, 0))
        .isEqualTo(BAD_PARAM);

    long x = upload(random(X, 1));
    long w = upload(random(W, 2));
    long y = device.allocate(4L * volume(Y));
    assertThat(Emulator.driver("cudnnSetConvolutionGroupCount", convolution, 1)).isZero();
    assertThat(start(x, w, y, 0, 0, 0)).as("channels").isEqualTo(BAD_PARAM);
    assertThat(Emulator.driver("cudnnSetConvolutionGroupCount", convolution, GROUPS)).isZero();
    assertThat(setConvolution(3, new int[] {1, 1, 1}, STRIDE, DILATION)).isZero();
    assertThat(start(x, w, y, 0, 0, 0)).as("size of the output").isEqualTo(BAD_PARAM);
  }

  @Test
  void objectsAreCountedAndDieOnce() {
    long before = Emulator.live(Emulator.Kind.LIBRARY_OBJECTS);
    MemorySegment tensor = create("cudnnCreateTensorDescriptor");
    assertThat(Emulator.live(Emulator.Kind.LIBRARY_OBJECTS)).isEqualTo(before + 1);
    assertThat(Emulator.driver("cudnnDestroyTensorDescriptor", tensor)).isZero();
    assertThat(Emulator.driver("cudnnDestroyTensorDescriptor", tensor)).isEqualTo(BAD_PARAM);
    assertThat(setTensor(tensor, FLOAT, 0, 1, 2, 3, 4)).isEqualTo(BAD_PARAM);
    assertThat(Emulator.live(Emulator.Kind.LIBRARY_OBJECTS)).isEqualTo(before);
  }

  @Test
  void aFailedCallOfTheDriverIsAFailedCallOfCudnn() {
    long x = upload(random(X, 1));
    long w = upload(random(W, 2));
    long y = device.allocate(4L * volume(Y));
    MemorySegment[] shapes = shapes(FLOAT, 0);
    Emulator.failAt(1);
    assertThat(start(shapes, x, w, y, 0, 0, 0)).isEqualTo(EXECUTION_FAILED);
    assertThat(start(shapes, x, w, y, 0, 0, 0)).isZero();
    EmulatedDevice.check("cuCtxSynchronize");
  }

  private float[] forward(float[] x, float[] w, int type, int format) {
    long xs = place(x, X, type, format);
    long ws = place(w, W, type, format);
    long ys = device.allocate((type == HALF ? 2L : 4L) * volume(Y));
    MemorySegment[] shapes = shapes(type, format);
    Object[] call = {
      handle,
      one(),
      shapes[0],
      pointer(xs),
      shapes[1],
      pointer(ws),
      convolution,
      0,
      pointer(0),
      0L,
      zero(),
      shapes[2],
      pointer(ys)
    };
    assertThat(Emulator.driver("cudnnConvolutionForward", call)).isZero();
    return take(ys, Y, type, format);
  }

  private float[] backward(String what, float[] x, float[] w, float[] dy, int type, int format) {
    boolean data = what.equals("Data");
    int[] sizes = data ? X : W;
    long given = data ? place(w, W, type, format) : place(x, X, type, format);
    long dys = place(dy, Y, type, format);
    long result = device.allocate((type == HALF ? 2L : 4L) * volume(sizes));
    MemorySegment[] shapes = shapes(type, format);
    Object[] call = {
      handle,
      one(),
      shapes[data ? 1 : 0],
      pointer(given),
      shapes[2],
      pointer(dys),
      convolution,
      0,
      pointer(0),
      0L,
      zero(),
      shapes[data ? 0 : 1],
      pointer(result)
    };
    assertThat(Emulator.driver("cudnnConvolutionBackward" + what, call)).isZero();
    return take(result, sizes, type, format);
  }

  private int start(long x, long w, long y, int algorithm, long scratch, long bytes) {
    return start(shapes(FLOAT, 0), x, w, y, algorithm, scratch, bytes);
  }

  private int start(
      MemorySegment[] shapes, long x, long w, long y, int algorithm, long scratch, long bytes) {
    Object[] call = {
      handle,
      one(),
      shapes[0],
      pointer(x),
      shapes[1],
      pointer(w),
      convolution,
      algorithm,
      pointer(scratch),
      bytes,
      zero(),
      shapes[2],
      pointer(y)
    };
    return Emulator.driver("cudnnConvolutionForward", call);
  }

  private MemorySegment[] shapes(int type, int format) {
    MemorySegment x = create("cudnnCreateTensorDescriptor");
    MemorySegment w = create("cudnnCreateFilterDescriptor");
    MemorySegment y = create("cudnnCreateTensorDescriptor");
    assertThat(setTensor(x, type, format, X)).isZero();
    assertThat(setTensor(y, type, format, Y)).isZero();
    MemorySegment sizes = arena.allocateFrom(JAVA_INT, W);
    assertThat(Emulator.driver("cudnnSetFilterNdDescriptor", w, type, format, 5, sizes)).isZero();
    return new MemorySegment[] {x, w, y};
  }

  private int setTensor(MemorySegment tensor, int type, int format, int... sizes) {
    MemorySegment all = arena.allocateFrom(JAVA_INT, sizes);
    return Emulator.driver("cudnnSetTensorNdDescriptorEx", tensor, format, type, sizes.length, all);
  }

  private int setConvolution(int axes, int[] padding, int[] stride, int[] dilation) {
    Object[] call = {
      convolution,
      axes,
      arena.allocateFrom(JAVA_INT, padding),
      arena.allocateFrom(JAVA_INT, stride),
      arena.allocateFrom(JAVA_INT, dilation),
      1,
      FLOAT
    };
    return Emulator.driver("cudnnSetConvolutionNdDescriptor", call);
  }

  private MemorySegment create(String call) {
    MemorySegment made = arena.allocate(ADDRESS);
    assertThat(Emulator.driver(call, made)).isZero();
    return made.get(ADDRESS, 0);
  }

  private long upload(float[] values) {
    long address = device.allocate(4L * values.length);
    device.write(address, values);
    return address;
  }

  /** Values on the device in a type and a format. */
  private long place(float[] values, int[] sizes, int type, int format) {
    float[] ordered = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      ordered[offset(sizes, i, format)] = values[i];
    }
    if (type == FLOAT) {
      return upload(ordered);
    }
    // Two halves in each float's place, so that the device can be written with floats.
    float[] pairs = new float[(ordered.length + 1) / 2];
    for (int i = 0; i < ordered.length; i++) {
      int bits = Float.floatToFloat16(ordered[i]) & 0xFFFF;
      int before = Float.floatToRawIntBits(pairs[i / 2]);
      pairs[i / 2] = Float.intBitsToFloat(before | (bits << (16 * (i % 2))));
    }
    return upload(pairs);
  }

  private float[] take(long address, int[] sizes, int type, int format) {
    EmulatedDevice.check("cuCtxSynchronize");
    int count = volume(sizes);
    float[] raw = device.read(address, type == FLOAT ? count : count / 2);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int place = offset(sizes, i, format);
      values[i] =
          type == FLOAT
              ? raw[place]
              : Float.float16ToFloat(
                  (short) (Float.floatToRawIntBits(raw[place / 2]) >> (16 * (place % 2))));
    }
    return values;
  }

  private static int offset(int[] sizes, int index, int format) {
    int space = sizes[2] * sizes[3] * sizes[4];
    int outer = index / space;
    return format == 0
        ? index
        : (outer / sizes[1] * space + index % space) * sizes[1] + outer % sizes[1];
  }

  private MemorySegment one() {
    return arena.allocateFrom(JAVA_FLOAT, 1);
  }

  private MemorySegment zero() {
    return arena.allocateFrom(JAVA_FLOAT, 0);
  }

  private static MemorySegment pointer(long address) {
    return MemorySegment.ofAddress(address);
  }

  private static int at(int[] sizes, int... index) {
    int place = 0;
    for (int i = 0; i < sizes.length; i++) {
      place = place * sizes[i] + index[i];
    }
    return place;
  }

  private static int volume(int[] sizes) {
    return at(sizes, sizes[0] - 1, sizes[1] - 1, sizes[2] - 1, sizes[3] - 1, sizes[4] - 1) + 1;
  }

  private static float[] random(int[] sizes, long seed) {
    Random random = new Random(seed);
    float[] values = new float[volume(sizes)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
