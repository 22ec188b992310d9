package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;

/** How axes of space are written, and that model files keep them. */
final class SpaceTest {
  @TempDir Path folder;

  private static Optional<Space> parse(String axes, String tokens) {
    return Space.parse(Optional.ofNullable(axes), Optional.ofNullable(tokens));
  }

  @Test
  void isReadAsItIsWritten() {
    assertThat(parse(null, null)).isEmpty();
    assertThat(parse(" 0, 2,3", null)).contains(Space.of(0, 2, 3));
    assertThat(parse("-,3,4", null)).contains(Space.of(Space.NONE, 3, 4));
    assertThat(parse(null, "8x8x8")).contains(Space.ofTokens(8, 8, 8));
    Space space = parse("0,1", "1+14x12+2").orElseThrow();
    assertThat(space.tokens()).contains(new Space.Tokens(1, List.of(14, 12), 2));
    assertThat(space.tokens().get().count()).isEqualTo(14 * 12 + 3);
    assertThat(space).hasToString("space 0,1, tokens 1+14x12+2");
    assertThat(parse(null, "0+24+1").get().tokens().get()).hasToString("0+24+1");
    assertThat(parse("-,3,4", null).get().axesText()).isEqualTo("-,3,4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "0,2,2 | none | space 0,2,2: names axis 2 twice; give each axis once",
        "-,-,- | none | space -,-,-: names no axis of the layer; give numbers, as 0,2,3",
        "1,2,3,4 | none | space 1,2,3,4: makes a map of 4 axes, a map has at most 3",
        "0,1 | 2x3x4 | space 0,1 with tokens 2x3x4: makes a map of 4 axes, a map has at most 3",
        "1,- | 2x3 | space 1,-: tokens 2x3 need an axis to lie in; name it last",
        "0,2,x | none | space 0,2,x: not a list of axes; give the layer's axes along D,H,W counted from 0, as 0,2,3, with - for one that it does not have",
        "0;2 | none | space 0;2: not a list of axes; give the layer's axes along D,H,W counted from 0, as 0,2,3, with - for one that it does not have",
        "-1,2 | none | space -1,2: not a list of axes; give the layer's axes along D,H,W counted from 0, as 0,2,3, with - for one that it does not have",
        "none | 8*8*8 | tokens 8*8*8: give the grid of the tokens, as 8x8x8, or 1+8x8x8 with a class token before it, 8x8x8+1 behind it",
        "none | 2x2x2x2 | tokens 2x2x2x2: give the grid of the tokens, as 8x8x8, or 1+8x8x8 with a class token before it, 8x8x8+1 behind it",
        "none | 0x8x8 | tokens 0x8x8: give one to three sizes of at least 1, as 8x8x8",
      })
  void whatCannotBeIsRefused(String axes, String tokens, String message) {
    assertThatThrownBy(() -> parse(axes, tokens))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }

  @Test
  void aModelFileKeepsIt() {
    Model model = Model.open(GoldenFile.path("nets/flatten-linear.safetensors"));
    String layer = model.layer().orElseThrow();
    Space space = parse("4,2,3", null).orElseThrow();
    Path file = folder.resolve("net.safetensors");
    model.withSpace(space).withTask(model.task()).withLabels(model.labels()).save(file);
    assertThat(Model.open(file).space()).contains(space);
    assertThat(model.withSpace(space).withLayer(layer).space()).contains(space);
    assertThat(model.withSpace(space).withLayer("conv1").space()).isEmpty();
    Space tokens = parse("1", "1+2x3").orElseThrow();
    model.withSpace(tokens).save(file);
    assertThat(Model.open(file).space()).contains(tokens);
  }

  @Test
  void itIsOfALayer() {
    Model model = Model.open(GoldenFile.path("onnx/resnet18.onnx"));
    assertThatThrownBy(() -> model.withSpace(Space.of(2, 3, 4)))
        .hasMessage("resnet18: space 2,3,4 tells of the layer to explain, which is missing");
  }
}
