package voxcam.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many times as fast two threads are as one, for each large convolution: {@code ThreadScaling
 * FILE}. One and two threads run in turn in one process, so that what else the machine does meets
 * both; each pair gives a ratio.
 */
public final class ThreadScaling {
  /** Smaller layers are not worth a second thread's attention. */
  private static final long LEAST_FLOPS = 500_000_000;

  private static final int PAIRS = 15;
  private static final long WARM_NANOS = 1_000_000_000;

  /** What a measurement takes at least. */
  private static final long LEAST_NANOS = 30_000_000;

  private ThreadScaling() {}

  public static void main(String[] args) throws IOException {
    List<Map<String, Object>> cases = new ArrayList<>();
    for (ConvShape shape : ConvShape.values()) {
      if (shape.shape().flops() >= LEAST_FLOPS) {
        cases.add(measured(shape));
        System.out.println(cases.getLast());
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("tool", "threads");
    all.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    all.put("machine", Run.machine());
    all.put("cases", cases);
    Json.write(Path.of(args[0]), all);
  }

  private static Map<String, Object> measured(ConvShape shape) {
    try (OneOp one = OneOp.checked(shape, 1);
        OneOp two = OneOp.checked(shape, 2)) {
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
      row.put("name", shape.name());
      row.put("one_ms", quantile(singles, 0.5));
      row.put("two_ms", quantile(pairs, 0.5));
      row.put("ratio", quantile(ratios, 0.5));
      row.put("q1", quantile(ratios, 0.25));
      row.put("q3", quantile(ratios, 0.75));
      return row;
    }
  }

  private static void warm(OneOp op) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < WARM_NANOS) {
      op.run();
    }
  }

  private static double milliseconds(OneOp op) {
    long start = System.nanoTime();
    long now = start;
    int runs = 0;
    while (now - start < LEAST_NANOS) {
      op.run();
      runs++;
      now = System.nanoTime();
    }
    return (now - start) * 1e-6 / runs;
  }

  private static double quantile(List<Double> values, double share) {
    return values.stream().sorted().toList().get((int) Math.round(share * (values.size() - 1)));
  }
}
