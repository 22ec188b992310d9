package voxcam.cuda;

import java.util.List;
import voxcam.cuda.CudaCam.ChannelSum;
import voxcam.cuda.CudaCam.Term;

/** Launches of kernels/camrows.cu: sums over the fast axis of {@code [M,C]}. */
final class CamRows {
  private static final String FAMILY = "camrows";
  private static final int THREADS = 256;

  /** The loads of a thread that are under way at once. */
  private static final int LOADS = 4;

  /** So many threads keep the largest GPUs busy. */
  private static final long MANY_THREADS = 1 << 16;

  private static final long MANY_BLOCKS = 512;

  /** The most parts that the last block adds up. */
  private static final long MOST_SPLITS = 256;

  private CamRows() {}

  /** A map of {@code [N,P,K]}. */
  static Launches map(CamShape shape, Argument weights, Term term, long scratch) {
    return launches(
        shape,
        shape.batch() * shape.positions(),
        shape.channels(),
        shape.positions(),
        new ChannelSum(new Argument.Input(0), weights, term, 1),
        new Argument.Output(),
        scratch);
  }

  /** A value for each channel of {@code [N,K,P]}. */
  static Launches channels(CamShape shape, ChannelSum sum, Argument y, long scratch) {
    long rows = shape.batch() * shape.channels();
    return launches(shape, rows, shape.positions(), 1, sum, y, scratch);
  }

  private static Launches launches(
      CamShape shape,
      long rows,
      long columns,
      long plane,
      ChannelSum sum,
      Argument y,
      long scratch) {
    long loads = Math.ceilDiv(columns, shape.each());
    int lanes = lanes(rows, loads);
    long splits = lanes == THREADS ? splits(rows, loads) : 1;
    long chunk = Math.ceilDiv(loads, splits) * shape.each();
    long used = Math.ceilDiv(columns, chunk);
    Launch launch =
        Launch.of(
            FAMILY,
            sum.term().kernel("camRows", shape),
            new Grid(Math.toIntExact(Math.ceilDiv(rows, THREADS / lanes)), (int) used, 1, THREADS),
            sum.x(),
            sum.weights(),
            y,
            used > 1 ? new Argument.Scratch(scratch) : new Argument.None(),
            used > 1 ? new Argument.Counters() : new Argument.None(),
            new Argument.Geometry(
                rows, columns, plane, lanes, used, chunk, sum.term().ordinal(), sum.divisor()));
    return used == 1
        ? new Launches(List.of(launch), scratch)
        : new Launches(List.of(launch), scratch + rows * used * sum.term().sumBytes(shape), rows);
  }

  /** The threads of a row: four loads for each, fewer where there are few rows. */
  private static int lanes(long rows, long loads) {
    int least = CudaCam.power(Math.max(Math.ceilDiv(loads, LOADS), Math.min(loads, 8)));
    int most = CudaCam.power(loads);
    int lanes = least;
    while (lanes < most && rows * lanes < MANY_THREADS) {
      lanes *= 2;
    }
    return lanes;
  }

  private static long splits(long rows, long loads) {
    long most = Math.min(loads / (THREADS * LOADS), MOST_SPLITS);
    return Math.clamp(Math.ceilDiv(MANY_BLOCKS, rows), 1, Math.max(1, most));
  }
}
