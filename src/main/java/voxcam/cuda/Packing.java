package voxcam.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import voxcam.backend.Options.Precision;

/**
 * What surrounds a convolution of cuDNN, as data: launches of kernels/convert.cu before and behind
 * it, and where it finds its tensors. Channels first it works on the node's own, and bias and the
 * like are added in place; channels last everything is packed into scratch memory, a constant
 * second factor into memory that is kept.
 *
 * @param once what packs the constant
 * @param scratch the bytes of scratch memory without cuDNN's workspace, which lies behind them
 * @param kept the bytes that are kept
 * @param scale what cuDNN multiplies each sum with, so that none passes the largest number of fp16
 */
record Packing(
    List<Launch> once,
    List<Launch> before,
    List<Launch> after,
    Argument first,
    Argument second,
    Argument result,
    long scratch,
    long kept,
    float scale) {
  private static final String FAMILY = "convert";
  private static final int THREADS = 256;

  /** CONVERT_SIDE in kernels/convert.cu. */
  private static final int SIDE = 32;

  private static final int MOST_PEAKS = 256;
  private static final int EACH_PEAK = 4096;

  /** Both factors of a product are below 2. */
  private static final long MOST_OF_PRODUCT = 4;

  private static final long MOST_OF_HALF = 65_504;

  /** A tensor as [outer][channels][positions], and how many peaks it has. */
  private record Part(long outer, long channels, long positions, int peaks) {
    static Part of(int[] sizes, boolean scaled) {
      long count = CudnnProblem.count(sizes);
      long outer = sizes[0];
      long channels = sizes[1];
      int peaks = scaled ? (int) Math.min(MOST_PEAKS, Math.ceilDiv(count, EACH_PEAK)) : 0;
      return new Part(outer, channels, count / outer / channels, peaks);
    }

    long count() {
      return outer * channels * positions;
    }

    Grid tiles() {
      long tiles = outer * Math.ceilDiv(channels, SIDE) * Math.ceilDiv(positions, SIDE);
      return new Grid(Math.toIntExact(tiles), 1, 1, THREADS);
    }

    Argument geometry(int peaks, int otherPeaks, CudaConv.End end) {
      return new Argument.Geometry(
          outer,
          channels,
          positions,
          peaks,
          otherPeaks,
          end.bias() ? 1 : 0,
          end.residual() ? 1 : 0,
          end.activation().kind());
    }
  }

  private static final CudaConv.End NOTHING = new CudaConv.End(false, false, Activation.NONE);

  /**
   * Around one convolution.
   *
   * @param constant whether the second factor is the same in every run
   */
  static Packing of(
      CudnnProblem problem, CudnnNumbers numbers, CudaConv.End end, boolean constant) {
    return numbers.isPacked() ? packed(problem, numbers, end, constant) : plain(problem, end);
  }

  private static Packing plain(CudnnProblem problem, CudaConv.End end) {
    Part result = Part.of(problem.result(), false);
    List<Launch> after =
        end.isNothing()
            ? List.of()
            : List.of(
                Launch.of(
                    FAMILY,
                    "convertEnd",
                    Grid.covering(result.count(), THREADS),
                    new Argument.Output(),
                    end.biasArgument(),
                    end.residualArgument(),
                    result.geometry(0, 0, end),
                    new Argument.Real(end.activation().alpha()),
                    new Argument.Real(end.activation().beta())));
    return new Packing(
        List.of(),
        List.of(),
        after,
        new Argument.Input(0),
        new Argument.Input(1),
        new Argument.Output(),
        0,
        0,
        1);
  }

  private static Packing packed(
      CudnnProblem problem, CudnnNumbers numbers, CudaConv.End end, boolean constant) {
    boolean scaled = numbers.precision() == Precision.FP16;
    String kind = scaled ? "Half" : numbers.isTransposed() ? "Single" : "Bfloat";
    Part first = Part.of(problem.first(), scaled);
    Part second = Part.of(problem.second(), scaled);
    Part result = Part.of(problem.result(), scaled);
    Room room = new Room(Argument.Scratch::new);
    Room kept = new Room(Argument.Kept::new);
    Room secondRoom = constant ? kept : room;
    Argument firstPacked = room.take(first.count() * numbers.bytes());
    Argument secondPacked = secondRoom.take(second.count() * numbers.bytes());
    Argument resultPacked = room.take(result.count() * numbers.bytes());
    Argument firstPeaks = room.take((long) first.peaks() * Float.BYTES);
    Argument secondPeaks = secondRoom.take((long) second.peaks() * Float.BYTES);
    List<Launch> once = new ArrayList<>();
    List<Launch> before = new ArrayList<>();
    pack(before, kind, first, new Argument.Input(0), firstPeaks, firstPacked);
    pack(constant ? once : before, kind, second, new Argument.Input(1), secondPeaks, secondPacked);
    float scale = scaled ? scale(problem.depth()) : 1;
    Launch unpack =
        Launch.of(
            FAMILY,
            "convertUnpack" + kind,
            result.tiles(),
            resultPacked,
            firstPeaks,
            secondPeaks,
            end.biasArgument(),
            end.residualArgument(),
            new Argument.Output(),
            result.geometry(first.peaks(), second.peaks(), end),
            new Argument.Real(1 / scale),
            new Argument.Real(end.activation().alpha()),
            new Argument.Real(end.activation().beta()));
    return new Packing(
        once,
        before,
        List.of(unpack),
        firstPacked,
        secondPacked,
        resultPacked,
        room.bytes(),
        kept.bytes(),
        scale);
  }

  private static void pack(
      List<Launch> launches, String kind, Part part, Argument from, Argument peaks, Argument to) {
    Argument geometry = part.geometry(part.peaks(), 0, NOTHING);
    if (part.peaks() > 0) {
      Grid grid = new Grid(part.peaks(), 1, 1, THREADS);
      launches.add(Launch.of(FAMILY, "convertPeak", grid, from, peaks, geometry));
    }
    launches.add(Launch.of(FAMILY, "convertPack" + kind, part.tiles(), from, peaks, to, geometry));
  }

  /** The largest power of two with which no sum of so many products overflows. */
  static float scale(long depth) {
    float scale = 1;
    while (depth * MOST_OF_PRODUCT * (double) scale > MOST_OF_HALF) {
      scale /= 2;
    }
    return scale;
  }

  /** Memory under planning. */
  private static final class Room {
    private final LongFunction<Argument> maker;
    private long bytes;

    Room(LongFunction<Argument> maker) {
      this.maker = maker;
    }

    Argument take(long wanted) {
      long offset = bytes;
      bytes += CudaPlan.aligned(wanted);
      return maker.apply(offset);
    }

    long bytes() {
      return bytes;
    }
  }
}
