package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Maps for the eye. */
class DisplayTest {
  @Test
  void interpolatesAsPyTorchDoes() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src/test/resources/volume/enlarge.tsv"));
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      String[] fields = line.split("\t", -1);
      Tensor map = Tensor.of(shape(fields[0]), floats(fields[1]));
      Tensor large = Display.resized(map, shape(fields[2]));
      assertThat(large.floats()).containsExactly(floats(fields[3]), within(1e-6f));
    }
  }

  @Test
  void stepsAreThoseThatWereDone() {
    Tensor raw = Tensor.of(Shape.of(1, 1, 2), -1f, 4f);
    Display same = Display.of(raw, Shape.of(1, 1, 2));
    assertThat(same.map().floats()).containsExactly(0f, 1f);
    assertThat(same.scale()).isEqualTo(4);
    assertThat(same.steps())
        .containsExactly(
            "relu: negative values become 0", "scale: divided by the largest raw value, 4.0");

    Display empty = Display.of(Tensor.of(Shape.of(1, 1, 2), -1f, -4f), Shape.of(1, 1, 4));
    assertThat(empty.map().floats()).containsOnly(0f);
    assertThat(empty.scale()).isZero();
    assertThat(empty.steps())
        .containsExactly(
            "relu: negative values become 0",
            "resize: linear, half-pixel, from [1,1,2] to [1,1,4]");
    assertThat(raw.floats()).containsExactly(-1f, 4f);
  }

  private static Shape shape(String text) {
    return Shape.of(Arrays.stream(text.split("[ ,x]+")).mapToInt(Integer::parseInt).toArray());
  }

  private static float[] floats(String text) {
    String[] parts = text.split("[ ,]+");
    float[] values = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Float.parseFloat(parts[i]);
    }
    return values;
  }
}
