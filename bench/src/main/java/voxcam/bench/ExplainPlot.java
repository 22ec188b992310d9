package voxcam.bench;

import java.util.List;

/** Bars of explanation times, engine and PyTorch, each network with PyTorch's time as its unit. */
final class ExplainPlot {
  private static final double LEFT = 190;
  private static final double UNIT = 420;
  private static final double RIGHT = 130;
  private static final double TOP = 84;
  private static final double STEP = 46;
  private static final double THICK = 15;

  private final Results results;

  ExplainPlot(Results results) {
    this.results = results;
  }

  /** The picture; empty where nothing was measured. */
  String draw() {
    List<Json> rows =
        results.cases().stream().filter(row -> !row.at("forms", "best").isMissing()).toList();
    if (rows.isEmpty()) {
      return "";
    }
    double longest = rows.stream().mapToDouble(row -> Math.max(1, share(row))).max().orElse(1);
    double width = LEFT + longest * UNIT + RIGHT;
    double height = TOP + rows.size() * STEP + 22;
    Svg svg = new Svg(width, height);
    svg.title(20, 30, "One explanation, warm: engine and PyTorch on the same threads");
    legend(svg, 20, "engine", Svg.ENGINE);
    legend(svg, 105, "PyTorch, no gradients before the layer (its time is the unit)", Svg.PEER);
    for (int tick = 0; tick <= 4 * longest; tick++) {
      double x = LEFT + tick * UNIT / 4;
      svg.line(x, TOP - 8, x, height - 20, Svg.GRID);
      svg.text(x, height - 6, "middle", 11, Svg.FAINT, tick * 25 + " %");
    }
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), TOP + i * STEP);
    }
    return svg.toString();
  }

  private static double share(Json row) {
    return engine(row) / torch(row);
  }

  private static double engine(Json row) {
    return row.at("forms", "best", "engine_ms", "median").number();
  }

  private static double torch(Json row) {
    return row.at("forms", "best", "torch_ms", "median").number();
  }

  private static void legend(Svg svg, double x, String text, String colour) {
    svg.bar(x, 44, 12, 12, colour);
    svg.text(x + 18, 54.5, "start", 12, Svg.INK, text);
  }

  private static void row(Svg svg, Json row, double y) {
    double ratio = row.at("forms", "best", "ratio", "median").number();
    svg.text(LEFT - 12, y + 15, "end", 13, Svg.INK, row.at("name").text());
    svg.text(LEFT - 12, y + 30, "end", 11, Svg.FAINT, Text.ratio(ratio) + " times as fast");
    double length = share(row) * UNIT;
    svg.bar(LEFT, y + 1, length, THICK, Svg.ENGINE);
    svg.text(LEFT + length + 6, y + 13, "start", 11, Svg.INK, Text.number(engine(row)) + " ms");
    svg.bar(LEFT, y + 2 + THICK, UNIT, THICK, Svg.PEER);
    svg.text(
        LEFT + UNIT + 6, y + 14 + THICK, "start", 11, Svg.FAINT, Text.number(torch(row)) + " ms");
  }
}
