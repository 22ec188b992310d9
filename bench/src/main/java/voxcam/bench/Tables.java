package voxcam.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes the tables of Markdown files between their markers, {@code <!-- table: NAME -->} and
 * {@code <!-- end -->}, and draws the plots: {@code Tables RESULTS PLOTS FILE.md ...}.
 */
public final class Tables {
  static final String NOTHING = "Not measured yet.";

  private static final Pattern MARKED =
      Pattern.compile("(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", Pattern.DOTALL);

  private final Results results;
  private final ExplainTables explain;
  private final OpTables operations;
  private final CamTables maps;

  Tables(Results results) {
    this.results = results;
    explain = new ExplainTables(results);
    operations = new OpTables(results);
    maps = new CamTables(results);
  }

  public static void main(String[] args) throws IOException {
    Results results = Results.read(Path.of(args[0]));
    Path plots = Path.of(args[1]);
    Tables tables = new Tables(results);
    for (String name : List.of(args).subList(2, args.length)) {
      Path file = Path.of(name);
      Files.writeString(file, tables.fill(Files.readString(file)));
    }
    Files.createDirectories(plots);
    draw(plots.resolve("explain.svg"), new ExplainPlot(results).draw());
    draw(plots.resolve("convolutions.svg"), new RoofPlot(results).convolutions());
    draw(plots.resolve("operations.svg"), new RoofPlot(results).others());
  }

  private static void draw(Path file, String svg) throws IOException {
    if (svg.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      Files.writeString(file, svg);
    }
  }

  /**
   * The text with its tables.
   *
   * @throws IllegalArgumentException if it asks for a table that there is not
   */
  String fill(String text) {
    return MARKED
        .matcher(text)
        .replaceAll(match ->
            Matcher.quoteReplacement(
                match.group(1) + table(match.group(2)) + "\n" + match.group(3)));
  }

  private String table(String name) {
    return switch (name) {
      case "explain" -> explain.against("best");
      case "forward" -> explain.against("fwd");
      case "monai" -> explain.against("monai");
      case "cold" -> explain.cold();
      case "stages" -> explain.stages();
      case "onnx-runtime" -> explain.onnxRuntime();
      case "cam" -> maps.own();
      case "cam-peers" -> maps.peers();
      case "conv-peers" -> operations.peers();
      case "peaks" -> operations.peaks();
      case "threads" -> operations.threads();
      case "machine" -> machine();
      case "summary" -> summary();
      case "lost" -> lost();
      default -> {
        if (!OpTables.FAMILIES.containsKey(name)) {
          throw new IllegalArgumentException("table " + name + ": there is no such table");
        }
        yield operations.family(name);
      }
    };
  }

  /** One line for each peer. */
  private String summary() {
    List<List<String>> rows = new ArrayList<>();
    add(rows, "PyTorch, an expert's explanation", ratios("best"));
    add(rows, "PyTorch, forward alone", ratios("fwd"));
    add(rows, "MONAI's GradCAM", ratios("monai"));
    add(
        rows,
        "PyTorch, whole processes, cold",
        results.cold().stream().map(ExplainTables::ratio).toList());
    List<Double> runtime = new ArrayList<>();
    for (Net net : Net.values()) {
      double theirs = results.ms("PeerBench.onnxRuntime", "net", net.name());
      runtime.add(theirs / results.ms("PeerBench.engine", "net", net.name()));
    }
    add(rows, "ONNX Runtime, forward alone", runtime.stream().filter(Double::isFinite).toList());
    return rows.isEmpty()
        ? NOTHING
        : Text.table(
            List.of("compared with", "networks", "times as fast, geometric mean", "worst", "best"),
            rows);
  }

  private List<Double> ratios(String form) {
    return results.cases().stream()
        .map(row -> row.at("forms", form, "ratio", "median").number())
        .filter(Double::isFinite)
        .toList();
  }

