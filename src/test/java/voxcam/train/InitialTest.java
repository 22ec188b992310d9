package voxcam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import voxcam.op.Shape;

final class InitialTest {
  @Test
  void weightsHaveTheDeviationThatKeepsReluNetworksAlive() {
    float[] weights = Initial.normal(Shape.of(64, 32, 3, 3, 3), new SplittableRandom(3)).floats();

    double mean = 0;
    double square = 0;
    for (float weight : weights) {
      mean += weight / weights.length;
      square += (double) weight * weight / weights.length;
    }
    assertThat(mean).isCloseTo(0, within(2e-3));
    assertThat(Math.sqrt(square)).isCloseTo(Math.sqrt(2.0 / (32 * 27)), within(5e-4));
  }

  @Test
  void theSameSeedGivesTheSameWeights() {
    Shape shape = Shape.of(4, 3);
    assertThat(Initial.normal(shape, new SplittableRandom(3)).floats())
        .isEqualTo(Initial.normal(shape, new SplittableRandom(3)).floats())
        .isNotEqualTo(Initial.normal(shape, new SplittableRandom(4)).floats());
  }
}
