package voxcam.cuda;

import java.util.List;
import voxcam.cuda.CudaCam.ChannelSum;
import voxcam.cuda.CudaCam.Term;

/** Launches of kernels/cam.cu: sums over the slow axis of {@code [N,R,C]}. */
final class CamColumns {
  private static final String FAMILY = "cam";
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS_ALONG_Z = 65_535;

  /** So many blocks keep the largest GPUs busy, with some to spare for their last round. */
  private static final long MANY_BLOCKS = 1024;

  /** The least rows of a split: its sum is written and read again, a sixteenth of their bytes. */
  private static final long LEAST_ROWS = 32;

  /** The most parts that the last block adds up. */
  private static final long MOST_SPLITS = 256;

  /** Where rows do not begin at multiples of 16 bytes, each team needs 8 or more beside it. */
  private static final int WIDEST_SHIFTED = 32;

  /** The least share of a tile's threads that have columns. */
  private static final double FULL = 0.8;

  private final CamShape shape;
  private final long rows;
  private final long columns;
  private final boolean shifted;
  private final int wide;

  private CamColumns(CamShape shape, long rows, long columns) {
    this.shape = shape;
    this.rows = rows;
    this.columns = columns;
    shifted = columns % shape.each() != 0;
    wide = widest();
  }

  /** A map of {@code [N,K,P]}. */
  static Launches map(CamShape shape, Argument weights, Term term, long scratch) {
    return new CamColumns(shape, shape.channels(), shape.positions())
        .launches(
            new ChannelSum(new Argument.Input(0), weights, term, 1),
            new Argument.Output(),
            scratch);
  }

  /** A value for each channel of {@code [N,P,K]}. */
  static Launches channels(CamShape shape, ChannelSum sum, Argument y, long scratch) {
    return new CamColumns(shape, shape.positions(), shape.channels()).launches(sum, y, scratch);
  }

  /** The columns of a tile. */
  private long width(int threads) {
    return (long) shape.each() * (shifted ? threads - 1 : threads);
  }

  private long tiles(int threads) {
    return Math.ceilDiv(columns, width(threads));
  }

  private double fullness(int threads) {
    return columns / (double) (tiles(threads) * shape.each() * threads);
  }

  /**
   * The threads along the columns. With many tiles the more the better, since longer pieces of
   * memory are read; otherwise the other threads of a block had better share the rows.
   */
  private int widest() {
    int best = 8;
    for (int threads = 8; threads <= (shifted ? WIDEST_SHIFTED : THREADS); threads *= 2) {
      boolean many = threads <= 32 || tiles(threads) * shape.batch() >= MANY_BLOCKS;
      if (many && fullness(threads) >= Math.min(FULL, fullness(best))) {
        best = threads;
      }
    }
    return best;
  }

  private Launches launches(ChannelSum sum, Argument y, long scratch) {
    long tiles = tiles(wide);
    long wanted = Math.min(Math.ceilDiv(MANY_BLOCKS, tiles * shape.batch()), MOST_SPLITS);
    long chunk = Math.ceilDiv(Math.ceilDiv(rows, wanted), LEAST_ROWS) * LEAST_ROWS;
    long splits = Math.ceilDiv(rows, chunk);
    Grid grid =
        new Grid(
            Math.toIntExact(tiles),
            Math.toIntExact(splits),
            (int) Math.min(shape.batch(), MOST_BLOCKS_ALONG_Z),
            THREADS);
    Launch launch =
        Launch.of(
            FAMILY,
            sum.term().kernel(sum.term() == Term.SHARE ? "camColumnsShare" : "camColumns", shape),
            grid,
            sum.x(),
            sum.weights(),
            y,
            splits > 1 ? new Argument.Scratch(scratch) : new Argument.None(),
            splits > 1 ? new Argument.Counters() : new Argument.None(),
            new Argument.Geometry(
                shape.batch(),
                rows,
                columns,
                wide,
                splits,
                chunk,
                shifted ? 1 : 0,
                CudaCam.wide(Math.min(columns, width(wide))),
                sum.term().ordinal(),
                sum.divisor()));
    return splits == 1
        ? new Launches(List.of(launch), scratch)
        : new Launches(
            List.of(launch),
            scratch + shape.batch() * splits * columns * sum.term().sumBytes(shape),
            shape.batch() * tiles);
  }
}
