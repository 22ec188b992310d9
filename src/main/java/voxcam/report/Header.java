package voxcam.report;

import java.util.ArrayList;
import java.util.List;

/** The lines at the top of a picture, each broken to the picture's width. */
final class Header {
  private static final int MOST_LINES = 3;

  private record Line(Letters letters, String text, int colour) {}

  private final List<Line> lines = new ArrayList<>();
  private final int width;

  Header(int width) {
    this.width = width;
  }

  Header add(Letters letters, String text, int colour) {
    for (String line : letters.wrap(text, width, MOST_LINES)) {
      lines.add(new Line(letters, line, colour));
    }
    return this;
  }

  int height() {
    return lines.stream().mapToInt(line -> line.letters.line()).sum();
  }

  void draw(Canvas canvas, int x, int y) {
    int top = y;
    for (Line line : lines) {
      line.letters.draw(canvas, x, top + line.letters.capital(), line.text, line.colour);
      top += line.letters.line();
    }
  }
}
