package voxcam.volume;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.model.Json;
import voxcam.model.WholeFile;
import voxcam.op.InputException;

/** Reads the JSON text of a recipe. */
final class RecipeText {
  /** Apart, so that nothing of Jackson's is there before it is needed. */
  private static final class Jackson {
    private static final JsonFactory JSON =
        JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private Jackson() {}
  }

  private RecipeText() {}

  static List<Step> steps(String json) {
    return Json.plain(json).flatMap(RecipeText::plain).orElseGet(() -> careful(json));
  }

  /** The steps of a list of objects; nothing if it is anything else. */
  private static Optional<List<Step>> plain(Json recipe) {
    if (!(recipe instanceof Json.Arr(var items))) {
      return Optional.empty();
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Json item : items) {
      if (!(item instanceof Json.Obj(var members))) {
        return Optional.empty();
      }
      Map<String, Object> fields = new LinkedHashMap<>();
      members.forEach((field, value) -> fields.put(field, plainField(value)));
      objects.add(fields);
    }
    if (objects.stream().anyMatch(fields -> fields.containsValue(null))) {
      return Optional.empty();
    }
    List<Step> steps = new ArrayList<>();
    objects.forEach(fields -> steps.add(StepFields.step(steps.size() + 1, fields)));
    return Optional.of(steps);
  }

  /** A text, a number or a list of both; null for anything else. */
  private static Object plainField(Json value) {
    if (value instanceof Json.Arr(var items)) {
      List<Object> values = new ArrayList<>();
      items.forEach(item -> values.add(plainValue(item)));
      return values.contains(null) ? null : values;
    }
    return plainValue(value);
  }

  private static Object plainValue(Json value) {
    return switch (value) {
      case Json.Text(var text) -> text;
      case Json.Whole(var whole) -> (double) whole;
      case Json.Real(var real) -> real;
      default -> null;
    };
  }

  private static List<Step> careful(String json) {
    try (JsonParser in = Jackson.JSON.createParser(json)) {
      if (in.nextToken() != JsonToken.START_ARRAY) {
        throw new InputException(
            "recipe: must be a JSON list of steps such as [{\"step\": \"minmax\"}]");
      }
      List<Step> steps = new ArrayList<>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        int number = steps.size() + 1;
        if (in.currentToken() != JsonToken.START_OBJECT) {
          throw new InputException(
              "recipe: step " + number + ": must be an object such as {\"step\": \"minmax\"}");
        }
        steps.add(StepFields.step(number, object(in, number)));
      }
      if (in.nextToken() != null) {
        throw new InputException("recipe: something follows the list of steps");
      }
      return steps;
    } catch (JsonProcessingException e) {
      String why = e.getOriginalMessage().lines().findFirst().orElse("malformed");
      throw new InputException(
          "recipe: not JSON at character " + e.getLocation().getCharOffset() + ": " + why, e);
    } catch (IOException e) {
      throw new InputException("recipe: cannot be read: " + WholeFile.reason(e), e);
    }
  }

  /** The fields of one step: texts, numbers as Double, and lists of both. */
  private static Map<String, Object> object(JsonParser in, int number) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      fields.put(field, value(in, in.nextToken(), number, field));
    }
    return fields;
  }

  private static Object value(JsonParser in, JsonToken token, int number, String field)
      throws IOException {
    return switch (token) {
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          if (next == JsonToken.START_ARRAY) {
            throw wrongKind(number, field);
          }
          values.add(value(in, next, number, field));
        }
        yield values;
      }
      case null, default -> throw wrongKind(number, field);
    };
  }

  private static InputException wrongKind(int number, String field) {
    return new InputException(
        "recipe: step "
            + number
            + ": field \""
            + StepFields.line(field)
            + "\" must be a text, a number or a list of them");
  }
}
