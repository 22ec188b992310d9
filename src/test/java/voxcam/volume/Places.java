package voxcam.volume;

import java.util.Random;

/** Random places of volumes in the world. */
final class Places {
  private Places() {}

  /** Anisotropic, oblique, with permuted and flipped axes; sheared too where asked. */
  static Affine random(Random random, boolean sheared) {
    double[] zoom = {
      0.5 + random.nextDouble(), 1 + random.nextDouble(), 1.5 + 2 * random.nextDouble()
    };
    Affine affine =
        Affine.scaling(flip(random) * zoom[0], flip(random) * zoom[1], flip(random) * zoom[2]);
    if (sheared) {
      affine =
          Affine.of(new double[][] {{1, 0.3, 0, 0}, {0, 1, 0.2, 0}, {0, 0, 1, 0}}).times(affine);
    }
    int shift = random.nextInt(3);
    for (int axis = 0; axis < 3; axis++) {
      double angle = 0.5 * random.nextGaussian();
      affine = turn((axis + shift) % 3, angle).times(affine);
    }
    double[][] rows = new double[3][];
    for (int r = 0; r < 3; r++) {
      rows[r] = affine.rows()[(r + shift) % 3];
      rows[r][3] = 80 * random.nextGaussian();
    }
    return Affine.of(rows);
  }

  private static int flip(Random random) {
    return random.nextBoolean() ? 1 : -1;
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
}
