package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.graph.Node;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;

/**
 * Files that someone damaged, or made to do damage, open or are refused in one line: quickly, and
 * with little memory.
 */
final class HostileFilesTest {
  private static final int ROUNDS = Integer.getInteger("voxcam.hostile.rounds", 150);
  private static final long SLOWEST_NANOS = 1_000_000_000L;
  private static final long MOST_BYTES = 64L << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final List<Object> VALUES =
      List.of(
          0,
          -1,
          1,
          2,
          3,
          7,
          1000,
          Integer.MAX_VALUE,
          Integer.MIN_VALUE,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          1L << 32,
          0.5,
          -0.0,
          1e308,
          "",
          "input",
          "\n\u001b[31m",
          "Conv",
          "SAME_UPPER",
          true,
          List.of(),
          List.of(1, 2, 3),
          List.of(-1, 0, Long.MAX_VALUE, 5, 1, 1),
          Map.of(),
          Map.of("a", 1));

  private static final List<String> MODELS =
      List.of("flatten-linear", "vit", "multilabel-resize", "anisotropic-unet");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void changedBytes(long seed) throws IOException {
    Random random = new Random(seed);
    Tally tally = new Tally();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = model(MODELS.get(round % MODELS.size()));
      int header = headerLength(bytes);
      for (int i = random.nextInt(4); i >= 0; i--) {
        // Mostly inside the header, where the meaning is.
        int at = random.nextInt(10) == 0 ? random.nextInt(8) : 8 + random.nextInt(header);
        bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : 32 + random.nextInt(95));
      }
      tally.open("changed bytes, seed " + seed + ", round " + round, bytes);
    }
    assertThat(tally.refused).isGreaterThan(ROUNDS / 4);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void partsTakenOutOrDoubled(long seed) throws IOException {
    Random random = new Random(seed);
    Tally tally = new Tally();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = model(MODELS.get(round % MODELS.size()));
      int header = headerLength(bytes);
      int from = 8 + random.nextInt(header);
      int to = Math.min(8 + header, from + random.nextInt(200));
      boolean twice = random.nextBoolean();
      byte[] changed = new byte[bytes.length + (twice ? to - from : from - to)];
      System.arraycopy(bytes, 0, changed, 0, twice ? to : from);
      int rest = twice ? from : to;
      System.arraycopy(bytes, rest, changed, twice ? to : from, bytes.length - rest);
      if (random.nextInt(4) > 0) {
        setHeaderLength(changed, header + changed.length - bytes.length);
      }
      tally.open("part, seed " + seed + ", round " + round, changed);
    }
    assertThat(tally.refused).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void everyTruncation() throws IOException {
    byte[] bytes = model("flatten-linear");
    Tally tally = new Tally();
    for (int length = 0; length < bytes.length; length += length < 64 ? 1 : 37) {
      tally.open("cut to " + length, Arrays.copyOf(bytes, length));
    }
    assertThat(tally.opened).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void changedGraphs(long seed) throws IOException {
    Random random = new Random(seed);
    Tally tally = new Tally();
    for (int round = 0; round < ROUNDS; round++) {
      Safetensors file = Safetensors.read("m", model(MODELS.get(round % MODELS.size())));
      Json graph = Json.parse("graph", file.metadata().get("voxcam.graph"));
      for (int i = random.nextInt(3); i >= 0; i--) {
        graph = changed(graph, random, 0);
      }
      Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
      metadata.put("voxcam.graph", graph.compact());
      tally.open("graph, seed " + seed + ", round " + round, Bytes.file(file, metadata));
    }
    assertThat(tally.refused).isGreaterThan(ROUNDS / 3);
    assertThat(tally.opened).isPositive();
  }

  /** The value with one of its parts replaced, taken out, or doubled. */
  private static Json changed(Json value, Random random, int depth) {
    boolean here = depth > 1 && random.nextInt(6) == 0;
    return switch (value) {
      case Json.Obj(var members) when !members.isEmpty() && !here -> {
        Map<String, Json> copy = new LinkedHashMap<>(members);
        String name = List.copyOf(members.keySet()).get(random.nextInt(members.size()));
        if (random.nextInt(12) == 0) {
          copy.remove(name);
        } else if (random.nextInt(12) == 0) {
          copy.put(name + random.nextInt(3), any(random));
        } else {
          copy.put(name, changed(members.get(name), random, depth + 1));
        }
        yield new Json.Obj(copy);
      }
      case Json.Arr(var items) when !items.isEmpty() && !here -> {
        List<Json> copy = new ArrayList<>(items);
        int at = random.nextInt(items.size());
        switch (random.nextInt(8)) {
          case 0 -> copy.remove(at);
          case 1 -> copy.add(at, items.get(random.nextInt(items.size())));
          case 2 -> copy.set(at, items.get(random.nextInt(items.size())));
          default -> copy.set(at, changed(items.get(at), random, depth + 1));
        }
        yield new Json.Arr(copy);
      }
      default -> any(random);
    };
  }

  private static Json any(Random random) {
    return Json.of(VALUES.get(random.nextInt(VALUES.size())));
  }

  private static byte[] model(String name) throws IOException {
    return Files.readAllBytes(GoldenFile.path("nets/" + name + ".safetensors"));
  }

  private static int headerLength(byte[] bytes) {
    return (bytes[0] & 0xff) | (bytes[1] & 0xff) << 8 | (bytes[2] & 0xff) << 16;
  }

  private static void setHeaderLength(byte[] bytes, int length) {
    bytes[0] = (byte) length;
    bytes[1] = (byte) (length >> 8);
    bytes[2] = (byte) (length >> 16);
  }

  /** What suits no size of input says so when the sizes are known. */
  private static void specialise(Model model) {
    for (int size : new int[] {8, 12}) {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      for (Node input : model.graph().inputs()) {
        FreeShape free = ((Source.Input) input.op()).shape();
        int[] sizes =
            free.dims().stream()
                .mapToInt(dim -> dim instanceof Dim.Fixed(int fixed) ? fixed : size)
                .toArray();
        shapes.put(input.name(), Shape.of(sizes));
      }
      try {
        model.graph().specialise(shapes).nodes().forEach(node -> node.shape().length());
      } catch (InputException e) {
        assertThat(e.getMessage().chars().noneMatch(Character::isISOControl)).isTrue();
      }
    }
  }

  /** Opens files and counts what came of it. */
  private static final class Tally {
    private int opened;
    private int refused;

    void open(String what, byte[] bytes) {
      long thread = Thread.currentThread().threadId();
      long allocated = THREADS.getThreadAllocatedBytes(thread);
      long start = THREADS.getCurrentThreadCpuTime();
      try {
        Model model = Model.read("hostile", bytes);
        assertThat(model.labels()).isNotEmpty();
        opened++;
        specialise(model);
      } catch (InputException e) {
        refused++;
        assertThat(e.getMessage()).as(what).startsWith("hostile: ").hasSizeLessThan(2000);
        assertThat(e.getMessage().chars().noneMatch(Character::isISOControl)).as(what).isTrue();
      } catch (RuntimeException | Error e) {
        fail(what, e);
      }
      // Processor time: other tests and programs may run beside this one.
      assertThat(THREADS.getCurrentThreadCpuTime() - start)
          .as(what + ", nanoseconds")
          .isLessThan(SLOWEST_NANOS);
      assertThat(THREADS.getThreadAllocatedBytes(thread) - allocated)
          .as(what + ", bytes")
          .isLessThan(MOST_BYTES);
    }
  }
}
