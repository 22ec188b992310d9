package voxcam.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/** What a panel draws, pixel by pixel. */
final class PanelTest {
  @Test
  void theOutlineRunsJustInsideTheMask() {
    Grid grid = Grid.of(new int[] {10, 10, 1}, Affine.scaling(-1, -1, 1));
    float[] mask = new float[100];
    for (int x = 2; x < 5; x++) {
      for (int y = 6; y < 8; y++) {
        mask[10 * x + y] = 1;
      }
    }
    Canvas canvas = new Canvas(50, 50);
    Panel panel = new Panel(View.of(Plane.AXIAL, grid), 0, 5, 5, 40, 40);
    panel.outline(canvas, Volume.of(grid, mask));
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 40; x++) {
        boolean inside = x >= 8 && x < 20 && y >= 24 && y < 32;
        boolean core = x >= 9 && x < 19 && y >= 25 && y < 31;
        assertThat(canvas.pixel(5 + x, 5 + y) == Panel.OUTLINE)
            .as("%d,%d", x, y)
            .isEqualTo(inside && !core);
      }
    }
    assertThat(canvas.pixel(5 + 12, 5 + 28)).isEqualTo(Canvas.BACKGROUND);
  }

  @Test
  void noVoxelOfAMaskIsLostWhereThePictureIsSmaller() {
    Grid grid = Grid.of(new int[] {64, 64, 1}, Affine.scaling(-1, -1, 1));
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      Canvas canvas = new Canvas(21, 13);
      Panel panel = new Panel(View.of(Plane.AXIAL, grid), 0, 0, 0, 21, 13);
      int[] voxel = {random.nextInt(64), random.nextInt(64), 0};
      panel.outline(canvas, Bodies.hot(grid, voxel));
      int[] at = panel.pixel(voxel);
      int seen = 0;
      for (int y = at[1] - 1; y <= at[1] + 1; y++) {
        for (int x = at[0] - 1; x <= at[0] + 1; x++) {
          boolean drawn = x >= 0 && x < 21 && y >= 0 && y < 13;
          seen += drawn && canvas.pixel(x, y) == Panel.OUTLINE ? 1 : 0;
        }
      }
      assertThat(seen).isPositive();
    }
  }

  @Test
  void whereTheMapIsZeroTheVolumeIsAsItWas() {
    Grid grid = Bodies.grid(new Random(3), 9, 8, 7);
    Canvas canvas = new Canvas(60, 60);
    View view = View.of(Plane.CORONAL, grid);
    new Panel(view, 1, 0, 0, 60, 60)
        .draw(canvas, Scan.of(Bodies.numbered(grid), 0), Bodies.empty(grid));
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 60; x++) {
        int pixel = canvas.pixel(x, y);
        assertThat(pixel).isEqualTo((pixel & 255) * 0x010101);
      }
    }
  }

  @Test
  void panelsKeepTheProportionsOfThePatient() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      Grid grid =
          Bodies.grid(
              random, 20 + random.nextInt(200), 20 + random.nextInt(200), 20 + random.nextInt(200));
      List<View> views = MapPicture.shown(grid);
      List<Panel> row = MapPicture.row(views, Collections.nCopies(3, 0), 1200, 430);
      for (Panel panel : row) {
        double shape = panel.view().heightMm() / panel.view().widthMm();
        assertThat((double) panel.height())
            .isCloseTo(panel.width() * shape, within(0.5 + 0.5 * shape + 1e-6));
        double perMm = panel.width() / panel.view().widthMm();
        double first = row.get(0).width() / row.get(0).view().widthMm();
        assertThat(perMm).isCloseTo(first, within(0.1 * first));
        assertThat(panel.height()).isLessThanOrEqualTo(430);
      }
      assertThat(row.get(2).x() + row.get(2).width()).isLessThanOrEqualTo(1200 + 24 + 2);
    }
  }

  @Test
  void coloursRiseInLightnessAndNothingIsDrawnAtZero() {
    double before = -1;
    for (int i = 0; i <= 50; i++) {
      int colour = HeatRamp.colour(i / 50.0);
      double light =
          0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
      assertThat(light).isGreaterThan(before);
      before = light;
    }
    assertThat(HeatRamp.over(0x808080, 0)).isEqualTo(0x808080);
    assertThat(HeatRamp.over(0x808080, Double.NaN)).isEqualTo(0x808080);
    assertThat(HeatRamp.over(0x808080, 2)).isEqualTo(HeatRamp.over(0x808080, 1));
  }

  private static double linear(int channel) {
    return Math.pow((channel & 255) / 255.0, 2.2);
  }

  @Test
  void stretchingKeepsConstantsAndMeans() {
    float[] plane = {1, 2, 3, 4, 5, 6};
    float[] mean = Stretch.linear(new float[] {0, 1, 0, 1, 0, 1, 0, 1}, 1, 8, 1, 2);
    assertThat(mean[0]).isCloseTo(0.5f, within(0.1f));
    assertThat(Stretch.linear(plane, 2, 3, 2, 3)).containsExactly(plane);
    assertThat(Stretch.linear(new float[] {7}, 1, 1, 3, 5)).containsOnly(7);
    // Half-pixel positions: 0 and 1 on four pixels lie at -0.25, 0.25, 0.75, 1.25.
    assertThat(Stretch.linear(new float[] {0, 1}, 1, 2, 1, 4)).containsExactly(0, 0.25f, 0.75f, 1);
  }
}
