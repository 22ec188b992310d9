package voxcam.cpu;

/**
 * How the outputs of a plane are cut into tiles along W. Either each row begins a tile, or, where
 * rows are short, tiles walk over the packed plane as over one row and what falls between rows is
 * dropped: whichever computes less.
 *
 * @param vectors the vectors in a tile
 * @param tile the positions in a tile
 * @param flat whether tiles walk over the plane
 * @param rows output rows
 * @param length outputs in a row
 * @param columns of the packed plane
 */
record PlanarTiling(int vectors, int tile, boolean flat, int rows, int length, int columns) {
  static PlanarTiling of(Correlation c, int columns, int lanes) {
    PlanarTiling best = null;
    for (int vectors = 4; vectors >= 3; vectors--) {
      for (boolean flat : new boolean[] {false, true}) {
        PlanarTiling tiling =
            new PlanarTiling(
                vectors, vectors * lanes, flat, c.h().output(), c.w().output(), columns);
        if (best == null || tiling.cost() < best.cost()) {
          best = tiling;
        }
      }
    }
    return best;
  }

  /** Tiles in a row, or in the plane. */
  private int perRow() {
    return Math.ceilDiv(flat ? (rows - 1) * columns + length : length, tile);
  }

  /** Tiles in the plane. */
  int tiles() {
    return flat ? perRow() : rows * perRow();
  }

  private long computed() {
    return (long) tiles() * tile;
  }

  /** Tiles of three vectors take a tenth longer for each position, measured. */
  private double cost() {
    return vectors == 3 ? 1.1 * computed() : computed();
  }

  /** Which part of the positions that are computed is asked for. */
  double fill() {
    return (double) rows * length / computed();
  }

  /** Where a tile begins in the packed plane. */
  int at(int i) {
    return flat ? i * tile : i / perRow() * columns + i % perRow() * tile;
  }

  /** How far rows are apart where tiles follow each other. */
  int pitch() {
    return flat ? columns : perRow() * tile;
  }

  /** One past the last position that is asked for, where tiles follow each other. */
  int positions() {
    return (rows - 1) * pitch() + length;
  }
}
