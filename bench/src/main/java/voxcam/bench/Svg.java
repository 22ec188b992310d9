package voxcam.bench;

import java.util.Locale;

/** A picture that is drawn from left to right and top to bottom, in SVG. */
final class Svg {
  static final String INK = "#24292f";
  static final String FAINT = "#6e7781";
  static final String GRID = "#d8dee4";
  static final String ENGINE = "#0f766e";
  static final String PEER = "#9aa4b2";

  private final StringBuilder body = new StringBuilder();
  private final double width;
  private final double height;

  Svg(double width, double height) {
    this.width = width;
    this.height = height;
    bar(0, 0, width, height, "#ffffff");
  }

  void bar(double x, double y, double w, double h, String colour) {
    add(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>",
        x, y, w, h, colour);
  }

  void line(double x1, double y1, double x2, double y2, String colour) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>",
        x1, y1, x2, y2, colour);
  }

  /**
   * A text.
   *
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  void text(double x, double y, String anchor, int size, String colour, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\">%s</text>",
        x, y, anchor, size, colour, escaped(text));
  }

  /** A heading in bold. */
  void title(double x, double y, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" font-size=\"16\" font-weight=\"bold\" fill=\"%s\">%s</text>",
        x, y, INK, escaped(text));
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f"
            + " %.0f\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\">\n%s</svg>\n",
        width,
        height,
        width,
        height,
        body);
  }
}
