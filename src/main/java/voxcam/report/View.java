package voxcam.report;

import voxcam.volume.Grid;

/**
 * One plane of a grid, of whatever orientation: which index axis runs along columns, which along
 * rows, which through the plane, and which of them are turned round. An oblique grid is shown along
 * its own axes, each named by the world axis nearest to it. Where the file says nothing about the
 * world nothing is turned round: indices grow to the right and down.
 */
final class View {
  private final Plane plane;
  private final Grid grid;
  private final int columnAxis;
  private final int rowAxis;
  private final int throughAxis;
  private final boolean columnTurned;
  private final boolean rowTurned;

  private View(Plane plane, Grid grid) {
    String codes = grid.orientation();
    this.plane = plane;
    this.grid = grid;
    int across = axis(codes, plane.columns());
    int down = axis(codes, plane.rows());
    this.throughAxis = 3 - across - down;
    // A single image that is an array is one of rows.
    boolean rowsFirst = !grid.measured() && grid.size(throughAxis) == 1;
    this.columnAxis = rowsFirst ? Math.max(across, down) : across;
    this.rowAxis = rowsFirst ? Math.min(across, down) : down;
    this.columnTurned = grid.located() && codes.charAt(columnAxis) != plane.columns();
    this.rowTurned = grid.located() && codes.charAt(rowAxis) != plane.rows();
  }

  static View of(Plane plane, Grid grid) {
    return new View(plane, grid);
  }

  private static int axis(String codes, char side) {
    int axis = codes.indexOf(side);
    return axis >= 0 ? axis : codes.indexOf(Plane.opposite(side));
  }

  Plane plane() {
    return plane;
  }

  Grid grid() {
    return grid;
  }

  int columns() {
    return grid.size(columnAxis);
  }

  int rows() {
    return grid.size(rowAxis);
  }

  /** How many slices there are. */
  int slices() {
    return grid.size(throughAxis);
  }

  /** The width of the plane in mm. */
  double widthMm() {
    return columns() * grid.spacing()[columnAxis];
  }

  /** The height of the plane in mm. */
  double heightMm() {
    return rows() * grid.spacing()[rowAxis];
  }

  /** Where a voxel's column lies. */
  int column(int[] voxel) {
    int index = voxel[columnAxis];
    return columnTurned ? columns() - 1 - index : index;
  }

  /** Where a voxel's row lies. */
  int row(int[] voxel) {
    int index = voxel[rowAxis];
    return rowTurned ? rows() - 1 - index : index;
  }

  /** Which slice a voxel lies in; slices count as the file's index does. */
  int slice(int[] voxel) {
    return voxel[throughAxis];
  }

  /** A voxel of a slice. */
  int[] voxel(int slice) {
    int[] voxel = new int[3];
    voxel[throughAxis] = slice;
    return voxel;
  }

  /** The values of a slice, row by row, from an array {@code [X,Y,Z]} that begins at an offset. */
  float[] values(float[] voxels, int offset, int slice) {
    int[] stride = {grid.size(1) * grid.size(2), grid.size(2), 1};
    int columnStep = columnTurned ? -stride[columnAxis] : stride[columnAxis];
    int rowStep = rowTurned ? -stride[rowAxis] : stride[rowAxis];
    int start = offset + slice * stride[throughAxis];
    start += columnTurned ? (columns() - 1) * stride[columnAxis] : 0;
    start += rowTurned ? (rows() - 1) * stride[rowAxis] : 0;
    float[] values = new float[rows() * columns()];
    for (int r = 0; r < rows(); r++) {
      for (int c = 0; c < columns(); c++) {
        values[r * columns() + c] = voxels[start + r * rowStep + c * columnStep];
      }
    }
    return values;
  }

  /** The sides of the patient at the left, right, top and bottom; empty where they are unknown. */
  String marks() {
    return grid.located()
        ? ""
            + Plane.opposite(plane.columns())
            + plane.columns()
            + Plane.opposite(plane.rows())
            + plane.rows()
        : "";
  }

  /** What the plane is called: by its name, or by its axes where the orientation is unknown. */
  String title() {
    return grid.located()
        ? plane.title()
        : "axes " + columnAxis + " (across), " + rowAxis + " (down)";
  }

  /** Which slice this is, as {@code slice 41/64, S 32.0 mm}; the place is that of its centre. */
  String place(int slice) {
    String text = "slice " + (slice + 1) + "/" + slices();
    if (!grid.located()) {
      return text;
    }
    double[] centre = new double[3];
    for (int axis = 0; axis < 3; axis++) {
      centre[axis] = (grid.size(axis) - 1) / 2.0;
    }
    centre[throughAxis] = slice;
    double[] world = grid.world(centre[0], centre[1], centre[2]);
    int worldAxis =
        switch (plane) {
          case AXIAL -> 2;
          case CORONAL -> 1;
          case SAGITTAL -> 0;
        };
    return text + ", " + side(worldAxis, world[worldAxis]);
  }

  /** A world coordinate with its side, as {@code L 12.5 mm}. */
  static String side(int worldAxis, double mm) {
    char side = (mm < 0 ? "LPI" : "RAS").charAt(worldAxis);
    return side + " " + Numbers.fixed(Math.abs(mm), 1) + " mm";
  }
}
