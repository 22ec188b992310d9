package voxcam.volume;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import voxcam.op.InputException;

/**
 * Which world axis each index axis follows most closely, and in which direction. The rotation
 * nearest to the affine decides (as in nibabel), so that neither zooms nor shear tip the balance.
 */
final class Orientation {
  private static final String[] LETTERS = {"LR", "PA", "IS"};

  private final int[] world;
  private final boolean[] positive;

  private Orientation(int[] world, boolean[] positive) {
    this.world = world;
    this.positive = positive;
  }

  static Orientation of(Affine affine) {
    double[][] rotation = nearestRotation(affine);
    int[] world = new int[3];
    boolean[] positive = new boolean[3];
    boolean[] taken = new boolean[3];
    // The clearest axis chooses first, so that the answer does not depend on the axes' order.
    Integer[] clearest = {0, 1, 2};
    Arrays.sort(clearest, Comparator.comparingDouble(axis -> -largest(rotation, axis)));
    for (int axis : clearest) {
      int best = -1;
      for (int w = 0; w < 3; w++) {
        if (!taken[w]
            && (best < 0 || Math.abs(rotation[w][axis]) > Math.abs(rotation[best][axis]))) {
          best = w;
        }
      }
      taken[best] = true;
      world[axis] = best;
      positive[axis] = rotation[best][axis] > 0;
    }
    return new Orientation(world, positive);
  }

  private static double largest(double[][] rotation, int axis) {
    return Math.max(
        Math.abs(rotation[0][axis]),
        Math.max(Math.abs(rotation[1][axis]), Math.abs(rotation[2][axis])));
  }

  /** The orientation that three letters such as {@code LPI} name. */
  static Orientation of(String codes) {
    int[] world = new int[3];
    boolean[] positive = new boolean[3];
    boolean[] taken = new boolean[3];
    for (int axis = 0; axis < 3 && codes.length() == 3; axis++) {
      for (int w = 0; w < 3; w++) {
        int letter = LETTERS[w].indexOf(codes.toUpperCase(Locale.ROOT).charAt(axis));
        if (letter >= 0 && !taken[w]) {
          taken[w] = true;
          world[axis] = w;
          positive[axis] = letter == 1;
          break;
        }
      }
    }
    if (!(taken[0] && taken[1] && taken[2])) {
      throw new InputException(
          "orientation \""
              + codes
              + "\" must have one letter each of L or R, A or P, S or I, such as RAS");
    }
    return new Orientation(world, positive);
  }

  String codes() {
    StringBuilder codes = new StringBuilder();
    for (int axis = 0; axis < 3; axis++) {
      codes.append(LETTERS[world[axis]].charAt(positive[axis] ? 1 : 0));
    }
    return codes.toString();
  }

  /**
   * How the voxels of a volume of this orientation and size are taken to get another orientation.
   */
  Move to(Orientation wanted, int[] size) {
    int[] source = new int[3];
    double[] scale = new double[3];
    double[] offset = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      int from = 0;
      while (world[from] != wanted.world[axis]) {
        from++;
      }
      boolean flip = positive[from] != wanted.positive[axis];
      source[axis] = from;
      scale[axis] = flip ? -1 : 1;
      offset[axis] = flip ? size[from] - 1 : 0;
    }
    return new Move(source, scale, offset);
  }

  /** The orthogonal factor of the polar decomposition, by Newton's iteration X = (X + X^-T) / 2. */
  private static double[][] nearestRotation(Affine affine) {
    double[][] x = new double[3][4];
    for (int c = 0; c < 3; c++) {
      for (int r = 0; r < 3; r++) {
        x[r][c] = affine.at(r, c) / affine.columnLength(c);
      }
    }
    for (int round = 0; round < 60; round++) {
      Affine inverse = Affine.unchecked(x).inverse();
      double change = 0;
      for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++) {
          double next = (x[r][c] + inverse.at(c, r)) / 2;
          change = Math.max(change, Math.abs(next - x[r][c]));
          x[r][c] = next;
        }
      }
      if (change < 1e-14) {
        break;
      }
    }
    return x;
  }
}
