package voxcam.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How near operations come to what the machine can do: the time that the measured peak FLOP/s or
 * the measured bandwidth would need, whichever is more, over the time taken. The direct algorithm's
 * operations count, so an algorithm that multiplies less may pass 100 %.
 */
final class RoofPlot {
  private static final double LEFT = 350;
  private static final double SPAN = 440;
  private static final double TOP = 86;
  private static final double STEP = 19;
  private static final String MEMORY = "#b45309";

  /** One bar. */
  private record Bar(String label, double share, boolean memory, String rate) {}

  private final OpTables tables;
  private final Results.Peaks peaks;

  RoofPlot(Results results) {
    tables = new OpTables(results);
    peaks = results.peaks();
  }

  /** The convolutions; empty where nothing was measured. */
  String convolutions() {
    return draw("Convolutions: share of what this machine can do", bars("conv"));
  }

  /** All other operations; empty where nothing was measured. */
  String others() {
    List<Bar> bars = new ArrayList<>();
    for (String family : List.of("pool", "norm", "linear", "resize", "elementwise", "cam")) {
      bars.addAll(bars(family));
    }
    return draw("Other operations: share of what this machine can do", bars);
  }

  private List<Bar> bars(String family) {
    List<Bar> bars = new ArrayList<>();
    for (Family each : OpTables.FAMILIES.get(family)) {
      OpShape shape = each.shape();
      double seconds = tables.seconds(family, each);
      double share = peaks.roof(shape) / seconds;
      if (Double.isFinite(share)) {
        boolean memory = peaks.roof(shape) > shape.flops() / peaks.flops();
        String label =
            family.equals("conv") ? shape.place() : shape.op().name() + ", " + shape.place();
        String rate =
            memory
                ? Text.number(shape.bytes() / seconds * 1e-9) + " GB/s"
                : Text.number(shape.flops() / seconds * 1e-9) + " GFLOP/s";
        bars.add(new Bar(label, share, memory, rate));
      }
    }
    return bars;
  }

  private static String draw(String title, List<Bar> bars) {
    if (bars.isEmpty()) {
      return "";
    }
    double longest = Math.max(1, bars.stream().mapToDouble(Bar::share).max().orElse(1));
    double height = TOP + bars.size() * STEP + 26;
    Svg svg = new Svg(LEFT + SPAN + 130, height);
    svg.title(20, 30, title);
    svg.bar(20, 44, 12, 12, Svg.ENGINE);
    svg.text(38, 54.5, "start", 12, Svg.INK, "arithmetic is the limit: of peak FLOP/s");
    svg.bar(290, 44, 12, 12, MEMORY);
    svg.text(308, 54.5, "start", 12, Svg.INK, "memory is the limit: of peak bandwidth");
    double step = longest > 2 ? 0.5 : 0.25;
    for (double tick = 0; tick <= longest + 1e-9; tick += step) {
      double x = LEFT + tick / longest * SPAN;
      svg.line(x, TOP - 8, x, height - 22, tick == 1 ? Svg.FAINT : Svg.GRID);
      svg.text(x, height - 8, "middle", 11, Svg.FAINT, Math.round(100 * tick) + " %");
    }
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = TOP + i * STEP;
      double length = bar.share() / longest * SPAN;
      svg.text(LEFT - 10, y + 11.5, "end", 12, Svg.INK, bar.label());
      svg.bar(LEFT, y, length, STEP - 5, bar.memory() ? MEMORY : Svg.ENGINE);
      svg.text(
          LEFT + length + 6,
          y + 11,
          "start",
          11,
          Svg.FAINT,
          Text.percent(bar.share()) + ", " + bar.rate());
    }
    return svg.toString();
  }
}
