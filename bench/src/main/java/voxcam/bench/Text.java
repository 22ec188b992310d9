package voxcam.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Numbers and tables as Markdown has them. */
final class Text {
  private Text() {}

  /** A number with three digits that matter, a dash where it is not known. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    int decimals = value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  static String percent(double share) {
    String digits = share < 0.0095 ? "%.1f %%" : "%.0f %%";
    return Double.isFinite(share) ? String.format(Locale.ROOT, digits, 100 * share) : "–";
  }

  static String ratio(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "–";
  }

  static String mebibytes(double bytes) {
    return Double.isFinite(bytes) ? String.format(Locale.ROOT, "%,.0f", bytes / (1 << 20)) : "–";
  }

  /** The geometric mean of those that are known. */
  static double geometricMean(List<Double> values) {
    return Math.exp(
        values.stream()
            .filter(Double::isFinite)
            .mapToDouble(Math::log)
            .average()
            .orElse(Double.NaN));
  }

  /** The middle one, or what lies between the two in the middle; NaN where there is none. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    return size == 0 ? Double.NaN : (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }

  /** A table; the first column is text, the others are numbers. */
  static String table(List<String> head, List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    lines.add("| " + String.join(" | ", head) + " |");
    lines.add("|---|" + "---:|".repeat(head.size() - 1));
    rows.forEach(row -> lines.add("| " + String.join(" | ", row) + " |"));
    return String.join("\n", lines);
  }
}
