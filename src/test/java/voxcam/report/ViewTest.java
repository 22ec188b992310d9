package voxcam.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/** The patient's sides are where radiologists expect them, whatever the file's order of axes. */
final class ViewTest {
  private static final int ROUNDS = 150;

  @Test
  void columnsAndRowsRunToTheSidesOfThePlane() {
    Random random = new Random(11);
    for (int round = 0; round < ROUNDS; round++) {
      Grid grid = Bodies.grid(random, 6, 7, 8);
      for (Plane plane : Plane.values()) {
        View view = View.of(plane, grid);
        float[] numbers = view.values(Bodies.numbered(grid).voxels(), 0, 2);
        int last = view.columns() - 1;
        double[] corner = world(grid, numbers[0]);
        double[] across = world(grid, numbers[last]);
        double[] down = world(grid, numbers[(view.rows() - 1) * view.columns()]);
        // Right, front and head are the positive directions of the world.
        int acrossAxis = plane == Plane.SAGITTAL ? 1 : 0;
        int downAxis = plane == Plane.AXIAL ? 1 : 2;
        assertThat(across[acrossAxis] - corner[acrossAxis]).as("%s %s", plane, grid).isNegative();
        assertThat(down[downAxis] - corner[downAxis]).as("%s %s", plane, grid).isNegative();
        assertThat(view.marks())
            .isEqualTo(
                switch (plane) {
                  case AXIAL -> "RLAP";
                  case CORONAL -> "RLSI";
                  case SAGITTAL -> "APSI";
                });
      }
    }
  }

  @Test
  void aVoxelsPixelHoldsItsValue() {
    Random random = new Random(12);
    for (int round = 0; round < ROUNDS; round++) {
      Grid grid = Bodies.grid(random, 5, 6, 4);
      int[] voxel = {random.nextInt(5), random.nextInt(6), random.nextInt(4)};
      Volume hot = Bodies.hot(grid, voxel);
      for (Plane plane : Plane.values()) {
        View view = View.of(plane, grid);
        float[] values = view.values(hot.voxels(), 0, view.slice(voxel));
        assertThat(values[view.row(voxel) * view.columns() + view.column(voxel)]).isEqualTo(1);
        assertThat(values).hasSize(view.rows() * view.columns());
      }
    }
  }

  @Test
  void whatIsLeftFrontAndUpIsSeenThere() {
    Random random = new Random(13);
    for (int round = 0; round < ROUNDS; round++) {
      Grid grid = Bodies.grid(random, 40, 40, 40);
      double reach = 40;
      for (double mm : grid.spacing()) {
        reach = Math.min(reach, 10 * mm);
      }
      int[] voxel = Bodies.voxel(grid, -reach, reach, reach);
      assertThat(side(Plane.AXIAL, grid, voxel)).as("%s", grid).isEqualTo("right top");
      assertThat(side(Plane.CORONAL, grid, voxel)).as("%s", grid).isEqualTo("right top");
      assertThat(side(Plane.SAGITTAL, grid, voxel)).as("%s", grid).isEqualTo("left top");
    }
  }

  /** In which quarter of the drawn panel the hot voxel glows. */
  private static String side(Plane plane, Grid grid, int... voxel) {
    View view = View.of(plane, grid);
    Canvas canvas = new Canvas(90, 110);
    Panel panel = new Panel(view, view.slice(voxel), 5, 5, 80, 100);
    panel.draw(canvas, Scan.of(Bodies.empty(grid), 0), Bodies.hot(grid, voxel));
    double across = 0;
    double down = 0;
    double sum = 0;
    for (int y = 0; y < 100; y++) {
      for (int x = 0; x < 80; x++) {
        int pixel = canvas.pixel(5 + x, 5 + y);
        int glow = Math.abs((pixel >> 16 & 255) - (pixel >> 8 & 255));
        across += glow * (x + 0.5);
        down += glow * (y + 0.5);
        sum += glow;
      }
    }
    assertThat(sum).isPositive();
    int[] expected = panel.pixel(voxel);
    assertThat(across / sum + 5).isCloseTo(expected[0], org.assertj.core.data.Offset.offset(2.5));
    assertThat(down / sum + 5).isCloseTo(expected[1], org.assertj.core.data.Offset.offset(2.5));
    return (across / sum < 40 ? "left " : "right ") + (down / sum < 50 ? "top" : "bottom");
  }

  @Test
  void slicesSayWhereTheyLie() {
    // Axes run to the left, to the head and to the front.
    Grid grid =
        Grid.of(
            new int[] {10, 20, 30},
            Affine.of(new double[][] {{-2, 0, 0, 9}, {0, 0, 1, -40}, {0, 3, 0, -30}}));
    assertThat(View.of(Plane.AXIAL, grid).place(0)).isEqualTo("slice 1/20, I 30.0 mm");
    assertThat(View.of(Plane.AXIAL, grid).place(19)).isEqualTo("slice 20/20, S 27.0 mm");
    assertThat(View.of(Plane.CORONAL, grid).place(1)).isEqualTo("slice 2/30, P 39.0 mm");
    assertThat(View.of(Plane.SAGITTAL, grid).place(0)).isEqualTo("slice 1/10, R 9.0 mm");
    assertThat(View.of(Plane.CORONAL, grid).widthMm()).isEqualTo(20);
    assertThat(View.of(Plane.CORONAL, grid).heightMm()).isEqualTo(60);
  }

  @Test
  void withoutAPlaceNothingIsTurnedAndNoSideIsNamed() {
    Grid grid = Grid.unlocated(4, 5, 6);
    for (Plane plane : Plane.values()) {
      View view = View.of(plane, grid);
      assertThat(view.marks()).isEmpty();
      assertThat(view.column(new int[3])).isZero();
      assertThat(view.row(new int[3])).isZero();
      assertThat(view.place(1)).isEqualTo("slice 2/" + view.slices());
    }
    View image = MapPicture.shown(Grid.unlocated(1, 3, 7)).get(0);
    assertThat(image.rows()).isEqualTo(3);
    assertThat(image.columns()).isEqualTo(7);
  }

  private static double[] world(Grid grid, double number) {
    int at = (int) number;
    int depth = grid.size(2);
    int row = at / depth;
    int x = row / grid.size(1);
    return grid.world(x, row % grid.size(1), at % depth);
  }
}
