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
import voxcam.model.WholeFile;
import voxcam.op.InputException;

/** Reads the JSON text of a recipe. */
final class RecipeText {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private RecipeText() {}

  static List<Step> steps(String json) {
    try (JsonParser in = JSON.createParser(json)) {
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
