package voxcam.volume;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import voxcam.op.InputException;

/**
 * Where the voxels of a volume lie: how many there are along each index axis, and the {@link
 * Affine} from index {@code (x,y,z)} to the world (mm, RAS+). Index axes are the NIfTI file's own,
 * the order of a nibabel array. A grid whose file does not say which way its axes point is not
 * {@link #located}, though its voxel sizes may be {@link #measured}; an array (NPY) is neither and
 * has 1 mm voxels and the identity.
 */
public final class Grid {
  /** Two grids are the same if no corner differs by more than this share of a voxel. */
  private static final double TOLERANCE = 0.01;

  /** The longest array that every JVM can make. */
  private static final long LONGEST = Integer.MAX_VALUE - 8;

  private final int[] size;
  private final Affine affine;
  private final Known known;

  /** What a file says of its grid. */
  private enum Known {
    NOTHING,
    VOXEL_SIZES,
    PLACE
  }

  private Grid(int[] size, Affine affine, Known known) {
    if (size.length != 3) {
      throw new InputException("grid: size " + Arrays.toString(size) + " must have three numbers");
    }
    this.size = size;
    this.affine = affine;
    this.known = known;
    length("grid", 1, size);
  }

  /** A grid with a known place in the world. */
  public static Grid of(int[] size, Affine affine) {
    return new Grid(size.clone(), affine, Known.PLACE);
  }

  /** A grid of an array that says nothing about the world. */
  public static Grid unlocated(int... size) {
    return new Grid(size.clone(), Affine.IDENTITY, Known.NOTHING);
  }

  /** A grid of which only the voxel sizes, in this affine, are known, as NIfTI without forms. */
  static Grid unlocated(int[] size, Affine zooms) {
    return new Grid(size.clone(), zooms, Known.VOXEL_SIZES);
  }

  /**
   * The same array taken to hold z,y,x: index axes keep their order, but the first one now runs
   * along world z.
   */
  Grid reversed() {
    return new Grid(size, Move.REVERSE.matrix(), known);
  }

  /**
   * The product of a channel count and sizes as an array length; {@code what} begins the message if
   * it is none.
   */
  static int length(String what, long channels, int... size) {
    long length = channels;
    for (int n : size) {
      if (n < 1 || channels < 1) {
        throw new InputException(what + ": size " + text(size) + ", every size must be at least 1");
      }
      length *= n;
      if (length > LONGEST) {
        throw new InputException(
            what
                + ": "
                + text(size)
                + " voxels with "
                + channels
                + " channel(s) are more than one array holds ("
                + LONGEST
                + ")");
      }
    }
    return (int) length;
  }

  /** The sizes as {@code 256x256x180}. */
  static String text(int... size) {
    return Arrays.toString(size).replace(", ", "x").replaceAll("[\\[\\]]", "");
  }

  /** The sizes along x, y and z. */
  public int[] size() {
    return size.clone();
  }

  /** The size along one axis, 0 to 2. */
  public int size(int axis) {
    return size[axis];
  }

  /** The number of voxels. */
  public int length() {
    return size[0] * size[1] * size[2];
  }

  public Affine affine() {
    return affine;
  }

  /** False where the file said nothing about the world, so that left and right are not known. */
  public boolean located() {
    return known == Known.PLACE;
  }

  /** False for an array, of which not even the voxel sizes are known. */
  public boolean measured() {
    return known != Known.NOTHING;
  }

  /** Voxel sizes in mm along x, y and z. */
  public double[] spacing() {
    return new double[] {affine.columnLength(0), affine.columnLength(1), affine.columnLength(2)};
  }

  /**
   * Where each index axis points to, the nearest of Right Left, Anterior Posterior, Superior
   * Inferior: {@code "RAS"}.
   */
  public String orientation() {
    return Orientation.of(affine).codes();
  }

  /** The world coordinates, in mm, of a voxel's centre. */
  public double[] world(double x, double y, double z) {
    return affine.apply(x, y, z);
  }

  /**
   * Whether both have the same sizes and, where both are measured, the same place to a hundredth of
   * a voxel (axes without orientation are taken as RAS+ from 0).
   */
  public boolean sameAs(Grid other) {
    if (!Arrays.equals(size, other.size)) {
      return false;
    }
    if (!measured() || !other.measured()) {
      return true;
    }
    double allowed = TOLERANCE * Arrays.stream(spacing()).min().orElseThrow();
    for (int corner = 0; corner < 8; corner++) {
      double x = (corner & 1) * (size[0] - 1.0);
      double y = (corner >> 1 & 1) * (size[1] - 1.0);
      double z = (corner >> 2) * (size[2] - 1.0);
      double[] here = world(x, y, z);
      double[] there = other.world(x, y, z);
      for (int axis = 0; axis < 3; axis++) {
        if (!(Math.abs(here[axis] - there[axis]) <= allowed)) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Grid grid
        && Arrays.equals(size, grid.size)
        && affine.equals(grid.affine)
        && known == grid.known;
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(size) + affine.hashCode();
  }

  /** As {@code 256x256x180 RAS 1x1x2 mm}. */
  @Override
  public String toString() {
    double[] mm = spacing();
    return text(size)
        + " "
        + orientation()
        + " "
        + number(mm[0])
        + "x"
        + number(mm[1])
        + "x"
        + number(mm[2])
        + " mm";
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 10_000) {
      // The usual case; tables of larger numbers take a new JVM as long as reading a volume.
      return String.valueOf((long) value);
    }
    return new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }
}
