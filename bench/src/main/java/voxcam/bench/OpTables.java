package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tables of single operations. */
final class OpTables {
  /** The benchmarks of operations and their shapes. */
  static final Map<String, List<? extends Family>> FAMILIES =
      Map.of(
          "conv", List.of(ConvShape.values()),
          "pool", List.of(PoolBench.Case.values()),
          "norm", List.of(NormBench.Case.values()),
          "linear", List.of(LinearBench.Case.values()),
          "resize", List.of(ResizeBench.Case.values()),
          "elementwise", List.of(ElementwiseBench.Case.values()),
          "cam", List.of(CamBench.Case.values()));

  private final Results results;

  OpTables(Results results) {
    this.results = results;
  }

  /** The benchmark's class name of a family. */
  private static String benchmark(String family) {
    return Character.toUpperCase(family.charAt(0)) + family.substring(1) + "Bench.run";
  }

  /**
   * The seconds of a shape in the best iteration, as peaks are told; NaN where it was not measured.
   */
  double seconds(String family, Family shape) {
    return row(family, shape).at("min").number() * 1e-3;
  }

  private Json row(String family, Family shape) {
    return results.row(benchmark(family), "shape", ((Enum<?>) shape).name());
  }

  String family(String family) {
    List<List<String>> rows = new ArrayList<>();
    Results.Peaks peaks = results.peaks();
    for (Family each : FAMILIES.get(family)) {
      double seconds = seconds(family, each);
      if (!Double.isFinite(seconds)) {
        continue;
      }
      OpShape shape = each.shape();
      rows.add(
          List.of(
              "%s: %s %s".formatted(shape.place(), shape.op().name(), shape.sizes()),
              Text.number(seconds * 1e3),
              Text.number(row(family, each).at("ms").number()),
              Text.number(shape.flops() / seconds * 1e-9),
              Text.percent(shape.flops() / seconds / peaks.flops()),
              Text.number(shape.bytes() / seconds * 1e-9),
              Text.percent(shape.bytes() / seconds / Math.max(peaks.read(), peaks.copy())),
              "**" + Text.percent(peaks.roof(shape) / seconds) + "**"));
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    return Text.table(
        List.of(
            "operation",
            "ms, best",
            "median",
            "GFLOP/s",
            "of peak",
            "GB/s at least",
            "of bandwidth",
            "of what is possible"),
        rows);
  }

  String peaks() {
    Results.Peaks peaks = results.peaks();
    if (!Double.isFinite(peaks.flops())) {
      return Tables.NOTHING;
    }
    return Text.table(
        List.of("all processors at once", "measured"),
        List.of(
            List.of("multiply-adds on registers", Text.number(peaks.flops() * 1e-9) + " GFLOP/s"),
            List.of("reading memory", Text.number(peaks.read() * 1e-9) + " GB/s"),
            List.of(
                "copying memory, read and written", Text.number(peaks.copy() * 1e-9) + " GB/s")));
  }

  /** One thread and two. */
  String threads() {
    List<List<String>> rows = new ArrayList<>();
    for (Json row : results.threads()) {
      rows.add(
          List.of(
              place(row.at("name").text()),
              Text.number(row.at("one_ms").number()),
              Text.number(row.at("two_ms").number()),
              "**" + Text.ratio(row.at("ratio").number()) + "**",
              Text.ratio(row.at("q1").number()) + " – " + Text.ratio(row.at("q3").number())));
    }
    return rows.isEmpty()
        ? Tables.NOTHING
        : Text.table(
            List.of("layer", "ms, 1 thread", "ms, 2 threads", "times as fast", "quartiles"), rows);
  }

  private static String place(String name) {
    if (List.of(ThreadScaling.ARITHMETIC, ThreadScaling.MEMORY).contains(name)) {
      return "*" + name + "*";
    }
    OpShape shape = ConvShape.valueOf(name).shape();
    return shape.place() + ": " + shape.sizes();
  }

  /** One convolution in the engine, DJL and ND4J. */
  String peers() {
    List<List<String>> rows = new ArrayList<>();
    for (ConvShape each : ConvShape.values()) {
      List<String> row = new ArrayList<>();
      row.add(each.shape().place() + ": " + each.shape().sizes());
      double engine = results.ms("ConvPeerBench.engineForward", "shape", each.name());
      if (!Double.isFinite(engine)) {
        continue;
      }
      row.add(Text.number(engine));
      row.add(compared("djlForward", each, engine));
      row.add(compared("nd4jForward", each, engine));
      double gradients = results.ms("ConvPeerBench.engineGradients", "shape", each.name());
      row.add(Text.number(gradients));
      row.add(compared("djlGradients", each, gradients));
      rows.add(row);
    }
    return rows.isEmpty()
        ? Tables.NOTHING
        : Text.table(
            List.of(
                "one convolution, ms (over the engine's)",
                "engine",
                "DJL, PyTorch",
                "ND4J",
                "engine with gradients",
                "DJL with gradients"),
            rows);
  }

  private String compared(String benchmark, ConvShape shape, double engine) {
    double theirs = results.ms("ConvPeerBench." + benchmark, "shape", shape.name());
    return Double.isFinite(theirs)
        ? Text.number(theirs) + " (" + Text.ratio(theirs / engine) + ")"
        : "–";
  }
}
