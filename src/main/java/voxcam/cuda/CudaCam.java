package voxcam.cuda;

import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

/**
 * Launches of kernels/cam*.cu. A map is a sum over the slow axis of a matrix ({@link CamColumns})
 * or over the fast one ({@link CamRows}), as the layout has it; Grad-CAM's means are a sum over the
 * other one. Small Grad-CAMs are one launch.
 */
final class CudaCam {
  private static final String ONCE = "camonce";
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS_ALONG_Y = 65_535;

  /** Where channels lie in lanes a block has as many; elsewhere at most so many. */
  private static final int MOST_CHANNELS = 32;

  private static final int LEAST_CHANNELS = 8;

  /** More slabs make the last block's share larger than what their blocks gain. */
  private static final int MOST_SLABS = 64;

  /** More elements are too much for one block. */
  private static final long MOST_OF_BLOCK = 8192;

  /**
   * What the last block of a sample adds up alone. A block reads about 64 bytes in a clock, so this
   * is some thousand clocks, no more than a second launch costs.
   */
  private static final long MOST_OF_LAST = 64 << 10;

  /** What the terms of a sum are, in the order of the kernels. */
  enum Term {
    PRODUCT,
    WEIGHTED,
    COUNTED
  }

  private CudaCam() {}

  static Launches launches(Cam op, List<Shape> inputs) {
    Shape a = inputs.get(0);
    CamShape shape =
        new CamShape(
            a.dim(0),
            a.dim(1),
            a.size(2, a.rank()),
            CamReduction.Precision.FP32,
            CamReduction.Layout.CHANNELS_FIRST);
    return switch (op) {
      case Cam.HiRes _ -> hiRes(shape);
      case Cam.Gradient _ -> gradient(shape);
    };
  }

  /** {@code sum_k g[n,k,p] A[n,k,p]}. */
  static Launches hiRes(CamShape shape) {
    return map(shape, new Argument.Input(1), Term.PRODUCT, 0);
  }

  /** {@code sum_k mean_q(g[n,k,q]) A[n,k,p]}, by the better of two ways. */
  static Launches gradient(CamShape shape) {
    return isSmall(shape) ? gradientOnce(shape) : gradientTwice(shape);
  }

  /** Whether one launch does what two would. */
  static boolean isSmall(CamShape shape) {
    long slabs = slabs(shape);
    long parts = slabs == 1 ? 0 : slabs * shape.positions() * shape.sumBytes();
    return slab(shape) * shape.positions() <= MOST_OF_BLOCK && parts <= MOST_OF_LAST;
  }

  private static long slabs(CamShape shape) {
    return Math.ceilDiv(shape.channels(), slab(shape));
  }

  /** The channels of a block; all of them where no block needs to wait for another one's part. */
  private static long slab(CamShape shape) {
    if (!shape.isChannelsFirst() || shape.channels() <= MOST_CHANNELS) {
      return MOST_CHANNELS;
    }
    long each = Math.ceilDiv(shape.channels(), MOST_SLABS);
    return Math.clamp(each, LEAST_CHANNELS, MOST_CHANNELS);
  }

  static Launches gradientOnce(CamShape shape) {
    long slabs = slabs(shape);
    String layout = shape.isChannelsFirst() ? "" : "Last";
    Launch launch =
        Launch.of(
            ONCE,
            "camOnce" + layout + shape.precision().suffix(),
            new Grid(
                Math.toIntExact(slabs),
                (int) Math.min(shape.batch(), MOST_BLOCKS_ALONG_Y),
                1,
                THREADS),
            new Argument.Input(0),
            new Argument.Input(1),
            new Argument.Output(),
            slabs > 1 ? new Argument.Scratch(0) : new Argument.None(),
            slabs > 1 ? new Argument.Counters() : new Argument.None(),
            new Argument.Geometry(
                shape.batch(),
                shape.channels(),
                shape.positions(),
                slab(shape),
                wide(shape.positions())));
    return slabs == 1
        ? Launches.of(launch)
        : new Launches(
            List.of(launch),
            shape.batch() * slabs * shape.positions() * shape.sumBytes(),
            shape.batch());
  }

  /** First the means of the gradient, then the map. */
  static Launches gradientTwice(CamShape shape) {
    long means = CudaPlan.aligned(shape.batch() * shape.channels() * Float.BYTES);
    Argument weights = new Argument.Scratch(0);
    Argument gradient = new Argument.Input(1);
    Launches first =
        shape.isChannelsFirst()
            ? CamRows.means(shape, gradient, weights, means)
            : CamColumns.means(shape, gradient, weights, means);
    Launches second = map(shape, weights, Term.WEIGHTED, means);
    return new Launches(
        List.of(first.launches().getFirst(), second.launches().getFirst()),
        Math.max(first.scratch(), second.scratch()),
        Math.max(first.counters(), second.counters()));
  }

  private static Launches map(CamShape shape, Argument weights, Term term, long scratch) {
    return shape.isChannelsFirst()
        ? CamColumns.map(shape, weights, term, scratch)
        : CamRows.map(shape, weights, term, scratch);
  }

  /** The first power of 2 that is no less, up to the threads of a block. */
  static int power(long count) {
    int power = 1;
    while (power < THREADS && power < count) {
      power *= 2;
    }
    return power;
  }

  /** A power of 2 from 8 to 256: so many threads of a block for so many neighbours. */
  static int wide(long count) {
    return Math.max(8, power(count));
  }
}
