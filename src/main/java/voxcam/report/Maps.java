package voxcam.report;

import voxcam.op.InputException;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/** Where a display map is strong. */
final class Maps {
  /** Axes that lean more than about 3 degrees are worth a word. */
  private static final double STRAIGHT = 0.9986;

  private Maps() {}

  /** Refuses a map or mask on another grid than the scan's. */
  static void check(Scan scan, Volume map) {
    if (!map.grid().sameAs(scan.volume().grid())) {
      throw new InputException(
          "picture: the map lies on "
              + map.grid()
              + ", the volume on "
              + scan.volume().grid()
              + "; bring the map onto the volume's grid first");
    }
  }

  /** The index of the largest value, the first of equals; empty if none is above zero. */
  static int[] strongest(Volume map) {
    float[] values = map.voxels();
    int length = map.grid().length();
    float largest = 0;
    int at = -1;
    for (int i = 0; i < length; i++) {
      if (values[i] > largest) {
        largest = values[i];
        at = i;
      }
    }
    return at < 0 ? new int[0] : index(map.grid(), at);
  }

  static int[] middle(Grid grid) {
    return new int[] {grid.size(0) / 2, grid.size(1) / 2, grid.size(2) / 2};
  }

  private static int[] index(Grid grid, int at) {
    int depth = grid.size(2);
    return new int[] {at / depth / grid.size(1), at / depth % grid.size(1), at % depth};
  }

  /** The sum of the positive values of each slice. */
  static double[] sums(View view, Volume map) {
    double[] sums = new double[view.slices()];
    float[] values = map.voxels();
    Grid grid = map.grid();
    int[] voxel = new int[3];
    int at = 0;
    for (voxel[0] = 0; voxel[0] < grid.size(0); voxel[0]++) {
      for (voxel[1] = 0; voxel[1] < grid.size(1); voxel[1]++) {
        for (voxel[2] = 0; voxel[2] < grid.size(2); voxel[2]++, at++) {
          if (values[at] > 0) {
            sums[view.slice(voxel)] += values[at];
          }
        }
      }
    }
    return sums;
  }

  /** Whether an index axis leans visibly away from every world axis. */
  static boolean oblique(Grid grid) {
    for (int axis = 0; axis < 3; axis++) {
      double largest = 0;
      for (int world = 0; world < 3; world++) {
        largest = Math.max(largest, Math.abs(grid.affine().at(world, axis)));
      }
      if (largest < STRAIGHT * grid.affine().columnLength(axis)) {
        return true;
      }
    }
    return false;
  }
}
