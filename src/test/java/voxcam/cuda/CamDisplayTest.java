package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.backend.BackendException;
import voxcam.cuda.CamDisplay.Format;
import voxcam.cuda.Emulator.Kind;
import voxcam.explain.DisplayDefinition;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * Display maps against their definition, on memory and a stream of this test; each in two orders of
 * threads that must give the same bits, the second with the counters that the first one left.
 */
@Tag("emulator")
final class CamDisplayTest {
  private static final int LARGEST = 20;

  private final CUstream stream = new CUstream();

  @BeforeEach
  void begin() {
    CamHarness.context();
    int flags = CUstream_flags.CU_STREAM_NON_BLOCKING;
    assertThat(JCudaDriver.cuStreamCreate(stream, flags)).isZero();
  }

  @AfterEach
  void end() {
    Emulator.reset();
  }

  /** Every size in every place, with others by chance. */
  @ParameterizedTest
  @EnumSource
  void everySize(Format format) {
    Random random = new Random(format.ordinal());
    for (int round = 0; round < 6; round++) {
      List<List<Integer>> sizes = new ArrayList<>();
      for (int place = 0; place < 6; place++) {
        List<Integer> all = new ArrayList<>(IntStream.rangeClosed(1, LARGEST).boxed().toList());
        Collections.shuffle(all, random);
        sizes.add(all);
      }
      for (int i = 0; i < LARGEST; i++) {
        int[] s = new int[6];
        for (int place = 0; place < 6; place++) {
          s[place] = sizes.get(place).get(i);
        }
        Shape coarse = Shape.of(s[0], s[1], s[2]);
        Shape grid = i % 7 == 0 ? coarse : Shape.of(s[3], s[4], s[5]);
        check(coarse, grid, 1 + random.nextInt(3), format, random);
      }
    }
  }

  /** Several blocks for a range and for a plane, with a table and without. */
  @ParameterizedTest
  @EnumSource
  void largerOnes(Format format) {
    Random random = new Random(17);
    check(Shape.of(3, 5, 7), Shape.of(2, 90, 101), 2, format, random);
    check(Shape.of(2, 70, 70), Shape.of(2, 70, 71), 1, format, random);
    check(Shape.of(2, 70, 70), Shape.of(3, 140, 210), 1, format, random);
    check(Shape.of(1, 3, 9000), Shape.of(1, 4, 3), 2, format, random);
    check(Shape.of(1, 2, 5000), Shape.of(1, 3, 6000), 1, format, random);
    check(Shape.of(1, 1, 2), Shape.of(1, 2, 32_768), 1, format, random);
    check(Shape.of(1, 32_768, 1), Shape.of(1, 7, 1), 1, format, random);
    check(Shape.of(2, 1, 1), Shape.of(300, 1, 1), 1, format, random);
  }

