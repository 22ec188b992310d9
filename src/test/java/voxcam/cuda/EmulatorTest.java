package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels with one fault each, of native/test-kernels: the emulator finds what a device hides. */
final class EmulatorTest {
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int LAUNCH_FAILED = 719;
  private static final int COUNT = 1000;
  private static final int BLOCKS = 4;
  private static final int THREADS = 256;

  private final Arena arena = Arena.ofConfined();
  private long x;
  private long y;

  @BeforeEach
  void begin() {
    Emulator.load();
    Emulator.reset();
    Emulator.seed(1);
    EmulatedLaunches.begin(arena);
    x = EmulatedLaunches.allocate(arena, 4L * COUNT);
    y = EmulatedLaunches.allocate(arena, 4L * COUNT);
    float[] numbers = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = i;
    }
    write(x, numbers);
  }

  @AfterEach
  void end() {
    Emulator.reset();
    arena.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCorrectKernelIsRightInAnyOrder(long seed) {
    Emulator.seed(seed);

    assertThat(launch("emuTestNeighbour", 3, THREADS, pointer(y))).isZero();
    float[] sums = read(y, 3 * THREADS);
    for (int i = 0; i < sums.length; i++) {
      assertThat(sums[i]).isEqualTo(i % THREADS + (i + 1) % THREADS);
    }
    assertThat(launch("emuTestSum", BLOCKS, THREADS, pointer(x), pointer(y), size(COUNT, 0)))
        .isZero();
    float[] parts = read(y, BLOCKS);
    assertThat(parts[0]).isEqualTo(255 * 128);
    assertThat(parts[0] + parts[1] + parts[2] + parts[3]).isEqualTo(999 * 500);
    assertThat(Emulator.report()).isEmpty();
  }

  @Test
  void theOrderOfThreadsShowsAMissingBarrier() {
    launch("emuTestNoBarrier", 3, THREADS, pointer(y));

    float[] sums = read(y, 3 * THREADS);
    int wrong = 0;
    for (int i = 0; i < sums.length; i++) {
      wrong += sums[i] == i % THREADS + (i + 1) % THREADS ? 0 : 1;
    }
    assertThat(wrong).isGreaterThan(THREADS);
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    Emulator.seed(7);
    launch("emuTestNoBarrier", 3, THREADS, pointer(y));
    float[] first = read(y, 3 * THREADS);
    launch("emuTestNoBarrier", 3, THREADS, pointer(y));
    assertThat(read(y, 3 * THREADS)).isEqualTo(first);

    Emulator.seed(8);
    launch("emuTestNoBarrier", 3, THREADS, pointer(y));
    assertThat(read(y, 3 * THREADS)).isNotEqualTo(first);
  }

  @Test
  void memoryBeginsAsNaNAndSoDoesSharedMemoryOfEveryBlock() {
    assertThat(read(y, COUNT)).containsOnly(Float.NaN);

    launch("emuTestUninitialised", 3, THREADS, pointer(y));

    float[] values = read(y, 3 * THREADS);
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).isEqualTo(Float.valueOf(i % 2 == 0 ? 1 : Float.NaN));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "emuTestDouble | 1          | : write at | , 0 bytes behind an allocation of 4000 bytes",
        "emuTestDouble | 1000000    | : write at | bytes behind an allocation of 4000 bytes",
        "emuTestDouble | -1         | : write at | , 4 bytes in front of an allocation of 4000",
        "emuTestDouble | -5000      | : write at | bytes in front of an allocation of 4000 bytes",
        "emuTestRead   | 10000      | : read at  | bytes behind an allocation of 4000 bytes",
        "emuTestRead   | 4000000000 | : read at  | bytes behind an allocation of 4000 bytes",
        "emuTestRead   | -100000    | : read at  | bytes in front of an allocation of 4000 bytes",
      })
  void anAccessBesideAnAllocationNamesTheKernel(
      String kernel, long offset, String access, String where) {
    int code = launch(kernel, BLOCKS, THREADS, pointer(x), pointer(y), size(COUNT, offset));

    assertThat(code).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.driver("cuCtxSynchronize")).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report()).startsWith("kernel " + kernel).contains(access, where);
    assertThat(Emulator.report()).isEmpty();
    assertThat(Emulator.driver("cuCtxSynchronize")).isZero();
  }

  @Test
  void freedMemoryIsNotTouched() {
    MemorySegment stream = stream();
    enqueue(stream, "emuTestDouble", BLOCKS, pointer(x), pointer(y), size(COUNT, 0));
    assertThat(Emulator.driver("cuMemFree_v2", y)).isZero();

    assertThat(Emulator.driver("cuStreamSynchronize", stream)).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report())
        .startsWith("kernel emuTestDouble: parameter 1 is 0x")
        .endsWith(", 0 bytes inside an allocation of 4000 bytes that was freed");
    assertThat(Emulator.driver("cuMemFree_v2", y)).isEqualTo(1);
    assertThat(Emulator.driver("cuMemFree_v2", x + 256)).isEqualTo(1);
  }

  @Test
  void memoryOfTheHostIsNoArgument() {
    MemorySegment host = arena.allocate(4L * COUNT);

    int code =
        launch("emuTestDouble", 1, 64, pointer(x), pointer(host.address()), size(COUNT, 0));

    assertThat(code).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report())
        .startsWith("kernel emuTestDouble: parameter 1 is 0x")
        .endsWith(", which is no device memory");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "emuTestEarlyReturn | of 256 threads 40 threads wait in __syncthreads at line",
        "emuTestTwoBarriers | some threads wait in __syncthreads at line",
        "emuTestHalfWarp    | of 256 threads 128 wait in a warp's exchange at line",
      })
  void threadsThatPartWaysAreAFault(String kernel, String text) {
    assertThat(launch(kernel, 1, THREADS, pointer(y))).isEqualTo(LAUNCH_FAILED);
    assertThat(Emulator.report()).contains("kernel " + kernel, "block (0,0,0)", text);
  }

  @Test
  void aDivisionByZeroAndAMisalignedAddressAreFaults() {
    assertThat(launch("emuTestDivide", 1, 64, pointer(y), size(0, 0))).isEqualTo(LAUNCH_FAILED);
    assertThat(Emulator.report()).endsWith("integer division by zero");

    assertThat(launch("emuTestWide", 1, 64, pointer(x), pointer(y), size(0, 1))).isEqualTo(716);
    assertThat(Emulator.report()).contains("misaligned");
    assertThat(launch("emuTestWide", 1, 64, pointer(x), pointer(y), size(0, 4))).isZero();
    assertThat(read(y, 4)).containsExactly(4, 5, 6, 7);
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,64", "1,65536,1,64", "1,1,65536,64", "1,1,1,0", "1,1,1,1025"})
  void badGridsAreRefused(int gx, int gy, int gz, int threads) {
    MemorySegment function = EmulatedLaunches.function(arena, "emuTestNeighbour");
    MemorySegment values = values(pointer(y));
    MemorySegment none = MemorySegment.NULL;

    assertThat(
            Emulator.driver(
                "cuLaunchKernel", function, gx, gy, gz, threads, 1, 1, 0, none, values, none))
        .isEqualTo(1);
  }

  @Test
  void moreThreadsThanTheKernelStatesAreRefused() {
    assertThat(launch("emuTestSum", 1, 288, pointer(x), pointer(y), size(COUNT, 0))).isEqualTo(1);
  }

  private MemorySegment stream() {
    MemorySegment handle = arena.allocate(ADDRESS);
    EmulatedLaunches.check("cuStreamCreate", handle, 1);
    return handle.get(ADDRESS, 0);
  }

  /** Starts a kernel on the default stream and waits for it. */
  private int launch(String kernel, int blocks, int threads, MemorySegment... arguments) {
    MemorySegment function = EmulatedLaunches.function(arena, kernel);
    MemorySegment none = MemorySegment.NULL;
    int code =
        Emulator.driver(
            "cuLaunchKernel",
            function, blocks, 1, 1, threads, 1, 1, 0, none, values(arguments), none);
    return code != 0 ? code : Emulator.driver("cuCtxSynchronize");
  }

  private void enqueue(
      MemorySegment stream, String kernel, int blocks, MemorySegment... arguments) {
    MemorySegment function = EmulatedLaunches.function(arena, kernel);
    MemorySegment none = MemorySegment.NULL;
    EmulatedLaunches.check(
        "cuLaunchKernel",
        function, blocks, 1, 1, THREADS, 1, 1, 0, stream, values(arguments), none);
  }

  private MemorySegment values(MemorySegment... arguments) {
    MemorySegment values = arena.allocate(ADDRESS, arguments.length);
    for (int i = 0; i < arguments.length; i++) {
      values.setAtIndex(ADDRESS, i, arguments[i]);
    }
    return values;
  }

  private MemorySegment pointer(long address) {
    return arena.allocateFrom(JAVA_LONG, address);
  }

  private MemorySegment size(long count, long offset) {
    return arena.allocateFrom(JAVA_LONG, count, offset);
  }

  private void write(long address, float... values) {
    MemorySegment from = arena.allocateFrom(JAVA_FLOAT, values);
    EmulatedLaunches.check("cuMemcpyHtoD_v2", address, from, from.byteSize());
  }

  private float[] read(long address, int count) {
    MemorySegment to = arena.allocate(JAVA_FLOAT, count);
    EmulatedLaunches.check("cuMemcpyDtoH_v2", to, address, to.byteSize());
    return to.toArray(JAVA_FLOAT);
  }
}
