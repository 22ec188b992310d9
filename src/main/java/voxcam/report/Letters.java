package voxcam.report;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Text in one size and weight. Sizes are in pixels. Letters with accents are put together from
 * their parts; characters without a glyph are drawn as a box.
 */
final class Letters {
  private static final String MORE = "\u2026";
  private static final double SPACE_BETWEEN = 2.5;

  private final int capital;
  private final double unit;
  private final double pen;
  private final Map<Integer, Stamp> stamps = new HashMap<>();

  /**
   * @param capital the height of capital letters
   * @param pen the width of strokes
   */
  Letters(int capital, double pen) {
    this.capital = capital;
    this.unit = (double) capital / Glyphs.CAPITAL;
    this.pen = pen;
  }

  /** The height of capital letters. */
  int capital() {
    return capital;
  }

  /** From baseline to baseline. */
  int line() {
    return (int) Math.round(1.8 * capital);
  }

  /** The width of a text. */
  int width(String text) {
    int[] codes = codes(text);
    double x = 0;
    for (int code : codes) {
      x += advance(code);
    }
    return codes.length == 0 ? 0 : (int) Math.ceil(x - SPACE_BETWEEN * unit + pen);
  }

  /** The text, or as much of its beginning and end as fits with an ellipsis between them. */
  String fit(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    int[] codes = text.codePoints().toArray();
    for (int kept = codes.length - 1; kept > 0; kept--) {
      int head = (2 * kept + 2) / 3;
      int tail = kept - head;
      String shorter =
          new String(codes, 0, head).stripTrailing()
              + MORE
              + new String(codes, codes.length - tail, tail).stripLeading();
      if (width(shorter) <= width) {
        return shorter;
      }
    }
    return width(MORE) <= width ? MORE : "";
  }

  /** The text in lines that fit, broken between words; what the last line cannot hold is cut. */
  List<String> wrap(String text, int width, int most) {
    List<String> lines = new ArrayList<>();
    String rest = text.strip();
    while (!rest.isEmpty() && lines.size() < most - 1 && width(rest) > width) {
      int end = -1;
      for (int at = rest.indexOf(' '); at >= 0; at = rest.indexOf(' ', at + 1)) {
        if (width(rest.substring(0, at)) > width) {
          break;
        }
        end = at;
      }
      if (end <= 0) {
        break;
      }
      lines.add(rest.substring(0, end));
      rest = rest.substring(end).strip();
    }
    if (!rest.isEmpty()) {
      lines.add(fit(rest, width));
    }
    return lines;
  }

  /** Draws a text that begins at x on a baseline. */
  void draw(Canvas canvas, int x, int baseline, String text, int colour) {
    double at = x;
    double top = 0;
    double width = 0;
    double before = x;
    for (int code : codes(text)) {
      Glyphs.Glyph glyph = Glyphs.of(code);
      if (isAccent(code)) {
        double shift = (width - glyph.width()) / 2;
        int up = code == 0x327 ? 0 : (int) Math.round((top - Glyphs.SMALL) * unit);
        stamp(code).draw(canvas, before + shift * unit, baseline - up, colour);
        continue;
      }
      stamp(code).draw(canvas, at, baseline, colour);
      before = at;
      width = glyph.width();
      top = tall(code) ? Glyphs.CAPITAL : Glyphs.SMALL;
      at += advance(code);
    }
  }

  private static boolean tall(int code) {
    return Character.isUpperCase(code) || "bdfhklt".indexOf(code) >= 0;
  }

  private static boolean isAccent(int code) {
    return code >= 0x300 && code < 0x370;
  }

  private double advance(int code) {
    return isAccent(code) ? 0 : (Glyphs.of(code).width() + SPACE_BETWEEN) * unit;
  }

  /** The text taken apart into glyphs; line breaks and other controls become spaces. */
  private static int[] codes(String text) {
    boolean plain = text.chars().allMatch(c -> c >= ' ' && c < 127);
    return plain
        ? text.chars().toArray()
        : Normalizer.normalize(text, Normalizer.Form.NFD)
            .codePoints()
            .map(code -> Character.isISOControl(code) || Character.isSpaceChar(code) ? ' ' : code)
            .map(code -> isAccent(code) && !Glyphs.has(code) ? 0x301 : code)
            .toArray();
  }

  private Stamp stamp(int code) {
    return stamps.computeIfAbsent(code, c -> Stamp.of(Glyphs.of(c), unit, pen));
  }

  /** A glyph in pixels: how much of each one the strokes cover. */
  private record Stamp(int left, int top, int width, float[] cover) {
    static Stamp of(Glyphs.Glyph glyph, double unit, double pen) {
      int margin = (int) Math.ceil(pen) + 1;
      int left = -margin;
      int top = -(int) Math.ceil(13 * unit) - margin;
      int width = (int) Math.ceil(glyph.width() * unit) + 2 * margin + 1;
      int height = (int) Math.ceil(4 * unit) + margin - top;
      float[] cover = new float[width * height];
      for (int i = 0; i < cover.length; i++) {
        // Pixel centres are whole numbers here, so that upright strokes stay sharp.
        double x = left + i % width;
        double y = top + i / width;
        double nearest = Double.POSITIVE_INFINITY;
        for (double[] stroke : glyph.strokes()) {
          for (int p = 0; p + 3 < stroke.length; p += 2) {
            nearest =
                Math.min(
                    nearest,
                    distance(
                        x,
                        y,
                        stroke[p] * unit,
                        -stroke[p + 1] * unit,
                        stroke[p + 2] * unit,
                        -stroke[p + 3] * unit));
          }
        }
        cover[i] = (float) Math.clamp(pen / 2 + 0.5 - nearest, 0, 1);
      }
      return new Stamp(left, top, width, cover);
    }

    void draw(Canvas canvas, double x, int y, int colour) {
      int from = (int) Math.round(x);
      for (int i = 0; i < cover.length; i++) {
        if (cover[i] > 0) {
          canvas.blend(from + left + i % width, y + top + i / width, colour, cover[i]);
        }
      }
    }

    private static double distance(double x, double y, double x0, double y0, double x1, double y1) {
      double dx = x1 - x0;
      double dy = y1 - y0;
      double square = dx * dx + dy * dy;
      double t = square == 0 ? 0 : Math.clamp(((x - x0) * dx + (y - y0) * dy) / square, 0, 1);
      return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
    }
  }
}
