package voxcam.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.explain.Display;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Method;
import voxcam.explain.Trust;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** What pictures say, and that it fits. */
final class TextTest {
  private final Letters letters = new Letters(10, 1.25);

  @Test
  void longTextIsCutInTheMiddle() {
    String label = "a_very_long_label".repeat(20) + "_end";
    String cut = letters.fit(label, 300);
    assertThat(letters.width(cut)).isBetween(270, 300);
    assertThat(cut).startsWith("a_very_long").contains("\u2026").endsWith("_end");
    assertThat(letters.fit("short", 300)).isEqualTo("short");
    assertThat(letters.fit(label, 3)).isEmpty();
  }

  @Test
  void linesBreakBetweenWordsAndTheLastOneIsCut() {
    String text = "one two three four five six seven eight nine ten eleven twelve";
    List<String> lines = letters.wrap(text, 120, 2);
    assertThat(lines).hasSize(2);
    assertThat(lines).allMatch(line -> letters.width(line) <= 120);
    assertThat(text).startsWith(lines.get(0) + " ");
    assertThat(lines.get(1)).contains("\u2026").endsWith("e");
    assertThat(String.join(" ", letters.wrap(text, 120, 20))).isEqualTo(text);
    assertThat(letters.wrap("  ", 120, 2)).isEmpty();
  }

  @Test
  void everyPrintableCharacterHasAShapeOfItsOwn() {
    for (char c = ' '; c < 127; c++) {
      assertThat(Glyphs.has(c)).as("%s", c).isTrue();
      if (c > ' ') {
        assertThat(ink(String.valueOf(c))).as("%s", c).isPositive();
      }
    }
    assertThat(Glyphs.has(0x4e2d)).isFalse();
    assertThat(ink("\u4e2d")).isPositive();
    assertThat(ink("\u00fc")).isGreaterThan(ink("u"));
    assertThat(letters.width("\u00fc")).isEqualTo(letters.width("u"));
  }

  @Test
  void inkStaysWithinTheWidth() {
    for (String text : List.of("Wimple", "jig", "Quartz %", "f(x)", "1234567890")) {
      Canvas canvas = new Canvas(400, 60);
      letters.draw(canvas, 100, 30, text, 0xffffff);
      int end = 100 + letters.width(text);
      for (int y = 0; y < 60; y++) {
        for (int x = 0; x < 400; x++) {
          boolean inside = x >= 98 && x <= end + 1 && y >= 16 && y <= 35;
          assertThat(inside || canvas.pixel(x, y) == Canvas.BACKGROUND).isTrue();
        }
      }
    }
  }

  private int ink(String text) {
    Canvas canvas = new Canvas(60, 60);
    letters.draw(canvas, 20, 40, text, 0xffffff);
    int ink = 0;
    for (int i = 0; i < 3600; i++) {
      ink += canvas.pixel(i % 60, i / 60) == Canvas.BACKGROUND ? 0 : 1;
    }
    return ink;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "0.03871, 0.0387",
    "12345, 12300",
    "123456, 1.23e5",
    "-0.0000012, -1.2e-6",
    "0.001, 0.001",
    "1e-300, 1e-300",
    "-4.2, -4.2",
    "NaN, NaN"
  })
  void numbersAreShort(double value, String text) {
    assertThat(Numbers.text(value, 3)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.03, 0.02", "70, 50", "1, 1", "9.9, 5", "1234, 1000", "2e-7, 2e-7"})
  void scalesAreRound(double value, double round) {
    assertThat(Numbers.round(value)).isEqualTo(round);
  }

  @Test
  void aCaptionTellsScoreMethodLayerAndTrust() {
    Trust trust =
        new Trust(true, false, "one linear layer", List.of(), 3.25, 3, 0.25, 0, Optional.empty());
    Caption caption = caption(new HiResCam(), trust, OptionalLong.empty());
    assertThat(caption.title()).isEqualTo("nodule  (label 2)");
    assertThat(caption.subject())
        .isEqualTo("score 3.25 (raw logit)  \u00b7  HiResCAM  \u00b7  layer conv4");
    assertThat(caption.trust())
        .isEqualTo(
            "Guaranteed: one linear layer  \u00b7  map 3 + biases 0.25, residual 0 of the score");
    assertThat(caption.guaranteed()).isTrue();
    assertThat(caption.scale()).isEqualTo(2);
  }

  @Test
  void aCaptionTellsWhatBreaksTheGuarantee() {
    Trust trust =
        new Trust(
            false,
            false,
            "not by construction: behind the layer stands gate (Sigmoid)",
            List.of("gate (Sigmoid)", "norm (Norm)"),
            2,
            1,
            0,
            0.5,
            Optional.of("all evidence is against"));
    Caption caption = caption(new HiResCam(), trust, OptionalLong.of(12));
    assertThat(caption.subject()).startsWith("score 2 (sum of raw logits over 12 voxels)");
    assertThat(caption.trust())
        .isEqualTo(
            "Not guaranteed: behind the layer stands gate (Sigmoid)  \u00b7  sums need not add up"
                + " behind gate (Sigmoid) and 1 more  \u00b7  map 1 + biases 0 + bypass 0.5,"
                + " residual 0.25 of the score");
    assertThat(caption.empty()).contains("all evidence is against");
    Caption pooled = caption(new GradCam(), trust, OptionalLong.empty());
    assertThat(pooled.trust())
        .isEqualTo(
            "Not guaranteed: behind the layer stands gate (Sigmoid)  \u00b7  sum of the map 1");
  }

  private static Caption caption(Method method, Trust trust, OptionalLong voxels) {
    Tensor map = Tensor.of(Shape.of(1, 1, 2), -1f, 2f);
    Explanation explanation = new Explanation("nodule", 2, "conv4", method, map, voxels, trust);
    return Caption.of(explanation, Display.of(map, Shape.of(1, 1, 4)));
  }
}
