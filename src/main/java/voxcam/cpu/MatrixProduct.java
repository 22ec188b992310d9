package voxcam.cpu;

import java.util.Arrays;

/**
 * One matrix product {@code y = a b}, with y row-major. Three algorithms: with few rows the right
 * matrix is read once, as rows that are multiplied with a ({@code DOTS}) or added up ({@code
 * STREAMS}), depending on how it lies; otherwise both are packed into panels for tiles of sums in
 * registers ({@code TILES}).
 */
final class MatrixProduct {
  /** Sizes, and how far neighbours lie apart in a (rows, depth) and b (depth, columns). */
  record Layout(int rows, int columns, int depth, int aRow, int aDepth, int bDepth, int bColumn) {
    /** The same product read the other way round: {@code y' = b' a'}. */
    Layout transposed() {
      return new Layout(columns, rows, depth, bColumn, bDepth, aDepth, aRow);
    }
  }

  private enum Algorithm {
    DOTS,
    STREAMS,
    TILES
  }

  private static final Lanes LANES = Machine.LANES;

  /** Depth of a block: one panel of a (12 KiB) stays in the L1 cache, several of b in L2. */
  private static final int DEPTH = 512;

  private static final int FEW_ROWS = 4;
  private static final int BLOCK = 256;
  private static final int ROW_PANELS = 16;
  private static final int COLUMN_PANELS = 4;

  private final Layout layout;
  private final boolean swapped;
  private final Algorithm algorithm;

  /**
   * @param small whether to use no scratch memory, which suits products that are many and small
   */
  MatrixProduct(Layout given, boolean small) {
    swapped = given.columns() == 1 && given.rows() > 1;
    layout = swapped ? given.transposed() : given;
    if (layout.rows() > FEW_ROWS && !small) {
      algorithm = Algorithm.TILES;
    } else {
      algorithm = layout.bDepth() == 1 ? Algorithm.DOTS : Algorithm.STREAMS;
    }
  }

  /** The floats of scratch memory of a run. */
  long scratch() {
    return switch (algorithm) {
      case DOTS -> layout.aDepth() == 1 ? 0 : (long) layout.rows() * layout.depth();
      case STREAMS -> 0;
      case TILES -> packedA() + packedB();
    };
  }

  /** The right matrix packed beforehand, empty if the algorithm reads it as it is. */
  float[] pack(float[] b) {
    if (algorithm != Algorithm.TILES) {
      return new float[0];
    }
    float[] packed = new float[Math.toIntExact(packedB())];
    packB(b, 0, packed, 0, new Threads(1));
    return packed;
  }

  /**
   * @param packed what {@link #pack} returned for b, or empty
   */
  void run(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      float[] packed,
      float[] y,
      int yFrom,
      float[] scratch,
      Threads threads) {
    float[] left = swapped ? b : a;
    float[] right = swapped ? a : b;
    int leftFrom = swapped ? bFrom : aFrom;
    int rightFrom = swapped ? aFrom : bFrom;
    switch (algorithm) {
      case DOTS -> dots(left, leftFrom, right, rightFrom, y, yFrom, scratch, threads);
      case STREAMS -> streams(left, leftFrom, right, rightFrom, y, yFrom, threads);
      case TILES -> {
        packA(left, leftFrom, scratch, threads);
        int at = packed.length > 0 ? 0 : Math.toIntExact(packedA());
        float[] panels = packed.length > 0 ? packed : scratch;
        if (packed.length == 0) {
          packB(right, rightFrom, scratch, at, threads);
        }
        tiles(scratch, panels, at, y, yFrom, threads);
      }
    }
  }

  private void dots(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      float[] y,
      int yFrom,
      float[] scratch,
      Threads threads) {
    int depth = layout.depth();
    boolean gathered = layout.aDepth() != 1;
    if (gathered) {
      for (int r = 0; r < layout.rows(); r++) {
        for (int k = 0; k < depth; k++) {
          scratch[r * depth + k] = a[aFrom + r * layout.aRow() + k * layout.aDepth()];
        }
      }
    }
    float[] rows = gathered ? scratch : a;
    int from = gathered ? 0 : aFrom;
    int stride = gathered ? depth : layout.aRow();
    int bundle = Math.max(1, (1 << 15) / depth);
    threads.forEach(
        Math.ceilDiv(layout.columns(), bundle),
        task -> {
          for (int c = task * bundle; c < Math.min(layout.columns(), (task + 1) * bundle); c++) {
            for (int r = 0; r < layout.rows(); r++) {
              y[yFrom + r * layout.columns() + c] =
                  LANES.dot(rows, from + r * stride, b, bFrom + c * layout.bColumn(), depth);
            }
          }
        });
  }

