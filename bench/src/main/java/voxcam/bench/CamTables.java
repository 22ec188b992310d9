package voxcam.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tables of heat maps made of an activation and a gradient. */
final class CamTables {
  /** Below 16 MiB the threads' start is no small part of reading. */
  private static final double LEAST_READ = 16 << 20;

  private final Results results;

  CamTables(Results results) {
    this.results = results;
  }

  /** The engine's, set in relation to reading the same inputs. */
  String own() {
    List<List<String>> rows = new ArrayList<>();
    double bandwidth = results.peaks().read();
    for (CamBench.Case each : CamBench.Case.values()) {
      Json row = results.row("CamBench.run", "shape", each.name());
      double ms = row.at("min").number();
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
              milliseconds(row.at("ms").number()),
              Text.number(rate * 1e-9),
              Text.percent(rate / bandwidth),
              shape.bytes() < LEAST_READ ? "" : ofReading(each)));
    }
    return rows.isEmpty()
        ? Tables.NOTHING
        : Text.table(
            List.of(
                "map",
                "MiB at least",
                "ms, best",
                "median",
                "GB/s at least",
                "of read bandwidth",
                "of reading the same inputs"),
            rows);
  }

  /** The median of all iterations and their range. */
  private String ofReading(CamBench.Case map) {
    Json share = results.row("CamBench.inTurn", "shape", map.name()).at("counters", "ofReading");
    double median = share.at("median").number();
    return Double.isFinite(median)
        ? "**%s** (%s – %s)"
            .formatted(
                Text.percent(median),
                Text.percent(share.at("min").number()),
                Text.percent(share.at("max").number()))
        : "–";
  }

  /** The engine and PyTorch in turn. */
  String peers() {
    List<List<String>> rows = new ArrayList<>();
    Map<String, Double> named = new LinkedHashMap<>();
    Map<String, Double> best = new LinkedHashMap<>();
    List<Double> displays = new ArrayList<>();
    for (Json row : results.cams()) {
      double engine = row.at("engine_ms", "median").number();
      double ratio = ratio(row);
      if (isDisplay(row)) {
        displays.add(ratio);
      } else {
        named.putIfAbsent(map(row), ratio);
        best.merge(map(row), ratio, Math::min);
      }
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
              row.at("bytes").number() < LEAST_READ
                  ? ""
                  : Text.percent(row.at("of_reading", "median").number())));
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    mean(rows, "maps, as the CAM libraries write them", named.values());
    mean(rows, "maps, by PyTorch's fastest form of each", best.values());
    mean(rows, "display maps", displays);
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

  private static void mean(List<List<String>> rows, String what, Collection<Double> ratios) {
    if (!ratios.isEmpty()) {
      String mean = "**" + Text.ratio(Text.geometricMean(List.copyOf(ratios))) + "**";
      rows.add(List.of("geometric mean of " + what, "", "", mean, "", "", ""));
    }
  }

  private static boolean isDisplay(Json row) {
    return !row.at("from").isMissing();
  }

  static double ratio(Json row) {
    return row.at("ratio", "median").number();
  }

  /** What was compared: {@code HiResCAM of 64x64x64x64, (g * A).sum(1)}. */
  static String name(Json row) {
    return "%s, `%s`".formatted(map(row), row.at("torch_code").text());
  }

  private static String map(Json row) {
    String title = row.at("title").text();
    List<Json> sizes = row.at("shape").items();
    String grid = sizes(sizes.subList(1, sizes.size()));
    return isDisplay(row)
        ? "%s of %s on %s".formatted(title, sizes(row.at("from").items()), grid)
        : "%s of %s".formatted(title, grid);
  }

  private static String sizes(List<Json> sizes) {
    return String.join("x", sizes.stream().map(Json::text).toList());
  }

  /** Small maps take microseconds. */
  private static String milliseconds(double ms) {
    return ms < 0.1 ? String.format(Locale.ROOT, "%.4f", ms) : Text.number(ms);
  }
}
