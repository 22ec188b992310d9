package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Cam;
import voxcam.op.Shape;

/**
 * Launches of kernels/cam*.cu. A map is a sum over the slow axis of a matrix ({@link CamColumns})
 * or over the fast one ({@link CamRows}), as the layout has it; where channels have weights, as
 * Grad-CAM's means, these are sums over the other one. Small maps of that kind are one launch.
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

  /** What the terms of a sum are, in the order of kernels/cam.cuh, which has them. */
  enum Term {
    PRODUCT,
    OF_POSITIVE,
    POSITIVE,
    WEIGHTED,
    PLAIN,
    SHARE,
    BALANCED;

    /** The kernel of a family: what is summed twice has one of its own. */
    String kernel(String family, CamShape shape) {
      return family + (this == BALANCED ? "Balanced" : "") + shape.precision().suffix();
    }

    /** The bytes of a sum under way. */
    long sumBytes(CamShape shape) {
      return (this == BALANCED ? 2L : 1L) * shape.sumBytes();
    }
  }

  /** A sum over channels or positions: of terms of x and weights, divided. */
  record ChannelSum(Argument x, Argument weights, Term term, long divisor) {}

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
    return launches(op, shape);
  }

  /** A map by the better of its ways. */
  static Launches launches(Cam op, CamShape shape) {
    return switch (op) {
      case Cam.HiRes _ -> map(shape, new Argument.Input(1), Term.PRODUCT, 0);
      case Cam.Layer _ -> map(shape, new Argument.Input(1), Term.OF_POSITIVE, 0);
      case Cam.Elementwise _ -> map(shape, new Argument.Input(1), Term.POSITIVE, 0);
      case Cam.Pooled pooled -> isSmall(shape) ? once(pooled, shape) : inSteps(pooled, shape);
    };
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

  /** How kernels/camonce.cu numbers the weights of channels. */
  private static int weight(Cam.Pooled op) {
    return switch (op) {
      case Cam.Gradient _ -> 0;
      case Cam.PlusPlus _ -> 1;
      case Cam.XGradient _ -> 2;
    };
  }

  /** Weights and map in one launch. */
  static Launches once(Cam.Pooled op, CamShape shape) {
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
                wide(shape.positions()),
                weight(op)));
    return slabs == 1
        ? Launches.of(launch)
        : new Launches(
            List.of(launch),
            shape.batch() * slabs * shape.positions() * shape.sumBytes(),
            shape.batch());
  }

  /** First the weights of channels, then the map. */
  static Launches inSteps(Cam.Pooled op, CamShape shape) {
    long one = CudaPlan.aligned(shape.batch() * shape.channels() * Float.BYTES);
    Argument weights = new Argument.Scratch(0);
    Argument activation = new Argument.Input(0);
    Argument gradient = new Argument.Input(1);
    Argument none = new Argument.None();
    Argument totals = new Argument.Scratch(one);
    List<Launches> steps =
        switch (op) {
          case Cam.Gradient _ ->
              List.of(
                  channels(
                      shape,
                      new ChannelSum(gradient, none, Term.PLAIN, shape.positions()),
                      weights,
                      one));
          case Cam.PlusPlus _ ->
              List.of(
                  channels(shape, new ChannelSum(activation, none, Term.PLAIN, 1), totals, 2 * one),
                  channels(
                      shape, new ChannelSum(gradient, totals, Term.SHARE, 1), weights, 2 * one));
          case Cam.XGradient _ ->
              List.of(
                  channels(
                      shape, new ChannelSum(activation, gradient, Term.BALANCED, 1), weights, one));
        };
    return joined(steps, map(shape, weights, Term.WEIGHTED, one));
  }

  /** One after the other, in the same scratch memory. */
  private static Launches joined(List<Launches> first, Launches last) {
    List<Launches> all = new ArrayList<>(first);
    all.add(last);
    return new Launches(
        all.stream().flatMap(launches -> launches.launches().stream()).toList(),
        all.stream().mapToLong(Launches::scratch).max().orElseThrow(),
        all.stream().mapToLong(Launches::counters).max().orElseThrow());
  }

  private static Launches channels(CamShape shape, ChannelSum sum, Argument y, long scratch) {
    return shape.isChannelsFirst()
        ? CamRows.channels(shape, sum, y, scratch)
        : CamColumns.channels(shape, sum, y, scratch);
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