  private void streams(
      float[] a, int aFrom, float[] b, int bFrom, float[] y, int yFrom, Threads threads) {
    int columns = layout.columns();
    threads.forEach(
        Math.ceilDiv(columns, BLOCK),
        task -> {
          int at = task * BLOCK;
          int count = Math.min(BLOCK, columns - at);
          // Few rows are done together so that b is read once.
          double[][] all = new double[layout.rows()][count];
          for (int k = 0; k < layout.depth(); k++) {
            for (int r = 0; r < layout.rows(); r++) {
              float factor = a[aFrom + r * layout.aRow() + k * layout.aDepth()];
              Rows.addScaled(factor, b, bFrom + k * layout.bDepth() + at, all[r], count);
            }
          }
          for (int r = 0; r < layout.rows(); r++) {
            Rows.write(all[r], y, yFrom + r * columns + at, count);
          }
        });
  }

  private int rowPanels() {
    return Math.ceilDiv(layout.rows(), Lanes.ROWS);
  }

  private int columnPanels() {
    return Math.ceilDiv(layout.columns(), LANES.columns());
  }

  private long packedA() {
    return (long) rowPanels() * Lanes.ROWS * layout.depth();
  }

  private long packedB() {
    return (long) columnPanels() * LANES.columns() * layout.depth();
  }

  /**
   * Panels of {@link Lanes#ROWS} rows, those of one block of depth behind each other; missing rows
   * are zeros.
   */
  private void packA(float[] a, int from, float[] packed, Threads threads) {
    threads.forEach(
        rowPanels(),
        panel ->
            pack(
                a,
                from,
                layout.aRow(),
                layout.aDepth(),
                layout.rows(),
                panel,
                Lanes.ROWS,
                packed,
                0));
  }

  private void packB(float[] b, int from, float[] packed, int to, Threads threads) {
    threads.forEach(
        columnPanels(),
        panel ->
            pack(
                b,
                from,
                layout.bColumn(),
                layout.bDepth(),
                layout.columns(),
                panel,
                LANES.columns(),
                packed,
                to));
  }

  private void pack(
      float[] matrix,
      int from,
      int across,
      int along,
      int size,
      int panel,
      int width,
      float[] packed,
      int to) {
    int first = panel * width;
    int count = Math.min(width, size - first);
    int padded = Math.ceilDiv(size, width) * width;
    for (int k = 0; k < layout.depth(); k++) {
      int block = k / DEPTH * DEPTH;
      int blockDepth = Math.min(DEPTH, layout.depth() - block);
      int at = to + block * padded + panel * width * blockDepth + (k - block) * width;
      for (int i = 0; i < count; i++) {
        packed[at + i] = matrix[from + (first + i) * across + k * along];
      }
      Arrays.fill(packed, at + count, at + width, 0);
    }
  }

  private void tiles(float[] a, float[] b, int bFrom, float[] y, int yFrom, Threads threads) {
    int rowGroups = Math.ceilDiv(rowPanels(), ROW_PANELS);
    int columnGroups = Math.ceilDiv(columnPanels(), COLUMN_PANELS);
    threads.forEach(
        rowGroups * columnGroups,
        task -> {
          int row = task % rowGroups * ROW_PANELS;
          int column = task / rowGroups * COLUMN_PANELS;
          float[] edge = new float[Lanes.ROWS * LANES.columns()];
          for (int block = 0; block < layout.depth(); block += DEPTH) {
            for (int c = column; c < Math.min(columnPanels(), column + COLUMN_PANELS); c++) {
              for (int r = row; r < Math.min(rowPanels(), row + ROW_PANELS); r++) {
                tile(a, b, bFrom, block, r, c, y, yFrom, edge);
              }
            }
          }
        });
  }

  private void tile(
      float[] a,
      float[] b,
      int bFrom,
      int block,
      int r,
      int c,
      float[] y,
      int yFrom,
      float[] edge) {
    int width = LANES.columns();
    int depth = Math.min(DEPTH, layout.depth() - block);
    int atA = block * rowPanels() * Lanes.ROWS + r * Lanes.ROWS * depth;
    int atB = bFrom + block * columnPanels() * width + c * width * depth;
    int rows = Math.min(Lanes.ROWS, layout.rows() - r * Lanes.ROWS);
    int columns = Math.min(width, layout.columns() - c * width);
    int stride = layout.columns();
    int to = yFrom + r * Lanes.ROWS * stride + c * width;
    boolean add = block > 0;
    if (rows == Lanes.ROWS && columns == width) {
      LANES.tile(a, atA, b, atB, depth, y, to, stride, add);
      return;
    }
    LANES.tile(a, atA, b, atB, depth, edge, 0, width, false);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        float before = add ? y[to + i * stride + j] : 0;
        y[to + i * stride + j] = before + edge[i * width + j];
      }
    }
  }
}
