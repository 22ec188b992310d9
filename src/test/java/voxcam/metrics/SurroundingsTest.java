package voxcam.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import voxcam.op.InputException;
import voxcam.op.Shape;

final class SurroundingsTest {
  @Test
  void reachesAsFarAsEachAxisSaysAndNotAroundEdges() {
    Shape shape = Shape.of(3, 4, 5);
    float[] region = new float[60];
    region[(1 * 4 + 3) * 5 + 4] = 1;

    float[] grown = Surroundings.of(region, shape, 0, 1, 2);

    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        for (int k = 0; k < 5; k++) {
          boolean inside = i == 1 && j >= 2 && k >= 2;
          assertThat(grown[(i * 4 + j) * 5 + k]).as("%d %d %d", i, j, k).isEqualTo(inside ? 1 : 0);
        }
      }
    }
    assertThat(region).containsOnlyOnce(1);
  }

  @Test
  void refusesARegionOfAnotherShape() {
    assertThatThrownBy(() -> Surroundings.of(new float[7], Shape.of(2, 2, 2), 1, 1, 1))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "surroundings: region of 7 voxels, shape [2,2,2], 3 distances; give three axes that fit");
  }
}
