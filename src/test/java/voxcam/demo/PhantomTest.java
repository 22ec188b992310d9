package voxcam.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.metrics.Surroundings;
import voxcam.op.Shape;
import voxcam.volume.Grid;

final class PhantomTest {
  private static final long SEED = 12;
  private static final Shape SHAPE = Shape.of(96, 96, 64);

  @Test
  void theSameSeedGivesTheSameScan() {
    Phantom phantom = Phantom.random(SEED);

    assertThat(Phantom.random(SEED).scan().voxels()).isEqualTo(phantom.scan().voxels());
    assertThat(Phantom.random(SEED + 1).scan().voxels()).isNotEqualTo(phantom.scan().voxels());
    assertThat(phantom.scan().name()).isEqualTo("phantom-12");
  }

  @ParameterizedTest
  @EnumSource
  void aFindingChangesItsVoxelsAndNoOthers(Abnormality abnormality) {
    float[] healthy = Phantom.of(SEED, Set.of()).scan().voxels();
    Phantom ill = Phantom.of(SEED, Set.of(abnormality));
    float[] mask = ill.findings().getFirst().mask().voxels();
    // The scanner's blur reaches one voxel further.
    float[] reached = Surroundings.of(mask, SHAPE, 1, 1, 1);

    int inside = 0;
    int changed = 0;
    for (int i = 0; i < mask.length; i++) {
      float change = ill.scan().voxels()[i] - healthy[i];
      assertThat(reached[i] != 0 || change == 0).as("voxel %d", i).isTrue();
      inside += mask[i] != 0 ? 1 : 0;
      changed += mask[i] != 0 && change > 150 ? 1 : 0;
    }
    assertThat(inside).isBetween(60, 20_000);
    assertThat(changed / (double) inside).isGreaterThan(0.85);
    assertThat(ill.truth()[abnormality.index()]).isEqualTo(1);
  }

  @Test
  void findingsLieWhereTheirNamesSay() {
    for (long seed = 0; seed < 3; seed++) {
      for (Phantom.Finding finding :
          Phantom.of(seed, EnumSet.allOf(Abnormality.class)).findings()) {
        double[] middle = middle(finding);
        switch (finding.abnormality()) {
          case RIGHT_EFFUSION -> {
            assertThat(middle[0]).isGreaterThan(20);
            assertThat(middle[1]).isLessThan(-20);
          }
          case LEFT_EFFUSION -> {
            assertThat(middle[0]).isLessThan(-20);
            assertThat(middle[1]).isLessThan(-20);
          }
          case RIGHT_NODULE -> assertThat(middle[0]).isGreaterThan(20);
          case LEFT_NODULE -> assertThat(middle[0]).isLessThan(-20);
          case HEART_CALCIFICATION -> assertThat(middle[1]).isGreaterThan(0);
        }
      }
    }
  }

  @Test
  void findingsDoNotOverlap() {
    Phantom phantom = Phantom.of(SEED, EnumSet.allOf(Abnormality.class));
    float[] sum = new float[SHAPE.length()];
    for (Phantom.Finding finding : phantom.findings()) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += finding.mask().voxels()[i];
      }
    }
    assertThat(sum).contains(1);
    for (float value : sum) {
      assertThat(value).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void theScanIsFiledAsScannersDoItAndInHounsfieldUnits() {
    Phantom phantom = Phantom.random(SEED);
    Grid grid = phantom.scan().grid();
    float[] sorted = phantom.scan().voxels().clone();
    Arrays.sort(sorted);

    assertThat(grid.orientation()).isEqualTo("LPS");
    assertThat(grid.spacing()).containsExactly(new double[] {3.6, 3.6, 5}, within(1e-9));
    assertThat(sorted[0]).isBetween(-1200f, -1000f);
    assertThat(sorted[sorted.length - 1]).isBetween(300f, 1300f);
    assertThat(sorted[sorted.length / 10]).isBetween(-1030f, -970f);
    for (float value : phantom.scan().voxels()) {
      assertThat(value).isEqualTo(Math.round(value));
    }
  }

  /** The mean place of a finding's voxels, in mm. */
  private static double[] middle(Phantom.Finding finding) {
    double[] sum = new double[3];
    int count = 0;
    Grid grid = finding.mask().grid();
    for (int x = 0; x < grid.size(0); x++) {
      for (int y = 0; y < grid.size(1); y++) {
        for (int z = 0; z < grid.size(2); z++) {
          if (finding.mask().value(x, y, z) != 0) {
            double[] world = grid.world(x, y, z);
            for (int axis = 0; axis < 3; axis++) {
              sum[axis] += world[axis];
            }
            count++;
          }
        }
      }
    }
    int voxels = count;
    return Arrays.stream(sum).map(s -> s / voxels).toArray();
  }
}
