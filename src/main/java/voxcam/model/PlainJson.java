package voxcam.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON with nothing unusual in it, as headers, graphs and recipes are. On all else, mistakes
 * before all, it has no opinion, and {@link JsonText} asks Jackson, whose tables of numbers take a
 * new JVM as long as opening a model. What this reader takes Jackson takes, too, as the same value.
 */
final class PlainJson {
  private static final int DEEPEST = 32;
  private static final int MOST_VALUES = 1_000_000;
  private static final int LONGEST_NAME = 1000;
  private static final int LONGEST_NUMBER = 60;

  private final String text;
  private final char[] chars;
  private int at;
  private int values;

  private PlainJson(String text) {
    this.text = text;
    this.chars = text.toCharArray();
  }

  /** The value of a text, or nothing if someone else has to decide. */
  static Optional<Json> parse(String text) {
    PlainJson reader = new PlainJson(text);
    Json value = reader.value(0);
    reader.space();
    return value != null && reader.at == reader.chars.length
        ? Optional.of(value)
        : Optional.empty();
  }

  /** The character that comes next, 0 at the end. */
  private char next() {
    return at < chars.length ? chars[at] : 0;
  }

  private char space() {
    while (at < chars.length && isSpace(chars[at])) {
      at++;
    }
    return next();
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  /** A value, or null if it is not plain; so do all that follow. */
  private Json value(int depth) {
    char first = space();
    if (depth > DEEPEST || ++values > MOST_VALUES) {
      return null;
    }
    return switch (first) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> text();
      case 't' -> word("true", new Json.Bool(true));
      case 'f' -> word("false", new Json.Bool(false));
      case 'n' -> word("null", new Json.Null());
      default -> number();
    };
  }

  private Json text() {
    String string = string();
    if (string == null) {
      return null;
    }
    return new Json.Text(string);
  }

  private Json object(int depth) {
    Map<String, Json> members = new LinkedHashMap<>();
    at++;
    if (space() == '}') {
      at++;
      return new Json.Obj(members);
    }
    while (true) {
      String name = space() == '"' ? string() : null;
      if (name == null || name.length() > LONGEST_NAME || space() != ':') {
        return null;
      }
      at++;
      Json value = value(depth + 1);
      if (value == null || members.put(name, value) != null) {
        return null;
      }
      char end = space();
      at++;
      if (end == '}') {
        return new Json.Obj(members);
      }
      if (end != ',') {
        return null;
      }
    }
  }

  private Json array(int depth) {
    List<Json> items = new ArrayList<>();
    at++;
    if (space() == ']') {
      at++;
      return new Json.Arr(items);
    }
    while (true) {
      Json item = value(depth + 1);
      if (item == null) {
        return null;
      }
      items.add(item);
      char end = space();
      at++;
      if (end == ']') {
        return new Json.Arr(items);
      }
      if (end != ',') {
        return null;
      }
    }
  }

  private Json word(String word, Json value) {
    if (!text.startsWith(word, at)) {
      return null;
    }
    at += word.length();
    return endsHere() ? value : null;
  }

  /** A string behind its quotation mark; one with escapes is put together of its parts. */
  private String string() {
    int start = ++at;
    StringBuilder parts = null;
    while (at < chars.length && chars[at] >= ' ') {
      char c = chars[at];
      if (c == '"') {
        String last = text.substring(start, at++);
        return parts == null ? last : parts.append(last).toString();
      }
      if (c == '\\') {
        char escaped = escaped(at + 1 < chars.length ? chars[at + 1] : 0);
        if (escaped == 0) {
          return null;
        }
        parts = parts == null ? new StringBuilder() : parts;
        parts.append(text, start, at).append(escaped);
        start = at + 2;
        at++;
      }
      at++;
    }
    return null;
  }

  /** What a backslash with this letter stands for, 0 for code points and mistakes. */
  private static char escaped(char letter) {
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> 0;
    };
  }

  private Json number() {
    int start = at;
    if (next() == '-') {
      at++;
    }
    int first = at;
    boolean sound = digits() && (chars[first] != '0' || at == first + 1);
    boolean whole = true;
    if (sound && next() == '.') {
      at++;
      whole = false;
      sound = digits();
    }
    if (sound && (next() == 'e' || next() == 'E')) {
      at++;
      whole = false;
      if (next() == '-' || next() == '+') {
        at++;
      }
      sound = digits();
    }
    if (!sound || at - start > LONGEST_NUMBER || !endsHere()) {
      return null;
    }
    return whole ? whole(start, first) : real(text.substring(start, at));
  }

  /** Passes over digits; says whether there was one. */
  private boolean digits() {
    int start = at;
    while (at < chars.length && chars[at] >= '0' && chars[at] <= '9') {
      at++;
    }
    return at > start;
  }

  private Json whole(int start, int first) {
    // The nineteenth digit may be beyond 64 bits.
    if (at - first > 18) {
      return null;
    }
    long value = 0;
    for (int i = first; i < at; i++) {
      value = 10 * value + chars[i] - '0';
    }
    return new Json.Whole(first > start ? -value : value);
  }

  private static Json real(String digits) {
    double value = Double.parseDouble(digits);
    return Double.isFinite(value) ? new Json.Real(value) : null;
  }

  /** Whether nothing follows that would belong to the same word or number. */
  private boolean endsHere() {
    char c = next();
    return at == chars.length || c == ',' || c == ']' || c == '}' || isSpace(c);
  }
}
