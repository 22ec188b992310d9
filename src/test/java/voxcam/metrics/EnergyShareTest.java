package voxcam.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import voxcam.op.InputException;

final class EnergyShareTest {
  @Test
  void countsPositiveValuesInAndOutsideTheRegion() {
    EnergyShare share = EnergyShare.of(new float[] {3, -5, 1, 4}, new float[] {1, 1, 0, 0});

    assertThat(share).isEqualTo(new EnergyShare(3, 8));
    assertThat(share.share()).isEqualTo(0.375);
    assertThat(share.isEmpty()).isFalse();
  }

  @Test
  void aMapWithoutPositiveValuesHasNothingInside() {
    EnergyShare share = EnergyShare.of(new float[] {-1, 0}, new float[] {1, 1});

    assertThat(share.isEmpty()).isTrue();
    assertThat(share.share()).isZero();
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThatThrownBy(() -> EnergyShare.of(new float[2], new float[3]))
        .isInstanceOf(InputException.class)
        .hasMessage("energy share: the map has 2 voxels, the region 3; bring both onto one grid");
    assertThatThrownBy(() -> EnergyShare.of(new float[] {0, Float.NaN}, new float[2]))
        .isInstanceOf(InputException.class)
        .hasMessage("energy share: voxel 1 of the map is NaN");
  }
}
