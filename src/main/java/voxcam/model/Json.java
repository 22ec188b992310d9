package voxcam.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.InputException;

/**
 * A JSON value: immutable, objects in the order of their text. Numbers are whole (64 bits) or
 * finite doubles; text that holds anything else, or a name twice in one object, is refused.
 */
public sealed interface Json {
  /** Names and values, in order. */
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }
  }

  /** A list. */
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** A string. */
  record Text(String value) implements Json {}

  /** A number written without a fraction or exponent. */
  record Whole(long value) implements Json {}

  /** Any other number; never NaN, never infinite. */
  record Real(double value) implements Json {
    public Real {
      if (!Double.isFinite(value)) {
        throw new InputException("json: " + value + " cannot be written, numbers must be finite");
      }
    }
  }

  /** True or false. */
  record Bool(boolean value) implements Json {}

  /** Nothing. */
  record Null() implements Json {}

  /**
   * The value that a text stands for.
   *
   * @param what the text's name in messages, {@code model.safetensors: voxcam.graph}
   * @throws InputException if it is no JSON, nests deeper than 64, or holds more than two million
   *     values
   */
  static Json parse(String what, String text) {
    return JsonText.parse(what, text);
  }

  /**
   * An object of these members; the values are JSON values, strings, numbers, booleans, lists or
   * maps.
   */
  static Obj object(Map<String, ?> members) {
    Map<String, Json> converted = new LinkedHashMap<>();
    members.forEach((name, value) -> converted.put(name, of(value)));
    return new Obj(converted);
  }

  /** The JSON value of a string, number, boolean, list or map. */
  static Json of(Object value) {
    return switch (value) {
      case null -> new Null();
      case Json json -> json;
      case String text -> new Text(text);
      case Integer whole -> new Whole(whole);
      case Long whole -> new Whole(whole);
      case Number real -> new Real(real.doubleValue());
      case Boolean bool -> new Bool(bool);
      case List<?> items -> {
        List<Json> converted = new ArrayList<>();
        items.forEach(item -> converted.add(of(item)));
        yield new Arr(converted);
      }
      case Map<?, ?> members -> {
        Map<String, Json> converted = new LinkedHashMap<>();
        members.forEach((name, item) -> converted.put(String.valueOf(name), of(item)));
        yield new Obj(converted);
      }
      default -> throw new IllegalArgumentException("no JSON value: " + value.getClass().getName());
    };
  }

  /** The text without any spaces; equal values give equal text. */
  default String compact() {
    return JsonText.write(this, false);
  }

  /** The text over several lines, for files that people read. */
  default String indented() {
    return JsonText.write(this, true);
  }

  /** What kind of value this is, for messages. */
  default String kind() {
    return switch (this) {
      case Obj object -> "an object of " + object.members().size();
      case Arr list -> "a list of " + list.items().size();
      case Text text -> "the text " + Texts.quoted(text.value());
      case Whole whole -> "the number " + whole.value();
      case Real real -> "the number " + real.value();
      case Bool bool -> String.valueOf(bool.value());
      case Null ignored -> "null";
    };
  }
}
