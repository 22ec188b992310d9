package voxcam.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.InputException;

/** JSON values from text and back. */
final class JsonText {
  private static final int DEEPEST = 64;
  private static final int MOST_VALUES = 2_000_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // A shared table of names would let one hostile file slow down all later ones.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(64)
                  .maxNameLength(4096)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final String what;
  private final JsonParser parser;
  private int values;

  private JsonText(String what, JsonParser parser) {
    this.what = what;
    this.parser = parser;
  }

  static Json parse(String what, String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonText reader = new JsonText(what, parser);
      Json value = reader.value(parser.nextToken());
      if (parser.nextToken() != null) {
        throw reader.refused("goes on behind its end");
      }
      return value;
    } catch (JsonProcessingException e) {
      // Jackson adds lines about the place and how to configure it.
      String reason = Texts.line(e.getOriginalMessage().replaceAll(" \\(.*", ""));
      String place =
          e.getLocation() == null ? "" : " at character " + e.getLocation().getCharOffset();
      throw new InputException(what + ": is not valid JSON" + place + ": " + reason, e);
    } catch (IOException e) {
      throw new IllegalStateException("reading from a string", e);
    }
  }

  private Json value(JsonToken token) throws IOException {
    if (token == null) {
      throw refused("is empty, expected JSON");
    }
    if (++values > MOST_VALUES) {
      throw refused("holds more than " + MOST_VALUES + " values");
    }
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> new Json.Text(parser.getText());
      case VALUE_NUMBER_INT -> whole();
      case VALUE_NUMBER_FLOAT -> real();
      case VALUE_TRUE -> new Json.Bool(true);
      case VALUE_FALSE -> new Json.Bool(false);
      case VALUE_NULL -> new Json.Null();
      default -> throw refused("is not valid JSON: unexpected " + token);
    };
  }

  private Json object() throws IOException {
    Map<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (members.put(name, value(parser.nextToken())) != null) {
        throw refused("the name " + Texts.quoted(name) + " occurs twice in one object");
      }
    }
    return new Json.Obj(members);
  }

  private Json array() throws IOException {
    List<Json> items = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      items.add(value(token));
    }
    return new Json.Arr(items);
  }

  private Json whole() throws IOException {
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw refused("the number " + Texts.quoted(parser.getText()) + " is beyond 64 bits");
    }
    return new Json.Whole(parser.getLongValue());
  }

  private Json real() throws IOException {
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw refused("the number " + Texts.quoted(parser.getText()) + " is too large");
    }
    return new Json.Real(value);
  }

  private InputException refused(String why) {
    return new InputException(what + ": " + why);
  }

  static String write(Json value, boolean indented) {
    StringBuilder out = new StringBuilder();
    write(value, indented ? "\n" : "", out);
    return out.toString();
  }

  /** {@code newline} is a line end with the indentation so far, or empty for text on one line. */
  private static void write(Json value, String newline, StringBuilder out) {
    switch (value) {
      case Json.Obj(var members) -> {
        String separator = "";
        String inner = newline.isEmpty() ? "" : newline + "  ";
        out.append('{');
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(separator).append(inner);
          quote(member.getKey(), out);
          out.append(newline.isEmpty() ? ":" : ": ");
          write(member.getValue(), inner, out);
          separator = ",";
        }
        out.append(members.isEmpty() ? "" : newline).append('}');
      }
      case Json.Arr(var items) -> {
        // Lists of plain values, as shapes are, read best on one line.
        boolean plain =
            items.stream().noneMatch(i -> i instanceof Json.Obj || i instanceof Json.Arr);
        String outer = plain ? "" : newline;
        String inner = outer.isEmpty() ? "" : newline + "  ";
        String separator = "";
        out.append('[');
        for (Json item : items) {
          out.append(separator).append(inner);
          write(item, inner, out);
          separator = plain && !newline.isEmpty() ? ", " : ",";
        }
        out.append(items.isEmpty() ? "" : outer).append(']');
      }
      case Json.Text(var text) -> quote(text, out);
      case Json.Whole(var whole) -> out.append(whole);
      case Json.Real(var real) -> out.append(real);
      case Json.Bool(var bool) -> out.append(bool);
      case Json.Null() -> out.append("null");
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // A lone surrogate has no UTF-8 form, its escape has.
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
