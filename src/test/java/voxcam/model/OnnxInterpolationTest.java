package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static voxcam.model.OnnxBytes.floats;
import static voxcam.model.OnnxBytes.message;
import static voxcam.model.OnnxBytes.node;
import static voxcam.model.OnnxBytes.value;
import static voxcam.model.OnnxBytes.wholes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Cubic, antialiased and cropping Resize along the last axis of {@code [1,2,1,W]}, whose second row
 * is ten times the first one. Expected values are PyTorch's ({@code interpolate} of one row, mode
 * bicubic or bilinear), or follow from the definition by hand.
 */
final class OnnxInterpolationTest {
  private static OnnxBytes text(String name, String value) {
    return message().text(1, name).text(4, value).number(20, 3);
  }

  private static OnnxBytes whole(String name, long value) {
    return message().text(1, name).number(3, value).number(20, 2);
  }

  private static OnnxBytes real(String name, float value) {
    return message().text(1, name).real(2, value).number(20, 1);
  }

  private static double[] resized(
      double[] row, double scale, long size, float[] roi, OnnxBytes... attributes) {
    OnnxBytes node =
        scale > 0
            ? node("r", "Resize", List.of("x", "roi", "scales"), List.of("y"))
            : node("r", "Resize", List.of("x", "roi", "", "sizes"), List.of("y"));
    for (OnnxBytes attribute : attributes) {
      node.with(5, attribute);
    }
    OnnxBytes graph =
        message()
            .with(1, node)
            .with(5, floats("roi", new long[] {roi.length}, roi))
            .with(5, floats("scales", new long[] {4}, 1, 1, 1, (float) scale))
            .with(5, wholes("sizes", 1, 2, 1, size))
            .with(11, value("x", 1, 2, 1, row.length))
            .with(12, value("y", 1, 2, 1, size));
    float[] values = new float[2 * row.length];
    for (int i = 0; i < row.length; i++) {
      values[i] = (float) row[i];
      values[i + row.length] = (float) (10 * row[i]);
    }
    return run(graph, Tensor.of(Shape.of(1, 2, 1, row.length), values));
  }

  private static double[] run(OnnxBytes graph, Tensor input) {
    Model model = OnnxOpening.read(OnnxFile.read("net.onnx", OnnxBytes.model(19, graph)), "");
    try (Program program = Backends.named("cpu").compile(model.graph(), Options.DEFAULT)) {
      return program.run(Map.of("x", input)).get(0).doubles();
    }
  }

  @Test
  void aChainOfThemDoesNotFillTheMemory() {
    OnnxBytes graph =
        message()
            .with(5, wholes("up", 1, 1, 1, 748))
            .with(5, wholes("down", 1, 1, 1, 700))
            .with(11, value("v0", 1, 1, 1, 700))
            .with(12, value("v40", 1, 1, 1, 700));
    for (int i = 0; i < 40; i++) {
      List<String> inputs = List.of("v" + i, "", "", i % 2 == 0 ? "up" : "down");
      graph.with(
          1,
          node("r" + i, "Resize", inputs, List.of("v" + (i + 1))).with(5, text("mode", "cubic")));
    }
    assertThatThrownBy(
            () -> OnnxOpening.read(OnnxFile.read("net.onnx", OnnxBytes.model(19, graph)), ""))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("more than 16 MiB of weights");
  }

  private static void gives(double[] found, double... expected) {
    double[] both = new double[2 * expected.length];
    for (int i = 0; i < expected.length; i++) {
      both[i] = expected[i];
      both[i + expected.length] = 10 * expected[i];
    }
    assertThat(found).usingComparatorWithPrecision(1e-4).containsExactly(both);
  }

  private static final float[] NO_REGION = {0, 0, 0, 0, 1, 1, 1, 1};
  private static final double[] ROW = {1, 2, 4, -3, 5, 0, 2, 2};

  @Test
  void cubic() {
    gives(
        resized(new double[] {1, 2, 4, -3}, 2, 8, NO_REGION, text("mode", "cubic")),
        0.894531,
        1.156250,
        1.562500,
        2.804688,
        4.320312,
        2.625000,
        -1.343750,
        -3.738281);
  }

  @Test
  void antialiased() {
    gives(
        resized(
            ROW,
            0,
            3,
            NO_REGION,
            text("mode", "linear"),
            whole("antialias", 1),
            whole("exclude_outside", 1)),
        1.789474,
        1.380952,
        1.763158);
    gives(
        resized(
            ROW,
            0,
            3,
            NO_REGION,
            text("mode", "cubic"),
            real("cubic_coeff_a", -0.5f),
            whole("antialias", 1),
            whole("exclude_outside", 1)),
        1.856086,
        1.350546,
        1.745600);
  }

  @Test
  void ofARegion() {
    float[] half = {0, 0, 0, 0.5f, 1, 1, 1, 1.5f};
    // The positions 1.5, 3 and 4.5 of four; the last one is outside.
    double[] found =
        resized(
            new double[] {1, 2, 3, 4},
            0,
            3,
            half,
            text("mode", "linear"),
            text("coordinate_transformation_mode", "tf_crop_and_resize"),
            real("extrapolation_value", 7));
    assertThat(found).usingComparatorWithPrecision(1e-5).containsExactly(2.5, 4, 7, 25, 40, 7);
  }

