package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.InputException;

/**
 * ONNX files that someone damaged open or are refused in one line: within five seconds of work, and
 * with allocations of at most four times the file and 64 MB. The property {@code
 * voxcam.hostile.rounds} sets how many for each of four seeds, {@code voxcam.hostile.seeds} how far
 * on from the usual ones these are; where there are more, what was seen is printed.
 */
final class HostileOnnxTest {
  private static final int USUAL_ROUNDS = 250;
  private static final int ROUNDS = Integer.getInteger("voxcam.hostile.rounds", USUAL_ROUNDS);
  private static final long OTHER_SEEDS = Long.getLong("voxcam.hostile.seeds", 0);
  private static final int PRINTED = 10_000;
  private static final long SLOWEST_NANOS = 5_000_000_000L;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final List<String> FILES =
      List.of(
          "mprotonet",
          "mprotonet-dynamo",
          "unet",
          "unet-dynamo",
          "seresnext",
          "resnet18-2d",
          "slices",
          "vit-dynamo");

  private int opened;
  private int refused;
  private long slowest;
  private long largest;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void mutations(long first) throws IOException {
    long seed = first + OTHER_SEEDS;
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = read(FILES.get(random.nextInt(FILES.size())));
      int times = 1 + random.nextInt(6);
      for (int i = 0; i < times; i++) {
        bytes = mutated(random, bytes);
      }
      open("seed " + seed + ", round " + round, bytes);
      int done = round + 1;
      if (ROUNDS != USUAL_ROUNDS && (done % PRINTED == 0 || done == ROUNDS)) {
        System.out.printf(
            "seed %d: %d files, %d opened, %d refused, longest %.3f s, most bytes %d beyond four"
                + " times the file%n",
            seed, done, opened, refused, slowest * 1e-9, largest);
      }
    }
    assertThat(refused).as("refused").isGreaterThan(ROUNDS / 8);
    assertThat(opened).as("opened").isGreaterThan(ROUNDS / 20);
  }

  private static byte[] mutated(Random random, byte[] given) {
    byte[] bytes = given.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] = (byte) random.nextInt(256);
      case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> {
        byte[] values = {0, 1, -1, 127, -128, 8, 16, 18};
        bytes[at] = values[random.nextInt(values.length)];
      }
      case 3 -> {
        return Arrays.copyOf(bytes, Math.max(1, at));
      }
      case 4 -> {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
        byte[] shorter = new byte[Math.max(1, bytes.length - length)];
        System.arraycopy(bytes, 0, shorter, 0, Math.min(at, shorter.length));
        if (at + length < bytes.length) {
          System.arraycopy(bytes, at + length, shorter, at, bytes.length - at - length);
        }
        return shorter;
      }
      default -> {
        // A piece of the file over another one: sound messages at wrong places.
        int length = Math.min(bytes.length - at, 1 + random.nextInt(200));
        int from = random.nextInt(bytes.length - length + 1);
        System.arraycopy(given, from, bytes, at, length);
      }
    }
    return bytes;
  }

  @Test
  void everyTruncation() throws IOException {
    byte[] bytes = read("mprotonet");
    for (int length = 0; length < bytes.length; length += length < 64 ? 1 : 61) {
      open("cut to " + length, Arrays.copyOf(bytes, length));
    }
    // What is cut off behind the graph, as the opsets, may be refused or not.
    assertThat(opened).isLessThan(3);
  }

  private void open(String what, byte[] bytes) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    // Of this thread alone: the machine may be busy with other things.
    long start = THREADS.getCurrentThreadCpuTime();
    try {
      OnnxOpening.read(OnnxFile.read("hostile.onnx", bytes), "");
      opened++;
    } catch (InputException e) {
      refused++;
      assertThat(e.getMessage()).as(what).isNotBlank().doesNotContain("\n", "\r");
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      fail(what + ": " + e, e);
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - start;
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    slowest = Math.max(slowest, nanos);
    largest = Math.max(largest, allocated - 4L * bytes.length);
    assertThat(nanos).as(what + ": nanoseconds").isLessThan(SLOWEST_NANOS);
    assertThat(allocated)
        .as(what + ": bytes allocated")
        .isLessThan(4L * bytes.length + (64L << 20));
  }

  private static byte[] read(String name) throws IOException {
    return Files.readAllBytes(GoldenFile.path("onnx/" + name + ".onnx"));
  }

  @Test
  void everyOperatorIsKnownByName() {
    assertThat(OnnxOperators.names()).contains("Conv", "Resize", "If").doesNotContain("Silu");
  }
}
