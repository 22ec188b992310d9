package voxcam.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of a JSON file. What is missing is a value too, {@link #isMissing}, so that paths through
 * a file need no checks on the way.
 */
record Json(Object value) {
  private static final JsonFactory FACTORY = new JsonFactory();

  static Json read(Path file) throws IOException {
    try (JsonParser parser = FACTORY.createParser(Files.readString(file))) {
      parser.nextToken();
      return new Json(value(parser));
    }
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String key = parser.currentName();
          parser.nextToken();
          object.put(key, value(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /** Writes maps, lists, strings, numbers and booleans. */
  static void write(Path file, Object value) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
        JsonGenerator generator = FACTORY.createGenerator(writer)) {
      generator.setPrettyPrinter(new DefaultPrettyPrinter());
      write(generator, value);
      generator.writeRaw('\n');
    }
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case Map<?, ?> object -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
          generator.writeFieldName(entry.getKey().toString());
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case List<?> array -> {
        generator.writeStartArray();
        for (Object item : array) {
          write(generator, item);
        }
        generator.writeEndArray();
      }
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Double number -> generator.writeNumber(number);
      case null -> generator.writeNull();
      default -> generator.writeString(value.toString());
    }
  }

  /** What is found by going down these keys. */
  Json at(String... keys) {
    Object found = value;
    for (String key : keys) {
      found = found instanceof Map<?, ?> object ? object.get(key) : null;
    }
    return new Json(found);
  }

  boolean isMissing() {
    return value == null;
  }

  /** A number, NaN where there is none. */
  double number() {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  /** A text, or the number's; empty where there is none. */
  String text() {
    return value == null ? "" : value.toString();
  }

  List<Json> items() {
    return value instanceof List<?> list
        ? list.stream().map((Object item) -> new Json(item)).toList()
        : List.of();
  }
}
