package voxcam.volume;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import voxcam.op.InputException;

/**
 * The fields of one step of a recipe's JSON, taken one by one with their types checked; what is
 * left over is unknown.
 */
final class StepFields {
  private static final String KNOWN =
      "channels, orient, resample, crop_or_pad, clip, scale, minmax, zscore, subtract, axes, slabs";

  private static final int LARGEST_SIZE = 1 << 20;

  private final String where;
  private final Map<String, Object> fields;

  private StepFields(String where, Map<String, Object> fields) {
    this.where = where;
    this.fields = fields;
  }

  /** The step with this number, counted from 1. */
  static Step step(int number, Map<String, Object> fields) {
    Map<String, Object> rest = new LinkedHashMap<>(fields);
    String step = "recipe: step " + number;
    if (!(rest.remove("step") instanceof String name)) {
      throw new InputException(step + ": needs a field \"step\" with its name, one of " + KNOWN);
    }
    StepFields in = new StepFields(step + " (" + line(name) + ")", rest);
    Step result =
        switch (name) {
          case "channels" -> new Step.Channels(in.names("modalities"));
          case "orient" -> in.orient();
          case "resample" -> in.resample();
          case "crop_or_pad" -> in.cropOrPad();
          case "clip" -> in.clip();
          case "scale" -> in.scale();
          case "minmax" -> new Step.MinMax();
          case "zscore" -> new Step.ZScore(in.choice("mask", "all", "nonzero", "all"));
          case "subtract" -> new Step.Subtract(in.number("value"));
          case "axes" -> new Step.Axes(in.choice("order", "xyz", "zyx", null));
          case "slabs" -> new Step.Slabs(in.size("n", in.number("n")));
          default ->
              throw new InputException(
                  step + ": unknown step \"" + line(name) + "\"; known are " + KNOWN);
        };
    if (!rest.isEmpty()) {
      throw in.error("unknown field \"" + line(rest.keySet().iterator().next()) + "\"");
    }
    return result;
  }

  /** A text from the file as part of a one-line message. */
  static String line(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", ".");
    return clean.length() > 60 ? clean.substring(0, 60) + "..." : clean;
  }

  private InputException error(String message) {
    return new InputException(where + ": " + message);
  }

  private InputException wrong(String field, String expected, Object is) {
    return error(
        "field \""
            + field
            + "\" must be "
            + expected
            + (is == null ? ", and is missing" : ", is " + line("" + is)));
  }

  private Step orient() {
    Object codes = fields.remove("codes");
    if (!(codes instanceof String text)) {
      throw wrong("codes", "three letters such as \"RAS\"", codes);
    }
    try {
      return new Step.Orient(text);
    } catch (InputException e) {
      throw new InputException(where + ": " + line(e.getMessage()), e);
    }
  }

  private Step resample() {
    double[] spacing = numbers("spacing", 3);
    for (double mm : spacing) {
      if (!(mm > 0)) {
        throw wrong(
            "spacing", "three numbers above 0", List.of(spacing[0], spacing[1], spacing[2]));
      }
    }
    return new Step.Resample(
        triple(spacing), choice("interpolation", "linear", "nearest", "linear"));
  }

  private Step cropOrPad() {
    double[] shape = numbers("shape", 3);
    for (double n : shape) {
      size("shape", n);
    }
    if ("min".equals(fields.get("value"))) {
      fields.remove("value");
      return new Step.CropOrPad(triple(shape), OptionalDouble.empty());
    }
    return new Step.CropOrPad(
        triple(shape), OptionalDouble.of(number("value", "a number or \"min\"")));
  }

  private Step clip() {
    double min = number("min");
    double max = number("max");
    if (!(min <= max)) {
      throw error("field \"min\" is " + min + " and must not be above \"max\", which is " + max);
    }
    return new Step.Clip(min, max);
  }

  private Step scale() {
    double[] from = numbers("from", 2);
    double[] to = numbers("to", 2);
    if (from[0] == from[1]) {
      throw wrong("from", "two different numbers", List.of(from[0], from[1]));
    }
    return new Step.Scale(from[0], from[1], to[0], to[1]);
  }

  private static Step.Triple triple(double[] values) {
    return new Step.Triple(values[0], values[1], values[2]);
  }

  private double number(String field) {
    return number(field, "a number");
  }

  private double number(String field, String expected) {
    Object value = fields.remove(field);
    if (value instanceof Double number && Float.isFinite(number.floatValue())) {
      return number;
    }
    throw wrong(field, expected, value);
  }

  private int size(String field, double value) {
    if (value < 1 || value > LARGEST_SIZE || value != Math.rint(value)) {
      throw wrong(field, "whole numbers from 1 to " + LARGEST_SIZE, value);
    }
    return (int) value;
  }

  private double[] numbers(String field, int count) {
    Object value = fields.remove(field);
    double[] numbers = new double[count];
    if (!(value instanceof List<?> list) || list.size() != count) {
      throw wrong(field, "a list of " + count + " numbers", value);
    }
    for (int i = 0; i < count; i++) {
      if (!(list.get(i) instanceof Double number) || !Float.isFinite(number.floatValue())) {
        throw wrong(field, "a list of " + count + " numbers", value);
      }
      numbers[i] = number;
    }
    return numbers;
  }

  private List<String> names(String field) {
    Object value = fields.remove(field);
    List<String> names = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object name : list) {
        if (name instanceof String text) {
          names.add(line(text));
        }
      }
      if (!names.isEmpty() && names.size() == list.size()) {
        return names;
      }
    }
    throw wrong(field, "a list of names", value);
  }

  /**
   * Whether the field has the second value and not the first; without the field, what the default
   * says.
   */
  private boolean choice(String field, String first, String second, String absent) {
    Object value = fields.containsKey(field) ? fields.remove(field) : absent;
    if (!first.equals(value) && !second.equals(value)) {
      throw wrong(field, "\"" + first + "\" or \"" + second + "\"", value);
    }
    return second.equals(value);
  }
}
