package voxcam.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RegionsTest {
  private static List<Integer> positions(Regions regions, int output, int size) {
    List<Integer> positions = new ArrayList<>();
    for (int tap = 0; tap < regions.taps(0, output, size); tap++) {
      positions.add(regions.start(0, output, size) + tap * regions.step(0));
    }
    return positions;
  }

  @Test
  void adaptiveRegionsHoldWhatLiesUnderThem() {
    for (int size = 1; size <= 20; size++) {
      for (int outputs = 1; outputs <= 23; outputs++) {
        Regions regions = new Regions.Adaptive(List.of(outputs));
        TreeSet<Integer> covered = new TreeSet<>();
        for (int o = 0; o < outputs; o++) {
          // An input position covers [i, i+1); a region covers [o, o+1) * size / outputs.
          List<Integer> under = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            if ((i + 1) * outputs > o * size && i * outputs < (o + 1) * size) {
              under.add(i);
            }
          }
          assertThat(positions(regions, o, size))
              .as("%d of %d on %d", o, outputs, size)
              .isEqualTo(under);
          covered.addAll(under);
        }
        assertThat(covered).hasSize(size);
        assertThat(regions.output(0, size)).isEqualTo(outputs);
      }
    }
  }

  @Test
  void slidingRegionsStepByStrideAndDilation() {
    Regions regions =
        new Regions.Sliding(new Window(List.of(new Window.Axis(3, 2, 2, 1, 2))), false);
    assertThat(regions.output(0, 7)).isEqualTo(3);
    assertThat(positions(regions, 0, 7)).containsExactly(-2, 0, 2);
    assertThat(positions(regions, 2, 7)).containsExactly(2, 4, 6);
    assertThat(regions.padded(0, 7)).isEqualTo(8);
  }

  @Test
  void everyRegionThatPoolingAcceptsSeesInput() {
    Random random = new Random(3);
    int accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      Window.Axis axis =
          new Window.Axis(
              1 + random.nextInt(4),
              1 + random.nextInt(4),
              random.nextInt(6),
              random.nextInt(6),
              1 + random.nextInt(6));
      int size = 1 + random.nextInt(9);
      Regions regions = new Regions.Sliding(new Window(List.of(axis)), random.nextBoolean());
      int outputs;
      try {
        outputs = new Pool.Max(regions).infer(List.of(Shape.of(1, 1, size))).dim(2);
      } catch (InputException e) {
        continue;
      }
      accepted++;
      for (int o = 0; o < outputs; o++) {
        assertThat(positions(regions, o, size))
            .as("%s on %d", axis, size)
            .anyMatch(position -> position >= 0 && position < size);
      }
    }
    assertThat(accepted).isGreaterThan(1_000);
  }

  @Test
  void refusesImpossibleSizes() {
    assertThatThrownBy(() -> new Regions.Adaptive(List.of(1, 0)))
        .isInstanceOf(InputException.class)
        .hasMessage("adaptive pooling: output sizes [1, 0], give 1 to 3 sizes of at least 1");
  }
}
