package voxcam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class AdamTest {
  private static final Offset<Float> ROUNDING = within(1e-6f);

  @Test
  void theFirstStepHasTheSizeOfTheRate() {
    Map<String, Tensor> moved = new Adam().step(0.1, vector(1, -2, 3), vector(0.5f, -4, 0));

    assertThat(moved.get("w").floats()).containsExactly(new float[] {0.9f, -1.9f, 3}, ROUNDING);
  }

  @Test
  void furtherStepsFollowTheMoments() {
    Adam adam = new Adam();
    Map<String, Tensor> once = adam.step(0.1, vector(1), vector(0.5f));

    Map<String, Tensor> twice = adam.step(0.1, once, vector(-1));

    // m = 0.9 * 0.05 + 0.1 * -1 = -0.055, over 1 - 0.81; v = 0.999 * 0.00025 + 0.001 = 0.00124975,
    // over 1 - 0.998001
    double step = 0.1 * (-0.055 / 0.19) / Math.sqrt(0.00124975 / 0.001999);
    assertThat(twice.get("w").floats()[0]).isCloseTo((float) (0.9 - step), ROUNDING);
  }

  @Test
  void onlyNamedParametersDecayBesideTheStep() {
    Map<String, Tensor> values = Map.of("w", values(1, -2), "b", values(1, -2));
    Map<String, Tensor> gradients = Map.of("w", values(0, 0), "b", values(0, 0));

    Map<String, Tensor> moved = new Adam(Map.of("w", 0.5)).step(0.1, values, gradients);

    assertThat(moved.get("w").floats()).containsExactly(new float[] {0.95f, -1.9f}, ROUNDING);
    assertThat(moved.get("b").floats()).containsExactly(1, -2);
  }

  @Test
  void nothingGivenIsWrittenTo() {
    Map<String, Tensor> before = vector(1);

    new Adam().step(0.1, before, vector(1));

    assertThat(before.get("w").floats()).containsExactly(1);
  }

  @Test
  void everyParameterNeedsItsGradient() {
    assertThatThrownBy(() -> new Adam().step(0.1, vector(1, 2), vector(1)))
        .isInstanceOf(InputException.class)
        .hasMessage("adam: parameter w has shape [2], its gradient [1]");
    assertThatThrownBy(() -> new Adam().step(0.1, vector(1, 2), Map.of()))
        .hasMessage("adam: parameter w has shape [2], its gradient is missing");
  }

  private static Map<String, Tensor> vector(float... values) {
    return Map.of("w", values(values));
  }

  private static Tensor values(float... values) {
    return Tensor.of(Shape.of(values.length), values);
  }
}
