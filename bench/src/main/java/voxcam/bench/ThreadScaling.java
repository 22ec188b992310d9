package voxcam.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How many times as fast two threads are as one, for each large convolution: {@code ThreadScaling
 * FILE}. One and two threads run in turn in one process, so that what else the machine does meets
 * both; each pair gives a ratio. Beside them, in the same way, what the machine itself gains from
 * its second processor: in multiply-adds and in reading memory.
 */
public final class ThreadScaling {
  /** Smaller layers are not worth a second thread's attention. */
  private static final long LEAST_FLOPS = 500_000_000;

  private static final int PAIRS = 15;
  private static final long WARM_NANOS = 1_000_000_000;

  /** What a measurement takes at least. */
  private static final long LEAST_NANOS = 30_000_000;

  /** Floats that {@link #MEMORY} reads, 256 MiB: more than fits into any cache. */
  private static final int LENGTH = 1 << 26;

  /** The names of the two rows that are not layers. */
  static final String ARITHMETIC = "multiply-adds on registers";

  static final String MEMORY = "reading memory";

  private ThreadScaling() {}

  public static void main(String[] args) throws IOException {
    List<Map<String, Object>> cases = new ArrayList<>();
    PeakBench chains = new PeakBench();
    cases.add(measured(ARITHMETIC, () -> twice(chains, false), () -> twice(chains, true)));
    float[] memory = new float[LENGTH];
    Arrays.fill(memory, 1);
    try (MemoryRead one = new MemoryRead(1);
        MemoryRead two = new MemoryRead(2)) {
      List<float[]> arrays = List.of(memory);
      cases.add(measured(MEMORY, () -> one.read(arrays), () -> two.read(arrays)));
    }
    for (ConvShape shape : ConvShape.values()) {
      if (shape.shape().flops() >= LEAST_FLOPS) {
        try (OneOp one = OneOp.checked(shape, 1);
            OneOp two = OneOp.checked(shape, 2)) {
          cases.add(measured(shape.name(), one::run, two::run));
        }
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tool", "threads");
    all.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    all.put("machine", Run.machine());
    all.put("cases", cases);
    Json.write(Path.of(args[0]), all);
  }

  /** The same work twice, one after the other or at the same time. */
  private static double twice(PeakBench chains, boolean parallel) {
    IntStream both = IntStream.range(0, 2);
    return (parallel ? both.parallel() : both).mapToDouble(_ -> chains.multiplyAdd()).sum();
  }

  private static Map<String, Object> measured(String name, Runnable one, Runnable two) {
    warm(one);
    warm(two);
    List<Double> singles = new ArrayList<>();
    List<Double> pairs = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      double single = milliseconds(one);
      double pair = milliseconds(two);
      singles.add(single);
      pairs.add(pair);
      ratios.add(single / pair);
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", name);
    row.put("one_ms", quantile(singles, 0.5));
    row.put("two_ms", quantile(pairs, 0.5));
    row.put("ratio", quantile(ratios, 0.5));
    row.put("q1", quantile(ratios, 0.25));
    row.put("q3", quantile(ratios, 0.75));
    System.out.println(row);
    return row;
  }

  private static void warm(Runnable work) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < WARM_NANOS) {
      work.run();
    }
  }

  private static double milliseconds(Runnable work) {
    long start = System.nanoTime();
    long now = start;
    int runs = 0;
    while (now - start < LEAST_NANOS) {
      work.run();
      runs++;
      now = System.nanoTime();
    }
    return (now - start) * 1e-6 / runs;
  }

  private static double quantile(List<Double> values, double share) {
    return values.stream().sorted().toList().get((int) Math.round(share * (values.size() - 1)));
  }
}
