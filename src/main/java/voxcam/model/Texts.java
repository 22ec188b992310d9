package voxcam.model;

import java.util.List;

/** Words of unknown origin made fit for a message of one line. */
final class Texts {
  private static final int LONGEST = 120;
  private static final int MOST = 10;

  private Texts() {}

  /** The text with control characters replaced and cut where it gets too long. */
  static String line(String text) {
    if (text.length() <= LONGEST && isPlain(text)) {
      return text;
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && i < LONGEST; i++) {
      char c = text.charAt(i);
      boolean odd =
          Character.isISOControl(c)
              || Character.getType(c) == Character.FORMAT
              || Character.getType(c) == Character.LINE_SEPARATOR
              || Character.getType(c) == Character.PARAGRAPH_SEPARATOR;
      line.append(odd ? '?' : c);
    }
    return text.length() > LONGEST ? line + "..." : line.toString();
  }

  /** Whether a text is made of ASCII's visible characters and spaces, as nearly all names are. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  /** A name as {@code "conv1"}. */
  static String quoted(String text) {
    return '"' + line(text) + '"';
  }

  /** The first ten of a list, and how many there are in all if that is more. */
  static String listed(List<String> names) {
    String first = String.join(", ", names.stream().limit(MOST).map(Texts::line).toList());
    return names.size() > MOST ? first + ", ... (" + names.size() + " in all)" : first;
  }
}
