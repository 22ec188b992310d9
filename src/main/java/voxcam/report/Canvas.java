package voxcam.report;

import java.util.Arrays;

/** Pixels to draw on, {@code 0xRRGGBB}. What lies outside is not drawn. */
final class Canvas {
  /** Behind everything. */
  static final int BACKGROUND = 0x0e1013;

  /** Most text. */
  static final int TEXT = 0xe8eaed;

  /** Text of second rank. */
  static final int FAINT = 0x9aa0a8;

  /** What to be careful about. */
  static final int WARNING = 0xffb74d;

  /** What is as it should be. */
  static final int GOOD = 0x81c995;

  /** Marks on the patient: sides, crosshair, scale bar. */
  static final int MARK = 0x8fd3ff;

  private final int width;
  private final int height;
  private final int[] pixels;

  Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    this.pixels = new int[width * height];
    Arrays.fill(pixels, BACKGROUND);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  int pixel(int x, int y) {
    return pixels[y * width + x];
  }

  void set(int x, int y, int colour) {
    if (x >= 0 && x < width && y >= 0 && y < height) {
      pixels[y * width + x] = colour;
    }
  }

  /** Mixes a colour into a pixel: 0 leaves it, 1 replaces it. */
  void blend(int x, int y, int colour, double share) {
    if (x >= 0 && x < width && y >= 0 && y < height) {
      pixels[y * width + x] = mix(pixels[y * width + x], colour, share);
    }
  }

  /** A filled rectangle. */
  void fill(int x, int y, int w, int h, int colour, double share) {
    for (int row = y; row < y + h; row++) {
      for (int column = x; column < x + w; column++) {
        blend(column, row, colour, share);
      }
    }
  }

  /** The edge of a rectangle, one pixel wide, just outside of it. */
  void frame(int x, int y, int w, int h, int colour) {
    fill(x - 1, y - 1, w + 2, 1, colour, 1);
    fill(x - 1, y + h, w + 2, 1, colour, 1);
    fill(x - 1, y, 1, h, colour, 1);
    fill(x + w, y, 1, h, colour, 1);
  }

  /** A text with a dark seam, to be read on any ground. */
  void seamed(Letters letters, int x, int baseline, String text, int colour) {
    for (int dy = -1; dy <= 1; dy++) {
      for (int dx = -1; dx <= 1; dx++) {
        if (dx != 0 || dy != 0) {
          letters.draw(this, x + dx, baseline + dy, text, 0x000000);
        }
      }
    }
    letters.draw(this, x, baseline, text, colour);
  }

  byte[] png(String title, String description) {
    return Png.encode(width, height, pixels, title, description);
  }

  static int mix(int under, int over, double share) {
    int result = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      int a = under >> shift & 255;
      int b = over >> shift & 255;
      result |= (int) (a + (b - a) * share + 0.5) << shift;
    }
    return result;
  }
}
