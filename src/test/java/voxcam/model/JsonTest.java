package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.InputException;

final class JsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"a\":[1,-2,9223372036854775807],\"b\":{\"c\":null,\"d\":[true,false]}}",
        "[0.1,1.0E-5,1.7976931348623157E308,-0.0]",
        "[\"\",\"\\\"\\\\\\n\\t\\r\\u0001\",\"\u00fc\u4e2d\"]",
        "\"\\ud83e\\ude7b\"",
      })
  void compactTextComesBackAsItWas(String text) {
    assertThat(Json.parse("j", text).compact()).isEqualTo(text);
  }

  @Test
  void numbersKeepTheirKind() {
    assertThat(Json.parse("j", "[1,1.0,1e2]"))
        .isEqualTo(new Json.Arr(List.of(new Json.Whole(1), new Json.Real(1), new Json.Real(100))));
  }

  @Test
  void indentedText() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", "conv1");
    members.put("shape", List.of(1, 2));
    members.put("none", List.of());
    members.put("nodes", List.of(Map.of("a", 1.5), Map.of()));
    Json value = Json.object(members);

    assertThat(value.indented())
        .isEqualTo(
            """
            {
              "name": "conv1",
              "shape": [1, 2],
              "none": [],
              "nodes": [
                {
                  "a": 1.5
                },
                {}
              ]
            }\
            """);
    assertThat(Json.parse("j", value.indented())).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|j: is empty, expected JSON",
        "{\"a\":1,\"a\":2}|j: the name \"a\" occurs twice in one object",
        "[1] [2]|j: goes on behind its end",
        "[1e999]|j: the number \"1e999\" is too large",
        "[9223372036854775808]|j: the number \"9223372036854775808\" is beyond 64 bits",
      })
  void refusals(String text, String message) {
    assertThatThrownBy(() -> Json.parse("j", text))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[1,",
        "{\"a\"}",
        "{a:1}",
        "[NaN]",
        "[Infinity]",
        "[01]",
        "[1.]",
        "nul",
        "\"\\x\"",
        "\"a",
        "[1]]",
        "// x\n1",
        "'a'",
        "[,1]",
        "\"a\nb\"",
        "\u0000"
      })
  void whatIsNoJson(String text) {
    assertThatThrownBy(() -> Json.parse("j", text))
        .isInstanceOf(InputException.class)
        .satisfies(e -> assertThat(e.getMessage()).startsWith("j: ").doesNotContain("\n"));
  }

  @Test
  void depthAndLengthHaveLimits() {
    assertThat(Json.parse("j", "[".repeat(64) + "]".repeat(64))).isNotNull();
    assertThatThrownBy(() -> Json.parse("j", "[".repeat(100_000)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(() -> Json.parse("j", "[" + "1".repeat(100_000) + "]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Number value length");
    assertThatThrownBy(() -> Json.parse("j", "[" + "0,".repeat(2_000_000) + "0]"))
        .isInstanceOf(InputException.class)
        .hasMessage("j: holds more than 2000000 values");
  }

  @Test
  void onlyFiniteNumbersAreWritten() {
    assertThatThrownBy(() -> Json.of(Double.NaN))
        .isInstanceOf(InputException.class)
        .hasMessage("json: NaN cannot be written, numbers must be finite");
  }
}
