package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The emulator's blocks come in any order and take turns, so a wrong hand-over shows. */
@Tag("emulator")
final class EmulatorBlocksTest {
  private static final int BLOCKS = 20;
  private static final int SEEDS = 50;

  private EmulatedDevice device;

  @BeforeEach
  void begin() {
    device = new EmulatedDevice();
  }

  @AfterEach
  void end() {
    if (device != null) {
      device.close();
    }
  }

  private int[] order(long seed) {
    Emulator.seed(seed);
    long counter = device.allocate(4);
    device.write(counter, 0);
    long y = device.allocate(4 * BLOCKS);
    int code = device.run("emuTestOrder", BLOCKS, 32, device.pointer(y), device.pointer(counter));
    assertThat(code).isZero();
    float[] numbers = device.read(y, BLOCKS);
    return IntStream.range(0, BLOCKS).map(b -> Float.floatToRawIntBits(numbers[b])).toArray();
  }

  @Test
  void blocksComeInAnOrderThatTheSeedDecides() {
    int[] sorted = IntStream.range(0, BLOCKS).toArray();
    Set<Integer> last = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      int[] order = order(seed);
      assertThat(order(seed)).isEqualTo(order);
      assertThat(Arrays.stream(order).sorted())
          .containsExactly(Arrays.stream(sorted).boxed().toArray(Integer[]::new));
      assertThat(order).isNotEqualTo(sorted);
      last.add(order[BLOCKS - 1]);
    }
    assertThat(last).hasSizeGreaterThan(BLOCKS / 2);
  }

  /** Sums over blocks, with a fault or with none (0), and gives the launch's code. */
  private int handOver(long y, long fault) {
    long counter = device.allocate(4);
    device.write(counter, 0);
    return device.run(
        "emuTestHandOver",
        BLOCKS,
        256,
        device.pointer(y),
        device.pointer(device.allocate(4 * BLOCKS)),
        device.pointer(counter),
        device.size(0, fault));
  }

  /** How many sums over blocks are wrong. */
  private int wrong(long fault) {
    int wrong = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      Emulator.seed(seed);
      long y = device.allocate(4);
      assertThat(handOver(y, fault)).isZero();
      wrong += device.read(y, 1)[0] == BLOCKS ? 0 : 1;
    }
    return wrong;
  }

  @Test
  void theLastBlockAddsWhatAllHaveWritten() {
    assertThat(wrong(0)).isZero();
  }

  /** The true last one may write last, and then nothing but this shows that others wrote, too. */
  @Test
  void blocksThatAllTakeThemselvesForTheLastShowWhileWatched() {
    Emulator.watch(true);
    try {
      assertThat(wrong(0)).isZero();
      assertThat(handOver(device.allocate(4), 2)).isNotZero();
      assertThat(Emulator.report())
          .startsWith("kernel emuTestHandOver, block (")
          .contains("write where block number ")
          .endsWith(", 0 bytes inside an allocation of 4 bytes");
    } finally {
      Emulator.watch(false);
    }
  }

  @Test
  void aBlockThatCountsItselfTooEarlyShows() {
    assertThat(wrong(1)).isGreaterThan(0);
  }
}
