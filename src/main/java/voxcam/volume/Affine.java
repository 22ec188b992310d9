package voxcam.volume;

import java.util.Arrays;
import voxcam.op.InputException;

/**
 * A map from voxel indices to world millimetres (or between two index spaces): three rows and four
 * columns of a 4x4 matrix whose last row is 0 0 0 1. World axes are RAS+ as in NIfTI: x grows to
 * the patient's right, y to the front, z to the head. Always finite and invertible.
 */
public final class Affine {
  /** Index and world are the same. */
  public static final Affine IDENTITY = scaling(1, 1, 1);

  /** Below this share of the product of its column lengths a determinant counts as zero. */
  private static final double SINGULAR = 1e-6;

  private final double[] m;

  private Affine(double[] m) {
    this.m = m;
  }

  /**
   * The map with these rows, three or four of them with four numbers each.
   *
   * @throws InputException if a number is not finite or the matrix cannot be inverted
   */
  public static Affine of(double[][] rows) {
    return checked(unchecked(rows).m);
  }

  /** The map with these rows, which may be anything. */
  static Affine unchecked(double[][] rows) {
    double[] m = new double[12];
    for (int r = 0; r < 3; r++) {
      System.arraycopy(rows[r], 0, m, 4 * r, 4);
    }
    return new Affine(m);
  }

  /** A map that only stretches the axes. */
  public static Affine scaling(double x, double y, double z) {
    return checked(new double[] {x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0});
  }

  private static Affine checked(double[] m) {
    Affine affine = new Affine(m);
    double lengths = 1;
    for (int c = 0; c < 3; c++) {
      lengths *= affine.columnLength(c);
    }
    boolean finite = Arrays.stream(m).allMatch(Double::isFinite);
    if (!finite || !(Math.abs(affine.determinant()) > SINGULAR * lengths)) {
      throw new InputException(
          "affine: "
              + affine
              + (finite ? " is singular" : " is not finite")
              + ", so voxels have no place in the world");
    }
    return affine;
  }

  /** The number in this row (0 to 2) and column (0 to 3; 3 is the offset). */
  public double at(int row, int column) {
    return m[4 * row + column];
  }

  /** Where the index (or any point) lands. */
  public double[] apply(double i, double j, double k) {
    double[] to = new double[3];
    for (int r = 0; r < 3; r++) {
      to[r] = at(r, 0) * i + at(r, 1) * j + at(r, 2) * k + at(r, 3);
    }
    return to;
  }

  /** The map that applies {@code first} and then this one. */
  public Affine times(Affine first) {
    double[] product = new double[12];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 4; c++) {
        double sum = c == 3 ? at(r, 3) : 0;
        for (int k = 0; k < 3; k++) {
          sum += at(r, k) * first.at(k, c);
        }
        product[4 * r + c] = sum;
      }
    }
    return new Affine(product);
  }

  /** The way back. */
  public Affine inverse() {
    double det = determinant();
    double[] inverse = new double[12];
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        int r1 = (c + 1) % 3;
        int r2 = (c + 2) % 3;
        int c1 = (r + 1) % 3;
        int c2 = (r + 2) % 3;
        inverse[4 * r + c] = (at(r1, c1) * at(r2, c2) - at(r1, c2) * at(r2, c1)) / det;
      }
    }
    for (int r = 0; r < 3; r++) {
      for (int c = 0; c < 3; c++) {
        inverse[4 * r + 3] -= inverse[4 * r + c] * at(c, 3);
      }
    }
    return new Affine(inverse);
  }

  /** The determinant of the 3x3 part; negative where the map mirrors. */
  public double determinant() {
    return at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1))
        - at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0))
        + at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0));
  }

  /** How far one step along an index axis goes in the world: the voxel spacing. */
  public double columnLength(int column) {
    return Math.sqrt(
        at(0, column) * at(0, column)
            + at(1, column) * at(1, column)
            + at(2, column) * at(2, column));
  }

  /** All four rows, the last one 0 0 0 1. */
  public double[][] rows() {
    double[][] rows = new double[4][];
    for (int r = 0; r < 3; r++) {
      rows[r] = Arrays.copyOfRange(m, 4 * r, 4 * r + 4);
    }
    rows[3] = new double[] {0, 0, 0, 1};
    return rows;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Affine affine && Arrays.equals(m, affine.m);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(m);
  }

  /** The three rows as {@code [[1.0,0.0,0.0,0.0],...]}. */
  @Override
  public String toString() {
    return Arrays.deepToString(Arrays.copyOf(rows(), 3)).replace(" ", "");
  }
}