  @Test
  void aboutTheCentre() {
    // The positions 2/3 and 7/3 of four.
    gives(
        resized(
            new double[] {1, 2, 3, 4},
            0.6,
            2,
            NO_REGION,
            text("mode", "linear"),
            text("coordinate_transformation_mode", "half_pixel_symmetric")),
        5 / 3.0,
        10 / 3.0);
  }

  /** One factor for both axes: 1.5, which makes 8 of 5 columns and would make 7.5. */
  @ParameterizedTest
  @CsvSource({"linear, 0", "linear, 1", "cubic, 0", "cubic, 1", "nearest, 0"})
  void sizesThatKeepTheRatioHaveOneFactor(String mode, int antialias) {
    OnnxBytes node =
        node("r", "Resize", List.of("x", "", "", "sizes"), List.of("y"))
            .with(5, message().text(1, "axes").number(8, 2).number(8, 3).number(20, 7))
            .with(5, text("keep_aspect_ratio_policy", "not_smaller"))
            .with(5, text("mode", mode))
            .with(5, whole("antialias", antialias));
    OnnxBytes graph =
        message()
            .with(1, node)
            .with(5, wholes("sizes", 3, 7))
            .with(11, value("x", 1, 1, 2, 5))
            .with(12, value("y", 1, 1, 3, 8));
    Tensor input = Tensor.of(Shape.of(1, 1, 2, 5), 1, 2, 4, -3, 5, 1, 2, 4, -3, 5);
    double[] found = run(graph, input);
    double[] row =
        resized(
            new double[] {1, 2, 4, -3, 5},
            1.5,
            7,
            NO_REGION,
            text("mode", mode),
            whole("antialias", antialias));
    assertThat(found).hasSize(24);
    for (int i = 0; i < 3; i++) {
      assertThat(Arrays.copyOfRange(found, 8 * i, 8 * i + 7))
          .usingComparatorWithPrecision(1e-5)
          .containsExactly(Arrays.copyOf(row, 7));
    }
  }

  @Test
  void ofARegionByAScale() {
    float[] middle = {0, 0, 0, 0.25f, 1, 1, 1, 0.75f};
    // floor(4 * 0.5 * 2) values, from 0.75 to 2.25.
    gives(
        resized(
            new double[] {1, 2, 3, 4},
            2,
            4,
            middle,
            text("mode", "linear"),
            text("coordinate_transformation_mode", "tf_crop_and_resize")),
        1.75,
        2.25,
        2.75,
        3.25);
  }

  @Test
  void fromTheMiddleOfACell() {
    gives(
        resized(
            new double[] {1, 2, 3},
            2,
            6,
            NO_REGION,
            text("mode", "nearest"),
            text("nearest_mode", "floor"),
            text("coordinate_transformation_mode", "tf_half_pixel_for_nn")),
        1,
        1,
        2,
        2,
        3,
        3);
  }

  @Test
  void aRegionThatIsNotGivenIsRefused() {
    OnnxBytes[] crop = {text("coordinate_transformation_mode", "tf_crop_and_resize")};
    assertThatThrownBy(() -> resized(ROW, 0, 3, new float[] {0, 1}, crop))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "net.onnx: node r: Resize opset 19: tf_crop_and_resize takes a roi of 8 values, the"
                + " starts of the axes and their ends; this one has 2");
    OnnxBytes graph =
        message()
            .with(1, node("r", "Resize", List.of("x", "", "scales"), List.of("y")).with(5, crop[0]))
            .with(5, floats("scales", new long[] {4}, 1, 1, 1, 2))
            .with(11, value("x", 1, 2, 1, 4))
            .with(12, value("y", 1, 2, 1, 8));
    assertThatThrownBy(() -> run(graph, Tensor.of(Shape.of(1, 2, 1, 4), new float[8])))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("node r: Resize opset 19: tf_crop_and_resize takes a roi of 8 values")
        .hasMessageEndingWith("this one has 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode | quintic | nearest, linear, cubic",
        "nearest_mode | nearby | round_prefer_floor, round_prefer_ceil, floor, ceil",
        "coordinate_transformation_mode | polar | half_pixel, half_pixel_symmetric,"
            + " pytorch_half_pixel, align_corners, asymmetric, tf_half_pixel_for_nn,"
            + " tf_crop_and_resize",
        "keep_aspect_ratio_policy | shrink | stretch, not_larger, not_smaller",
      })
  void whatTheOperatorDoesNotHaveIsRefused(String attribute, String given, String known) {
    for (String mode : attribute.equals("mode") ? List.of("") : List.of("nearest", "cubic")) {
      List<OnnxBytes> attributes = new ArrayList<>(List.of(text(attribute, given)));
      if (!mode.isEmpty()) {
        attributes.add(text("mode", mode));
      }
      assertThatThrownBy(() -> resized(ROW, 2, 16, NO_REGION, attributes.toArray(OnnxBytes[]::new)))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "net.onnx: node r: Resize opset 19: %s is \"%s\", known are %s"
                  .formatted(attribute, given, known));
    }
  }

  @Test
  void whatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> resized(ROW, 0, 10_000_000, NO_REGION, text("mode", "cubic")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "axis 3 would go from 8 to 10000000 values, which is no size for cubic interpolation");
  }
}
