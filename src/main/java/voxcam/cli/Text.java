package voxcam.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import voxcam.op.InputException;

/** Numbers and tables as text, the same in every country. */
final class Text {
  private Text() {}

  /** A text on one line. */
  static String line(String text) {
    String stripped = text.strip();
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      if ((c >= '\n' && c <= '\r') || c == '\u0085' || c == '\u2028' || c == '\u2029') {
        return stripped.replaceAll("\\s*\\R\\s*", " ");
      }
    }
    return stripped;
  }

  /**
   * The parts of an option's value between commas.
   *
   * @throws InputException if one is empty
   */
  static List<String> parts(String option, String value) {
    List<String> parts = Arrays.stream(value.split(",", -1)).map(String::strip).toList();
    if (parts.contains("")) {
      throw new InputException(
          option + " \"" + line(value) + "\": has an empty part; give names with commas between");
    }
    return parts;
  }

  /** Four significant digits: {@code 3.214}, {@code -1.200e-07}. */
  static String number(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : String.valueOf(value);
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) {
      return format("%.3e", value);
    }
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return format("%." + digits + "f", value);
  }

  static String seconds(double seconds) {
    return seconds < 10 ? format("%.2f s", seconds) : format("%.0f s", seconds);
  }

  static String bytes(long bytes) {
    return bytes < 1e6
        ? format("%.1f kB", bytes / 1e3)
        : bytes < 1e9 ? format("%.1f MB", bytes / 1e6) : format("%.2f GB", bytes / 1e9);
  }

  /** Whole numbers with groups of three: {@code 15,523,464}. */
  static String count(long count) {
    return format("%,d", count);
  }

  /** Floating-point operations in the unit of 10^9. */
  static String gflops(long flops) {
    return flops == 0
        ? "0"
        : flops < 500 ? "<0.000001" : format(flops < 1e7 ? "%.6f" : "%.3f", flops / 1e9);
  }

  static String format(String format, Object... values) {
    // ROOT would do the same, but its digits are looked up first, which takes a new JVM 20 ms.
    return String.format((Locale) null, format, values);
  }

  /** Rows of cells as lines with aligned columns; numbers to the right. */
  static String table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        String space = " ".repeat(widths[i] - cell.length());
        boolean numeric = cell.matches("[<-]?[0-9][0-9,.e+-]*( [a-zA-Z]+)?");
        line.append(i == 0 ? "" : "  ").append(numeric ? space + cell : cell + space);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
