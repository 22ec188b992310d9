package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.cuda.CamReduction.Layout;
import voxcam.cuda.CamReduction.Precision;

/** Where blocks hand over one alone writes the map, and each place of the parts has one writer. */
@Tag("emulator")
final class HandOverTest {
  private static final int[][] SHAPES = {{1, 300, 27}, {2, 1000, 8}, {2, 8, 3000}, {3, 65, 129}};

  private CamHarness harness;

  @BeforeEach
  void watch() {
    harness = new CamHarness();
    Emulator.watch(true);
  }

  @AfterEach
  void look() {
    Emulator.watch(false);
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void oneBlockWritesEachPlace(Layout layout) {
    int handedOver = 0;
    for (int[] sizes : SHAPES) {
      for (Precision precision : List.of(Precision.FP32, Precision.FP16)) {
        CamShape shape = new CamShape(sizes[0], sizes[1], sizes[2], precision, layout);
        for (CamConformanceTest.Way way : CamConformanceTest.Way.all()) {
          handedOver += run(way.launches(shape), CamHarness.drawn(shape, 5).given(way.op()));
        }
      }
    }
    assertThat(handedOver).isGreaterThan(SHAPES.length);
  }

  private int run(Launches launches, CamHarness.Given given) {
    List<float[]> maps = harness.run(launches, given, 1, 2);
    assertThat(maps.get(1)).isEqualTo(maps.get(0));
    return launches.counters() > 0 ? 1 : 0;
  }
}
