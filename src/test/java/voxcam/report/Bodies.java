package voxcam.report;

import java.util.Random;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/** Made-up grids of any orientation, and volumes on them. */
final class Bodies {
  private Bodies() {}

  /**
   * Anisotropic, with permuted and flipped axes, leaning up to about 20 degrees about each axis.
   */
  static Grid grid(Random random, int... size) {
    double[][] rows = new double[3][4];
    int shift = random.nextInt(3);
    boolean swap = random.nextBoolean();
    for (int axis = 0; axis < 3; axis++) {
      int world = (axis + shift) % 3;
      world = swap && world < 2 ? 1 - world : world;
      rows[world][axis] = (random.nextBoolean() ? 1 : -1) * random.nextDouble(0.5, 4);
    }
    Affine affine = Affine.of(rows);
    for (int axis = 0; axis < 3; axis++) {
      affine = turn(axis, random.nextDouble(-0.35, 0.35)).times(affine);
    }
    double[] middle = affine.apply((size[0] - 1) / 2.0, (size[1] - 1) / 2.0, (size[2] - 1) / 2.0);
    double[][] moved = affine.rows();
    for (int r = 0; r < 3; r++) {
      moved[r][3] -= middle[r];
    }
    return Grid.of(size, Affine.of(moved));
  }

  private static Affine turn(int axis, double angle) {
    double[][] rows = new double[3][4];
    int a = (axis + 1) % 3;
    int b = (axis + 2) % 3;
    rows[axis][axis] = 1;
    rows[a][a] = Math.cos(angle);
    rows[b][b] = Math.cos(angle);
    rows[a][b] = -Math.sin(angle);
    rows[b][a] = Math.sin(angle);
    return Affine.of(rows);
  }

  /** Zeros but for one voxel, which is 1. */
  static Volume hot(Grid grid, int... voxel) {
    float[] values = new float[grid.length()];
    values[(voxel[0] * grid.size(1) + voxel[1]) * grid.size(2) + voxel[2]] = 1;
    return Volume.of(grid, values);
  }

  static Volume empty(Grid grid) {
    return Volume.of(grid, new float[grid.length()]);
  }

  /** Every voxel holds its own position in the array. */
  static Volume numbered(Grid grid) {
    float[] values = new float[grid.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Volume.of("numbered.nii", grid, 1, values);
  }

  /** The voxel nearest to a point of the world. */
  static int[] voxel(Grid grid, double x, double y, double z) {
    double[] index = grid.affine().inverse().apply(x, y, z);
    int[] voxel = new int[3];
    for (int axis = 0; axis < 3; axis++) {
      voxel[axis] = Math.clamp(Math.round(index[axis]), 0, grid.size(axis) - 1);
    }
    return voxel;
  }
}
