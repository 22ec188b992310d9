package voxcam.cuda;

import java.util.List;
import voxcam.op.Shape;

/**
 * Launches of kernels/display.cu: the ranges of coarse maps, then the maps for the eye. Input 0 is
 * the coarse maps, input 1 where their ranges go; what the launches share begins with room for
 * these, for callers who do not want them.
 */
final class CudaDisplay {
  /** Outputs along an axis with which positions still fit 32 bits. */
  static final int MOST_SIZE = 1 << 15;

  private static final String FAMILY = "display";
  private static final int AXES = 3;
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int MOST_BLOCKS_ALONG_YZ = 65_535;

  /** The bytes that a thread writes. */
  private static final int PIECE = 16;

  /** The entries of a block's table. */
  private static final int TABLE = 4096;

  /** Values of a map that a block looks through, 16 for each thread. */
  private static final long CHUNK = 16L * THREADS;

  /** The most ranges that the last block joins, one for each of its threads. */
  private static final long MOST_SPLITS = THREADS;

  private CudaDisplay() {}

  /** All launches for {@code batch} maps. Both shapes have three axes. */
  static Launches launches(Shape coarse, Shape grid, long batch, CamDisplay.Format format) {
    long count = coarse.size();
    long chunk = Math.max(CHUNK, Math.ceilDiv(count, MOST_SPLITS));
    long splits = Math.ceilDiv(count, chunk);
    long own = CudaPlan.aligned(batch * 2 * Float.BYTES);
    Launch range =
        Launch.of(
            FAMILY,
            "displayRange",
            new Grid(
                Math.toIntExact(splits), (int) Math.min(batch, MOST_BLOCKS_ALONG_YZ), 1, THREADS),
            new Argument.Input(0),
            new Argument.Input(1),
            splits > 1 ? new Argument.Scratch(own) : new Argument.None(),
            splits > 1 ? new Argument.Counters() : new Argument.None(),
            new Argument.Geometry(batch, count, splits, chunk));
    List<Launch> both = List.of(range, write(coarse, grid, batch, format));
    return splits == 1
        ? new Launches(both, own)
        : new Launches(both, own + batch * splits * 2 * Float.BYTES, batch);
  }

  private static Launch write(Shape coarse, Shape grid, long batch, CamDisplay.Format format) {
    int each = PIECE / format.bytes();
    long plane = grid.size(1, AXES);
    // A plane that begins just behind a piece's first element has a part of one more.
    long pieces = Math.ceilDiv(plane + each - 1, each);
    int threads = (int) Math.min(THREADS, Math.ceilDiv(pieces, WARP) * WARP);
    return Launch.of(
        FAMILY,
        "displayWrite" + format.suffix(),
        new Grid(
            Math.toIntExact(Math.ceilDiv(pieces, threads)),
            grid.dim(0),
            (int) Math.min(batch, MOST_BLOCKS_ALONG_YZ),
            threads),
        new Argument.Input(0),
        new Argument.Input(1),
        new Argument.Output(),
        geometry(coarse, grid, batch, entries(coarse, grid, (long) threads * each) <= TABLE));
  }

  /** The entries that a table needs for the rows of so many outputs. */
  private static long entries(Shape coarse, Shape grid, long outputs) {
    long rows = Math.min(grid.dim(1), (outputs - 2) / grid.dim(2) + 2);
    return rows * (coarse.dim(2) + 2);
  }

  private static Argument.Geometry geometry(Shape coarse, Shape grid, long batch, boolean table) {
    long[] sizes = new long[2 * AXES];
    long[] factors = new long[2 * AXES];
    for (int i = 0; i < AXES; i++) {
      sizes[i] = coarse.dim(i);
      sizes[AXES + i] = grid.dim(i);
      factors[i] = Long.divideUnsigned(-1L, 2L * grid.dim(i)) + 1;
      factors[AXES + i] = Float.floatToRawIntBits(1f / (2 * grid.dim(i)));
    }
    long skip = coarse.dim(2) / grid.dim(2);
    long step = 2L * (coarse.dim(2) % grid.dim(2));
    return Members.joined(
        new long[] {batch}, sizes, factors, new long[] {skip, step, table ? 1 : 0});
  }
}
