package voxcam.nets;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import voxcam.op.InputException;

/** The options behind an architecture's name. */
final class Settings {
  private final String name;
  private final Map<String, String> given = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  private Settings(String name) {
    this.name = name;
  }

  static Settings parse(String name, String text) {
    Settings settings = new Settings(name);
    for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? "" : part.substring(0, equals).strip();
      if (key.isEmpty()) {
        throw new InputException(
            "architecture %s: option \"%s\" is not NAME=VALUE".formatted(name, part));
      }
      if (settings.given.put(key, part.substring(equals + 1).strip()) != null) {
        throw new InputException("architecture " + name + ": option " + key + " is given twice");
      }
    }
    return settings;
  }

  String name() {
    return name;
  }

  int whole(String option, int otherwise) {
    return text(option).map(value -> number(option, value)).orElse(otherwise);
  }

  boolean flag(String option, boolean otherwise) {
    return switch (text(option).orElse(String.valueOf(otherwise))) {
      case "true", "1", "yes" -> true;
      case "false", "0", "no" -> false;
      default -> throw wrong(option, "true or false");
    };
  }

  Optional<String> choice(String option, List<String> choices) {
    Optional<String> value = text(option);
    if (value.isPresent() && !choices.contains(value.get())) {
      throw wrong(option, String.join(" or ", choices));
    }
    return value;
  }

  /** Whole numbers with dashes in between. */
  Optional<List<Integer>> wholes(String option) {
    return text(option)
        .map(value -> {
          List<Integer> numbers = new ArrayList<>();
          for (String part : value.split("-", -1)) {
            numbers.add(number(option, part));
          }
          return numbers;
        });
  }

  /** Which of the tasks; every architecture takes this option. */
  String task(String otherwise) {
    return choice("task", List.of("multiclass", "multilabel", "segmentation")).orElse(otherwise);
  }

  void checkAllKnown() {
    List<String> unknown = given.keySet().stream().filter(key -> !known.contains(key)).toList();
    if (!unknown.isEmpty()) {
      throw new InputException(
          "architecture %s: option %s is not known, known are %s"
              .formatted(name, String.join(", ", unknown), String.join(", ", known)));
    }
  }

  private Optional<String> text(String option) {
    known.add(option);
    return Optional.ofNullable(given.get(option));
  }

  private int number(String option, String part) {
    try {
      int number = Integer.parseInt(part);
      if (number >= 1 && number <= 1000) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(option, "whole numbers, as 2");
    }
    throw wrong(option, "numbers from 1 to 1000");
  }

  private InputException wrong(String option, String expected) {
    return new InputException(
        "architecture %s: option %s is \"%s\", expected %s"
            .formatted(name, option, given.get(option), expected));
  }
}
