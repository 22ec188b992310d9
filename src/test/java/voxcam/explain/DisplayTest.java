package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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

  /** Larger, smaller and the same along each axis. */
  @Test
  void isWhatItIsDefinedToBe() {
    Random random = new Random(5);
    for (int i = 0; i < 400; i++) {
      Shape shape = sizes(random);
      Shape grid = i % 10 == 0 ? shape : sizes(random);
      float[] raw = DisplayDefinition.drawn(shape, random);
      assertIsDefined(raw, shape, grid);
    }
  }

  @Test
  void mapsWithoutPositiveValuesOrWithWhatIsNoNumber() {
    Shape shape = Shape.of(3, 4, 5);
    float[] specials = {Float.NaN, Float.POSITIVE_INFINITY, 7 * Float.MIN_VALUE, -1, 0};
    for (Shape grid : List.of(shape, Shape.of(9, 12, 15), Shape.of(7, 5, 3))) {
      for (float special : specials) {
        float[] raw = new float[60];
        Arrays.fill(raw, -2);
        raw[33] = special;
        assertIsDefined(raw, shape, grid);
      }
    }
    float[] raw = new float[60];
    raw[7] = Float.NaN;
    Display display = Display.of(Tensor.of(shape, raw), Shape.of(6, 8, 10));
    assertThat(display.scale()).isNaN();
    assertThat(display.steps()).hasSize(2);
  }

  private static void assertIsDefined(float[] raw, Shape shape, Shape grid) {
    double[] wanted = DisplayDefinition.of(raw, shape, grid);
    float[] map = Display.of(Tensor.of(shape, raw), grid).map().floats();
    for (int i = 0; i < wanted.length; i++) {
      boolean near = Math.abs(map[i] - wanted[i]) <= 1e-6;
      if (!near && !(Float.isNaN(map[i]) && Double.isNaN(wanted[i]))) {
        assertThat((double) map[i]).as("%s to %s at %d", shape, grid, i).isEqualTo(wanted[i]);
      }
    }
  }

  private static Shape sizes(Random random) {
    return Shape.of(1 + random.nextInt(12), 1 + random.nextInt(12), 1 + random.nextInt(12));
  }

  @Test
  void threadsDoNotChangeABit() {
    Shape shape = Shape.of(5, 6, 7);
    Shape grid = Shape.of(67, 90, 101);
    Tensor raw = Tensor.of(shape, DisplayDefinition.drawn(shape, new Random(9)));
    Display one = Display.of(raw, grid, 1);
    for (int threads : new int[] {2, 3, 5, 64}) {
      Display many = Display.of(raw, grid, threads);
      assertThat(Arrays.equals(many.map().floats(), one.map().floats())).isTrue();
      assertThat(many.scale()).isEqualTo(one.scale());
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
