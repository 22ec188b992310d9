package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tables of heat maps made of an activation and a gradient. */
final class CamTables {
  private final Results results;

  CamTables(Results results) {
    this.results = results;
  }

  /** The engine's, set in relation to reading the same inputs. */
  String own() {
    List<List<String>> rows = new ArrayList<>();
    double bandwidth = results.peaks().read();
    for (CamBench.Case each : CamBench.Case.values()) {
      double ms = results.ms("CamBench.run", "shape", each.name());
      if (!Double.isFinite(ms)) {
        continue;
      }
      OpShape shape = each.shape();
      double rate = shape.bytes() / (ms * 1e-3);
      rows.add(
          List.of(
              "%s: %s of %s".formatted(shape.place(), shape.op().name(), shape.sizes()),
              Text.number(shape.bytes() / (double) (1 << 20)),
              milliseconds(ms),
              Text.number(rate * 1e-9),
              Text.percent(rate / bandwidth),
              "**" + Text.percent(results.ms("CamBench.read", "shape", each.name()) / ms) + "**"));
    }
    return rows.isEmpty()
        ? Tables.NOTHING
        : Text.table(
            List.of(
                "map",
                "MiB at least",
                "ms",
                "GB/s at least",
                "of read bandwidth",
                "of reading the same inputs"),
            rows);
  }

  /** The engine and PyTorch in turn. */
  String peers() {
    List<List<String>> rows = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (Json row : results.cams()) {
      double engine = row.at("engine_ms", "median").number();
      double ratio = ratio(row);
      ratios.add(ratio);
      rows.add(
          List.of(
              name(row),
              milliseconds(engine),
              milliseconds(row.at("torch_ms", "median").number()),
              "**" + Text.ratio(ratio) + "**",
              Text.ratio(row.at("ratio", "min").number())
                  + " – "
                  + Text.ratio(row.at("ratio", "max").number()),
              Text.number(row.at("bytes").number() / engine * 1e-6),
              Text.percent(row.at("of_reading", "median").number())));
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    rows.add(
        List.of(
            "geometric mean",
            "",
            "",
            "**" + Text.ratio(Text.geometricMean(ratios)) + "**",
            "",
            "",
            ""));
    return Text.table(
        List.of(
            "map",
            "engine ms",
            "PyTorch ms",
            "times as fast",
            "all pairs",
            "engine GB/s at least",
            "of reading the same inputs"),
        rows);
  }

  static double ratio(Json row) {
    return row.at("ratio", "median").number();
  }

  /** What was compared: {@code HiResCAM of 64x64x64x64, (g * A).sum(1)}. */
  static String name(Json row) {
    List<String> sizes = row.at("shape").items().stream().skip(1).map(Json::text).toList();
    return "%s of %s, `%s`"
        .formatted(row.at("title").text(), String.join("x", sizes), row.at("torch_code").text());
  }

  /** Small maps take microseconds. */
  private static String milliseconds(double ms) {
    return ms < 0.1 ? String.format(Locale.ROOT, "%.4f", ms) : Text.number(ms);
  }
}