  @ParameterizedTest
  @EnumSource
  void unusualMaps(Format format) {
    Shape shape = Shape.of(3, 4, 5);
    for (Shape grid : List.of(shape, Shape.of(9, 12, 15), Shape.of(7, 5, 3))) {
      Random random = new Random(23);
      List<float[]> maps = new ArrayList<>();
      float[] specials = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 7 * Float.MIN_VALUE, 0, -0f
      };
      for (float special : specials) {
        float[] map = new float[60];
        Arrays.fill(map, -2);
        map[33] = special;
        maps.add(map);
      }
      maps.add(DisplayDefinition.drawn(shape, random));
      maps.getLast()[12] = Float.NaN;
      maps.add(DisplayDefinition.drawn(shape, random));
      for (int i = 0; i < 60; i++) {
        maps.getLast()[i] *= 0x1p-136f;
      }
      check(shape, grid, maps, format);
    }
  }

  private void check(Shape coarse, Shape grid, int batch, Format format, Random random) {
    List<float[]> maps = new ArrayList<>();
    for (int n = 0; n < batch; n++) {
      maps.add(DisplayDefinition.drawn(coarse, random));
    }
    check(coarse, grid, maps, format);
  }

  private void check(Shape coarse, Shape grid, List<float[]> raw, Format format) {
    String what = coarse + " to " + grid + " " + format;
    int batch = raw.size();
    byte[] given = new byte[batch * coarse.length() * 4];
    for (int n = 0; n < batch; n++) {
      buffer(given).asFloatBuffer().put(n * coarse.length(), raw.get(n));
    }
    CUdeviceptr maps = device(given);
    CUdeviceptr ranges = device(new byte[batch * 8]);
    byte[] first = null;
    try (CamDisplay display = new CamDisplay(coarse, grid, batch, format)) {
      for (int seed = 1; seed <= 2; seed++) {
        Emulator.seed(seed);
        CUdeviceptr output = memory(batch * grid.length() * format.bytes());
        display.start(maps, seed == 1 ? ranges : null, output, stream);
        byte[] result = read(output, batch * grid.length() * format.bytes());
        JCudaDriver.cuMemFree(output);
        assertThat(first == null || Arrays.equals(first, result)).as("%s again", what).isTrue();
        first = result;
      }
    }
    ByteBuffer found = buffer(read(ranges, batch * 8));
    JCudaDriver.cuMemFree(maps);
    JCudaDriver.cuMemFree(ranges);
    for (int n = 0; n < batch; n++) {
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (float value : raw.get(n)) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      // Adding 0 makes no difference between the two zeros; compared as bits, NaN is itself.
      assertThat(Float.floatToIntBits(found.getFloat(8 * n) + 0f))
          .as("%s least", what)
          .isEqualTo(Float.floatToIntBits(least + 0f));
      assertThat(Float.floatToIntBits(found.getFloat(8 * n + 4) + 0f))
          .as("%s most", what)
          .isEqualTo(Float.floatToIntBits(most + 0f));
      double[] wanted = DisplayDefinition.of(raw.get(n), coarse, grid);
      for (int i = 0; i < wanted.length; i++) {
        String difference = difference(buffer(first), n * wanted.length + i, wanted[i], format);
        assertThat(difference).as("%s: map %d at %d", what, n, i).isEmpty();
      }
    }
  }

  /** Says how a result is not what it should be; "" if it is. */
  private static String difference(ByteBuffer results, int i, double wanted, Format format) {
    double found =
        switch (format) {
          case FLOAT32 -> results.getFloat(i * 4);
          case FLOAT16 -> Float.float16ToFloat(results.getShort(i * 2));
          case UINT8 -> (results.get(i) & 0xff) / 255.0;
        };
    if (Double.isNaN(wanted)) {
      boolean none = format == Format.UINT8 ? found == 0 : Double.isNaN(found);
      return none ? "" : found + " instead of no number";
    }
    double rounding =
        switch (format) {
          case FLOAT32 -> 0;
          case FLOAT16 -> 0x1p-25 + wanted * 0x1p-11;
          case UINT8 -> 0.5 / 255;
        };
    return Math.abs(found - wanted) <= rounding + 1e-6 ? "" : found + " instead of " + wanted;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  private static CUdeviceptr memory(int bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    assertThat(JCudaDriver.cuMemAlloc(pointer, bytes)).isZero();
    return pointer;
  }

  private static CUdeviceptr device(byte[] bytes) {
    CUdeviceptr pointer = memory(bytes.length);
    assertThat(JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(bytes), bytes.length)).isZero();
    return pointer;
  }

  private byte[] read(CUdeviceptr pointer, int bytes) {
    assertThat(JCudaDriver.cuStreamSynchronize(stream)).isZero();
    byte[] values = new byte[bytes];
    assertThat(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), pointer, bytes)).isZero();
    assertThat(Emulator.report()).isEmpty();
    return values;
  }

  @Test
  void wrongArgumentsAreRefused() {
    Shape small = Shape.of(2, 3, 4);
    assertRefused(
        () -> new CamDisplay(Shape.of(3, 4), small, 1, Format.UINT8),
        "cam display: map [3,4], three axes [D,H,W] are needed");
    assertRefused(
        () -> new CamDisplay(small, Shape.of(1, 2, 32_769), 1, Format.UINT8),
        "cam display: grid [1,2,32769], a size may be at most 32768");
    assertRefused(
        () -> new CamDisplay(small, small, 0, Format.UINT8),
        "cam display: batch 0, must be 1 or more");
    assertRefused(
        () -> new CamDisplay(small, Shape.of(1024, 1024, 1024), 129, Format.UINT8),
        "cam display: grid [1024,1024,1024], 129 have more than 2^37 elements; give fewer at"
            + " once");
    CUdeviceptr memory = device(new byte[1024]);
    CamDisplay display = new CamDisplay(small, small, 1, Format.FLOAT32);
    assertRefused(
        () -> display.start(null, null, memory, stream),
        "cam display: maps: no device memory; give a CUdeviceptr that was allocated");
    assertRefused(
        () -> display.start(memory, Pointer.to(new float[2]), memory, stream),
        "cam display: ranges: no device memory; give a CUdeviceptr that was allocated");
    assertThatThrownBy(() -> display.start(memory, null, memory.withByteOffset(8), stream))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("displays: address 0x")
        .hasMessageContaining("is no multiple of 16");
    JCudaDriver.cuCtxSetCurrent(new CUcontext());
    assertRefused(
        () -> display.start(memory, null, memory, stream),
        "cam display: another CUDA context is current than when this object was made; set that one"
            + " current");
    display.close();
    display.close();
    assertRefused(
        () -> display.start(memory, null, memory, stream),
        "cam display: this object was closed; make a new one");
    assertThat(Emulator.live(Kind.MODULES)).isZero();
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(InputException.class).hasMessage(message);
  }

  /** Whichever call of the driver fails, it is told, and nothing is left behind. */
  @Test
  void failuresLeaveNothingBehind() {
    CUcontext context = new CUcontext();
    JCudaDriver.cuCtxGetCurrent(context);
    long before = Emulator.live(Kind.ALLOCATIONS);
    int failures = 0;
    for (int n = 1; n < 30; n++) {
      Emulator.failAt(n);
      boolean failed = false;
      Shape shape = Shape.of(20, 20, 20);
      try (CamDisplay display = new CamDisplay(shape, shape, 1, Format.FLOAT32)) {
        assertThat(display.bytes()).isPositive();
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
    assertThat(failures).isBetween(6, 28);
  }
}
