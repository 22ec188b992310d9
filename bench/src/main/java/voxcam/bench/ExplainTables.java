package voxcam.bench;

import java.util.ArrayList;
import java.util.List;

/** Tables of whole networks: explanations, forward passes, stages. */
final class ExplainTables {
  private final Results results;

  ExplainTables(Results results) {
    this.results = results;
  }

  /** A comparison with PyTorch: {@code best}, {@code fwd} or {@code monai}. */
  String against(String form) {
    List<List<String>> rows = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    for (Json row : results.cases()) {
      Json measured = row.at("forms", form);
      if (measured.isMissing()) {
        continue;
      }
      Json ratio = measured.at("ratio");
      double engine = measured.at("engine_peak_bytes").number();
      double torch = measured.at("torch_peak_bytes").number();
      ratios.add(ratio.at("median").number());
      memory.add(engine / torch);
      rows.add(
          List.of(
              row.at("name").text() + ", " + sizes(row.at("input")),
              Text.number(measured.at("engine_ms", "median").number()),
              Text.number(measured.at("torch_ms", "median").number()),
              "**" + Text.ratio(ratio.at("median").number()) + "**",
              Text.ratio(ratio.at("min").number()) + " – " + Text.ratio(ratio.at("max").number()),
              Text.mebibytes(engine),
              Text.mebibytes(torch),
              Text.ratio(engine / torch)));
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    String mean = "**" + Text.ratio(Text.geometricMean(ratios)) + "**";
    String share = Text.ratio(Text.geometricMean(memory));
    rows.add(List.of("geometric mean", "", "", mean, "", "", "", share));
    String peer = form.equals("monai") ? "MONAI" : "PyTorch";
    return Text.table(
        List.of(
            "network, input",
            "engine ms",
            peer + " ms",
            "times as fast",
            "all pairs",
            "engine MiB",
            peer + " MiB",
            "share"),
        rows);
  }

  private static String sizes(Json input) {
    List<String> sizes = input.items().stream().map(Json::text).toList();
    return String.join("x", sizes.get(0).equals("1") ? sizes.subList(1, sizes.size()) : sizes);
  }

  /** Whole processes. */
  String cold() {
    List<List<String>> rows = new ArrayList<>();
    for (Json row : results.cold()) {
      Json ratio = row.at("ratio");
      rows.add(
          List.of(
              row.at("name").text(),
              Text.number(row.at("engine_ms", "median").number()),
              Text.number(row.at("torch_ms", "median").number()),
              "**" + Text.ratio(ratio(row)) + "**",
              Text.ratio(ratio.at("min").number()) + " – " + Text.ratio(ratio.at("max").number())));
    }
    return rows.isEmpty()
        ? Tables.NOTHING
        : Text.table(
            List.of("whole process", "engine ms", "Python script ms", "times as fast", "all pairs"),
            rows);
  }

  static double ratio(Json row) {
    return row.at("ratio", "median").number();
  }

  /** What an explanation is made of. */
  String stages() {
    List<List<String>> rows = new ArrayList<>();
    for (Net net : Net.values()) {
      List<String> row = new ArrayList<>(List.of(net.weights()));
      for (String stage : List.of("open", "compile", "forward", "run", "display", "explain")) {
        row.add(Text.number(results.ms("ExplainBench." + stage, "net", net.name())));
      }
      row.add(Text.number(results.ms("FirstBench.first", "net", net.name())));
      if (row.stream().skip(1).anyMatch(cell -> !cell.equals("–"))) {
        rows.add(row);
      }
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    return Text.table(
        List.of(
            "network, milliseconds",
            "open",
            "compile",
            "forward alone",
            "run",
            "display",
            "explain, warm",
            "first in a fresh JVM"),
        rows);
  }

  /** Forward passes of the engine and ONNX Runtime. */
  String onnxRuntime() {
    List<List<String>> rows = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (Net net : Net.values()) {
      double engine = results.ms("PeerBench.engine", "net", net.name());
      double runtime = results.ms("PeerBench.onnxRuntime", "net", net.name());
      if (Double.isFinite(engine) && Double.isFinite(runtime)) {
        ratios.add(runtime / engine);
        String ratio = "**" + Text.ratio(runtime / engine) + "**";
        rows.add(List.of(net.weights(), Text.number(engine), Text.number(runtime), ratio));
      }
    }
    if (rows.isEmpty()) {
      return Tables.NOTHING;
    }
    String mean = "**" + Text.ratio(Text.geometricMean(ratios)) + "**";
    rows.add(List.of("geometric mean", "", "", mean));
    return Text.table(
        List.of("network, forward", "engine ms", "ONNX Runtime ms", "times as fast"), rows);
  }
}
