package voxcam.report;

import java.util.List;

/** The key to the map's colours, with raw values beside it. */
final class ColourBar {
  /** How wide the upright bar is with its numbers. */
  static final int WIDTH = 130;

  /** The grey that the bar's colours are shown on, as an organ would be. */
  private static final int GROUND = 0x606060;

  private static final int THICKNESS = 20;
  private static final int NEAREST_TICKS = 20;

  private ColourBar() {}

  /** An upright bar from 0 at the bottom to the scale at the top, below its unit. */
  static void upright(
      Canvas canvas, Letters letters, int x, int y, int height, double scale, String unit) {
    int baseline = y + letters.capital();
    List<String> words = letters.wrap(unit, WIDTH, 2);
    for (String line : words) {
      letters.draw(canvas, x, baseline, line, Canvas.FAINT);
      baseline += letters.line();
    }
    int top = baseline;
    int length = y + height - top - letters.capital() / 2;
    if (length < 2) {
      return;
    }
    for (int i = 0; i < length; i++) {
      double value = 1 - i / (length - 1.0);
      canvas.fill(x, top + i, THICKNESS, 1, HeatRamp.over(GROUND, value), 1);
    }
    canvas.frame(x, top, THICKNESS, length, 0x2b2f36);
    tick(canvas, letters, x, top, Numbers.text(scale, 4));
    tick(canvas, letters, x, top + length - 1, "0");
    double step = Numbers.round(scale / 3);
    for (double value = step; value < scale; value += step) {
      int at = (int) Math.round((1 - value / scale) * (length - 1));
      if (at >= NEAREST_TICKS && length - at > NEAREST_TICKS) {
        tick(canvas, letters, x, top + at, Numbers.text(value, 3));
      }
    }
  }

  private static void tick(Canvas canvas, Letters letters, int x, int at, String text) {
    canvas.fill(x + THICKNESS, at, 5, 1, Canvas.FAINT, 1);
    int from = x + THICKNESS + 10;
    String fitting = letters.fit(text, WIDTH - THICKNESS - 10);
    letters.draw(canvas, from, at + letters.capital() / 2, fitting, Canvas.TEXT);
  }

  /** A lying bar with a text at each end; gives the width of all of it. */
  static int lying(
      Canvas canvas, Letters letters, int x, int y, int length, String low, String high) {
    int baseline = y + (THICKNESS / 2 + letters.capital()) / 2;
    letters.draw(canvas, x, baseline, low, Canvas.TEXT);
    int from = x + letters.width(low) + 8;
    for (int i = 0; i < length; i++) {
      canvas.fill(from + i, y, 1, THICKNESS / 2, HeatRamp.over(GROUND, i / (length - 1.0)), 1);
    }
    canvas.frame(from, y, length, THICKNESS / 2, 0x2b2f36);
    letters.draw(canvas, from + length + 8, baseline, high, Canvas.TEXT);
    return from + length + 8 + letters.width(high) - x;
  }
}
