package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.op.InputException;

/** What the reader of plain JSON takes, Jackson takes, too, as the same value. */
class PlainJsonTest {
  private static final String HEADER =
      "{\"__metadata__\":{\"format\":\"pt\",\"voxcam.graph\":\"{\\\"a\\\": [1, -2.5e-3]}\"},"
          + " \"a.weight\":{\"dtype\":\"F32\",\"shape\":[3,512],\"data_offsets\":[0,6144]},\n"
          + "\t\"b\": [true, false, null, 0, -0, 0.0, 9007199254740993, 1E5, \"\\/\\b\\f\\r\\n\\t\"]}";

  /** What mutations put in. */
  private static final List<String> PIECES =
      List.of(
          "\"",
          "\\",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "0",
          "-",
          ".",
          "e",
          "true",
          "nul",
          " ",
          "\u0000",
          "\u0001",
          "\u00e9",
          "\ufffd",
          "\ud800",
          "\\u0041",
          "12345678901234567890",
          "1e999",
          "//");

  private static Optional<Json> jackson(String text) {
    try {
      return Optional.of(JsonText.careful("text", text));
    } catch (InputException e) {
      return Optional.empty();
    }
  }

  @Test
  void plainTextIsRead() {
    assertThat(PlainJson.parse(HEADER)).isPresent().isEqualTo(jackson(HEADER));
    for (String text :
        List.of("[]", "{}", " [ ] ", "\"\"", "1", "-0", "true", "null", "[[[{}]]]")) {
      assertThat(PlainJson.parse(text)).as(text).isPresent().isEqualTo(jackson(text));
    }
  }

  @Test
  void whatIsUnusualIsLeftToJackson() {
    for (String text :
        List.of(
            "\"\\u0041\"",
            "1234567890123456789",
            "1e999",
            "{\"a\":1,\"a\":1}",
            "[".repeat(40) + "]".repeat(40),
            "0." + "0".repeat(70))) {
      assertThat(PlainJson.parse(text)).as(text).isEmpty();
    }
  }

  @Test
  void mistakesAreLeftToJackson() {
    for (String text :
        List.of(
            "",
            " ",
            "[",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "[1 2]",
            "01",
            "-",
            "+1",
            "1.",
            ".5",
            "1e",
            "1e+",
            "tru",
            "truex",
            "1x",
            "[] []",
            "[]x",
            "\"a",
            "\"\\x\"",
            "\"\n\"",
            "'a'",
            "NaN",
            "\ufeff[]",
            "[1]/**/",
            "{\"a\":}",
            "{,}",
            "[,]",
            "nullnull",
            "\u00a01")) {
      assertThat(PlainJson.parse(text)).as(text).isEmpty();
      assertThat(jackson(text)).as(text).isEmpty();
    }
  }

  @Test
  void mutationsAreReadAsJacksonReadsThemOrNotAtAll() {
    Random random = new Random(31);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(HEADER);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + random.nextInt(3));
        text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
      }
      Optional<Json> plain = PlainJson.parse(text.toString());
      if (plain.isPresent()) {
        assertThat(plain).as(text.toString()).isEqualTo(jackson(text.toString()));
        read++;
      }
    }
    assertThat(read).isBetween(1000, 19_000);
  }
}
