package voxcam.model;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import voxcam.op.InputException;

/**
 * The attributes of one node of a file. Remembers which were asked for: one that nobody knows is
 * refused, because what it asks for would be left out in silence.
 */
final class Attributes {
  private final String where;
  private final Map<String, Json> values;
  private final Set<String> known = new HashSet<>();

  Attributes(String where, Map<String, Json> values) {
    this.where = where;
    this.values = values;
  }

  boolean has(String name) {
    known.add(name);
    return values.containsKey(name);
  }

  int whole(String name, int otherwise) {
    return has(name) ? Numbers.exact(where(name), whole(name)) : otherwise;
  }

  int required(String name) {
    if (!has(name)) {
      throw new InputException(where + ": the attribute " + name + " is missing");
    }
    return whole(name, 0);
  }

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    return switch (values.get(name)) {
      case Json.Bool(var bool) -> bool;
      case Json.Whole(var whole) when whole == 0 || whole == 1 -> whole == 1;
      default -> throw wrong(name, "0 or 1");
    };
  }

  double real(String name, double otherwise) {
    return has(name) ? real(name, values.get(name)) : otherwise;
  }

  String text(String name, String otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (values.get(name) instanceof Json.Text(var text)) {
      return text;
    }
    throw wrong(name, "a text");
  }

  /** Whole numbers; a single one stands for a list of one. */
  Optional<long[]> wholes(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    return Optional.of(items(name).stream().mapToLong(item -> whole(name, item)).toArray());
  }

  /** Numbers; a single one stands for a list of one. */
  Optional<double[]> reals(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    return Optional.of(items(name).stream().mapToDouble(item -> real(name, item)).toArray());
  }

  /** Refuses any value but this one, the only one that the engine computes. */
  void only(String name, int value) {
    int given = whole(name, value);
    if (given != value) {
      throw new InputException(where(name) + " is " + given + ", only " + value + " is supported");
    }
  }

  /** Refuses any text but this one. */
  void only(String name, String value) {
    String given = text(name, value);
    if (!given.equals(value)) {
      throw new InputException(
          where(name) + " is " + Texts.quoted(given) + ", only \"" + value + "\" is supported");
    }
  }

  /** Attributes that do not change the result here. */
  void harmless(String... names) {
    known.addAll(Arrays.asList(names));
  }

  /** Refuses attributes that no one asked for. */
  void checkAllKnown() {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      String takes = known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known));
      throw new InputException(
          where
              + ": does not know the attribute "
              + Texts.listed(List.copyOf(unknown))
              + "; it takes "
              + takes);
    }
  }

  private String where(String name) {
    return where + ": the attribute " + name;
  }

  private List<Json> items(String name) {
    Json value = values.get(name);
    List<Json> items = value instanceof Json.Arr(var list) ? list : List.of(value);
    Numbers.checkCount(where(name), items.size());
    return items;
  }

  private long whole(String name) {
    return whole(name, values.get(name));
  }

  private long whole(String name, Json value) {
    return switch (value) {
      case Json.Whole(var whole) -> whole;
      case Json.Real(var real) when real == Math.rint(real) && Math.abs(real) < 1L << 53 ->
          (long) real;
      default -> throw wrong(name, "whole numbers");
    };
  }

  private double real(String name, Json value) {
    return switch (value) {
      case Json.Whole(var whole) -> whole;
      case Json.Real(var real) -> real;
      default -> throw wrong(name, "numbers");
    };
  }

  private InputException wrong(String name, String expected) {
    return new InputException(
        where(name) + " is " + values.get(name).kind() + ", expected " + expected);
  }
}
