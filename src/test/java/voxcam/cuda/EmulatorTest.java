package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels with one fault each, of native/test-kernels: the emulator finds what a device hides. */
@Tag("emulator")
final class EmulatorTest {
  private static final int INVALID_VALUE = 1;
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int LAUNCH_FAILED = 719;
  private static final int COUNT = 1000;
  private static final int BLOCKS = 4;
  private static final int THREADS = 256;

  private EmulatedDevice device;
  private long x;
  private long y;

  @BeforeEach
  void begin() {
    device = new EmulatedDevice();
    x = device.allocate(4L * COUNT);
    y = device.allocate(4L * COUNT);
    float[] numbers = new float[COUNT];
    for (int i = 0; i < COUNT; i++) {
      numbers[i] = i;
    }
    device.write(x, numbers);
  }

  @AfterEach
  void end() {
    if (device != null) {
      device.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCorrectKernelIsRightInAnyOrder(long seed) {
    Emulator.seed(seed);

    assertThat(device.run("emuTestNeighbour", 3, THREADS, device.pointer(y))).isZero();
    float[] sums = device.read(y, 3 * THREADS);
    for (int i = 0; i < sums.length; i++) {
      assertThat(sums[i]).isEqualTo(i % THREADS + (i + 1) % THREADS);
    }
    assertThat(
            device.run(
                "emuTestSum",
                BLOCKS,
                THREADS,
                device.pointer(x),
                device.pointer(y),
                device.size(COUNT, 0)))
        .isZero();
    float[] parts = device.read(y, BLOCKS);
    assertThat(parts[0]).isEqualTo(255 * 128);
    assertThat(parts[0] + parts[1] + parts[2] + parts[3]).isEqualTo(999 * 500);
    assertThat(Emulator.report()).isEmpty();
  }

  @Test
  void theOrderOfThreadsShowsAMissingBarrier() {
    device.run("emuTestNoBarrier", 3, THREADS, device.pointer(y));

    float[] sums = device.read(y, 3 * THREADS);
    int wrong = 0;
    for (int i = 0; i < sums.length; i++) {
      wrong += sums[i] == i % THREADS + (i + 1) % THREADS ? 0 : 1;
    }
    assertThat(wrong).isGreaterThan(THREADS);
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    Emulator.seed(7);
    device.run("emuTestNoBarrier", 3, THREADS, device.pointer(y));
    float[] first = device.read(y, 3 * THREADS);
    device.run("emuTestNoBarrier", 3, THREADS, device.pointer(y));
    assertThat(device.read(y, 3 * THREADS)).isEqualTo(first);

    Emulator.seed(8);
    device.run("emuTestNoBarrier", 3, THREADS, device.pointer(y));
    assertThat(device.read(y, 3 * THREADS)).isNotEqualTo(first);
  }

  @Test
  void memoryBeginsAsNaNAndSoDoesSharedMemoryOfEveryBlock() {
    assertThat(device.read(y, COUNT)).containsOnly(Float.NaN);

    device.run("emuTestUninitialised", 3, THREADS, device.pointer(y));

    float[] values = device.read(y, 3 * THREADS);
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
    int code =
        device.run(
            kernel,
            BLOCKS,
            THREADS,
            device.pointer(x),
            device.pointer(y),
            device.size(COUNT, offset));

    assertThat(code).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.driver("cuCtxSynchronize")).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report()).startsWith("kernel " + kernel).contains(access, where);
    assertThat(Emulator.report()).isEmpty();
    assertThat(Emulator.driver("cuCtxSynchronize")).isZero();
  }

  @Test
  void freedMemoryIsNotTouched() {
    device.enqueue(
        EmulatedDevice.DEFAULT_STREAM,
        "emuTestDouble",
        new int[] {BLOCKS, 1, 1},
        THREADS,
        device.pointer(x),
        device.pointer(y),
        device.size(COUNT, 0));
    assertThat(Emulator.driver("cuMemFree_v2", y)).isZero();

    assertThat(Emulator.driver("cuCtxSynchronize")).isEqualTo(ILLEGAL_ADDRESS);
    assertThat(Emulator.report())
        .startsWith("kernel emuTestDouble: parameter 1 is 0x")
        .endsWith(", 0 bytes inside an allocation of 4000 bytes that was freed");
    assertThat(Emulator.driver("cuMemFree_v2", y)).isEqualTo(INVALID_VALUE);
    assertThat(Emulator.driver("cuMemFree_v2", x + 256)).isEqualTo(INVALID_VALUE);
  }

  @Test
  void memoryOfTheHostIsNoArgument() {
    MemorySegment host = device.host(new float[COUNT]);

    int code =
        device.run(
            "emuTestDouble",
            1,
            64,
            device.pointer(x),
            device.pointer(host.address()),
            device.size(COUNT, 0));

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
    assertThat(device.run(kernel, 1, THREADS, device.pointer(y))).isEqualTo(LAUNCH_FAILED);
    assertThat(Emulator.report()).contains("kernel " + kernel, "block (0,0,0)", text);
  }

  @Test
  void aDivisionByZeroAndAMisalignedAddressAreFaults() {
    assertThat(device.run("emuTestDivide", 1, 64, device.pointer(y), device.size(0, 0)))
        .isEqualTo(LAUNCH_FAILED);
    assertThat(Emulator.report()).endsWith("integer division by zero");

    assertThat(
            device.run(
                "emuTestWide", 1, 64, device.pointer(x), device.pointer(y), device.size(0, 1)))
        .isEqualTo(716);
    assertThat(Emulator.report()).contains("misaligned");
    assertThat(
            device.run(
                "emuTestWide", 1, 64, device.pointer(x), device.pointer(y), device.size(0, 4)))
        .isZero();
    assertThat(device.read(y, 4)).containsExactly(4, 5, 6, 7);
  }

  @ParameterizedTest
  @CsvSource({"0,1,1,64", "1,65536,1,64", "1,1,65536,64", "1,1,1,0", "1,1,1,1025"})
  void badGridsAreRefused(int x, int y, int z, int threads) {
    MemorySegment stream = EmulatedDevice.DEFAULT_STREAM;
    int[] grid = {x, y, z};

    assertThat(device.enqueue(stream, "emuTestNeighbour", grid, threads, device.pointer(this.y)))
        .isEqualTo(INVALID_VALUE);
  }

  @Test
  void moreThreadsThanTheKernelStatesAreRefused() {
    assertThat(
            device.run(
                "emuTestSum", 1, 288, device.pointer(x), device.pointer(y), device.size(COUNT, 0)))
        .isEqualTo(INVALID_VALUE);
  }
}
