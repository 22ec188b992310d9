package voxcam.report;

/**
 * The three planes of radiology, as one looks at them: the patient's right on the left of the
 * picture, the front or the head at the top, a side view with the front on the left.
 */
enum Plane {
  AXIAL('L', 'P', "axial"),
  CORONAL('L', 'I', "coronal"),
  SAGITTAL('P', 'I', "sagittal");

  private final char columns;
  private final char rows;
  private final String title;

  Plane(char columns, char rows, String title) {
    this.columns = columns;
    this.rows = rows;
    this.title = title;
  }

  /** The side of the patient that columns run to, from left to right in the picture. */
  char columns() {
    return columns;
  }

  /** The side of the patient that rows run to, from top to bottom in the picture. */
  char rows() {
    return rows;
  }

  String title() {
    return title;
  }

  /** The side opposite to this one. */
  static char opposite(char side) {
    return "RLPAIS".charAt("LRAPSI".indexOf(side));
  }
}
