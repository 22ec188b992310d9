package voxcam.cpu;

import java.util.Arrays;

/**
 * The outputs of a dilated axis of stride 1 in tiles. Outputs of equal index modulo the dilation
 * read inputs of equal index: each such sub-lattice is covered by tiles of its own, whose outputs
 * are {@code first, first + dilation, ...}.
 *
 * @param firsts the first output of each tile, sub-lattice after sub-lattice
 * @param distance how far the first outputs of neighbouring tiles are apart
 */
record LatticeTiles(int[] firsts, int distance) {
  /** Tiles of so many outputs. */
  static LatticeTiles of(ConvAxis axis, int outputs) {
    // A kernel of one position is dilated by nothing.
    int step = axis.kernel() == 1 ? 1 : axis.dilation();
    int distance = outputs * step;
    int[] firsts = new int[axis.output()];
    int count = 0;
    for (int residue = 0; residue < Math.min(step, axis.output()); residue++) {
      for (int first = residue; first < axis.output(); first += distance) {
        firsts[count++] = first;
      }
    }
    return new LatticeTiles(Arrays.copyOf(firsts, count), distance);
  }

  int count() {
    return firsts.length;
  }

  int first(int tile) {
    return firsts[tile];
  }

  /** Whether a tile is the neighbour of the one before. */
  boolean follows(int tile) {
    return tile > 0 && firsts[tile] == firsts[tile - 1] + distance;
  }

  /**
   * The tiles in bands of neighbours, as even as can be: the first tile of each, and the number of
   * all tiles.
   */
  int[] bands(int most) {
    int[] bands = new int[count() + 1];
    int bandCount = 0;
    int tile = 0;
    while (tile < count()) {
      int end = tile + 1;
      while (end < count() && follows(end)) {
        end++;
      }
      int pieces = Math.ceilDiv(end - tile, most);
      for (int i = 0; i < pieces; i++) {
        bands[bandCount++] = tile + (int) ((long) (end - tile) * i / pieces);
      }
      tile = end;
    }
    bands[bandCount++] = count();
    return Arrays.copyOf(bands, bandCount);
  }
}