  private static void add(List<List<String>> rows, String who, List<Double> ratios) {
    if (!ratios.isEmpty()) {
      List<Double> sorted = ratios.stream().sorted().toList();
      rows.add(
          List.of(
              who,
              String.valueOf(ratios.size()),
              "**" + Text.ratio(Text.geometricMean(ratios)) + "**",
              Text.ratio(sorted.get(0)),
              Text.ratio(sorted.get(sorted.size() - 1))));
    }
  }

  /** Where a peer was faster, by name. */
  private String lost() {
    List<String> lines = new ArrayList<>();
    for (Json row : results.cases()) {
      for (String form : List.of("best", "fwd", "monai")) {
        add(
            lines,
            row.at("name").text() + ", " + form,
            row.at("forms", form, "ratio", "median").number(),
            form.equals("monai") ? "MONAI" : "PyTorch");
      }
    }
    for (Json row : results.cold()) {
      String what = row.at("name").text() + ", whole process, cold";
      add(lines, what, ExplainTables.ratio(row), "PyTorch");
    }
    for (Json row : results.cams()) {
      add(lines, CamTables.name(row), CamTables.ratio(row), "PyTorch");
    }
    for (Net net : Net.values()) {
      double theirs = results.ms("PeerBench.onnxRuntime", "net", net.name());
      double ratio = theirs / results.ms("PeerBench.engine", "net", net.name());
      add(lines, net.weights() + ", forward", ratio, "ONNX Runtime");
    }
    for (ConvShape shape : ConvShape.values()) {
      String name = shape.shape().place();
      double engine = results.ms("ConvPeerBench.engineForward", "shape", shape.name());
      double djl = results.ms("ConvPeerBench.djlForward", "shape", shape.name());
      double nd4j = results.ms("ConvPeerBench.nd4jForward", "shape", shape.name());
      add(lines, name, djl / engine, "DJL");
      add(lines, name, nd4j / engine, "ND4J");
      double gradients = results.ms("ConvPeerBench.engineGradients", "shape", shape.name());
      double theirs = results.ms("ConvPeerBench.djlGradients", "shape", shape.name());
      add(lines, name + ", gradients", theirs / gradients, "DJL");
    }
    if (results.cases().isEmpty() && results.cams().isEmpty() && results.rows().isEmpty()) {
      return NOTHING;
    }
    return lines.isEmpty() ? "Nowhere." : String.join("\n", lines);
  }

  private static void add(List<String> lines, String what, double ratio, String who) {
    if (ratio < 1) {
      lines.add(
          String.format(
              Locale.ROOT, "- %s: %s needs %.0f %% of the engine's time", what, who, 100 * ratio));
    }
  }

  /** What it was measured on, with which versions, when. */
  private String machine() {
    List<String> lines = new ArrayList<>();
    Json torch = results.torchMachine();
    Json jmh = results.machine();
    if (!torch.isMissing()) {
      lines.add(
          "- With PyTorch and MONAI: %s, %s cores, %s; PyTorch %s, Java %s, %s threads each; %s."
              .formatted(
                  torch.at("processor").text(),
                  torch.at("cores").text(),
                  torch.at("system").text(),
                  each(results.cases(), "torch", "torch"),
                  each(results.cases(), "engine", "java"),
                  each(results.cases(), "threads"),
                  each(results.cases(), "date")));
    }
    if (!jmh.isMissing()) {
      lines.add(
          "- With JMH %s: %s, %s cores, %s; Java %s; %s."
              .formatted(
                  each(results.rows(), "jmh"),
                  jmh.at("processor").text(),
                  jmh.at("cores").text(),
                  jmh.at("system").text(),
                  jmh.at("java").text(),
                  each(results.rows(), "date")));
    }
    return lines.isEmpty() ? NOTHING : String.join("\n", lines);
  }

  /** All that rows say under some keys. */
  private static String each(List<Json> rows, String... keys) {
    return rows.stream()
        .map(row -> row.at(keys).text())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }
}
