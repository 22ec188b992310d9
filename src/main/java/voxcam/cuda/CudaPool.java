package voxcam.cuda;

import java.util.List;
import voxcam.op.InputException;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Window;

/** Launches of kernels/pool.cu: a thread for each result; whole planes by blocks. */
final class CudaPool {
  private static final String FAMILY = "pool";
  private static final int THREADS = 256;
  private static final int WARP = 32;

  /** Planes up to this size are a warp's work. */
  private static final long SMALL_PLANE = 512;

  /** With fewer planes than this each is split into parts, of at least so many positions. */
  private static final long FEW_PLANES = 320;

  private static final long LEAST_PART = 1 << 14;
  private static final long MOST_PARTS = 1024;

  private CudaPool() {}

  static Launches launches(Pool op, List<Shape> inputs, Shape output) {
    Shape first = inputs.get(0);
    Argument x = new Argument.Input(0);
    Argument y = new Argument.Output();
    return switch (op) {
      case Pool.Max(Regions regions) -> pick(geometry(regions, first, output), x, output);
      case Pool.MaxPick(Regions regions) ->
          pick(geometry(regions, first, output), new Argument.Input(1), output);
      case Pool.MaxScatter(Regions regions) -> scatter(regions, first, inputs.get(1));
      case Pool.Average(Regions regions, _) when isGlobal(regions, output) -> global(first, false);
      case Pool.Average(Regions regions, boolean padding) ->
          Launches.of(
              launch("poolAverage", output, x, y, geometry(regions, first, output, padding)));
      case Pool.AverageGrad(Regions regions, boolean padding, _) ->
          Launches.of(
              launch("poolAverageGrad", output, x, y, geometry(regions, output, first, padding)));
      case Pool.GlobalAverage _ -> global(first, false);
      case Pool.GlobalMax _ -> global(first, true);
    };
  }

  private static Launches pick(Argument geometry, Argument values, Shape y) {
    return Launches.of(
        launch("poolMax", y, new Argument.Input(0), values, new Argument.Output(), geometry));
  }

  /** First where the largest values are, then for each of them what comes back to it. */
  private static Launches scatter(Regions regions, Shape x, Shape gy) {
    if (plane(x) > 1L << 32) {
      throw new InputException(
          "MaxPoolScatter: a channel of %s has more than 2^32 values; use a smaller input"
              .formatted(x));
    }
    Argument peaks = new Argument.Scratch(0);
    Argument geometry = geometry(regions, x, gy);
    return new Launches(
        List.of(
            launch("poolPeaks", gy, new Argument.Input(0), peaks, geometry),
            launch(
                "poolScatter", x, peaks, new Argument.Input(1), new Argument.Output(), geometry)),
        gy.size() * 4);
  }

  private static Launch launch(String kernel, Shape each, Argument... arguments) {
    return Launch.of(FAMILY, kernel, Grid.covering(each.size(), THREADS), arguments);
  }

  /** Whether the only region is the whole input. */
  private static boolean isGlobal(Regions regions, Shape y) {
    return regions instanceof Regions.Adaptive && plane(y) == 1;
  }

  /** The mean or the largest value of each channel's plane. */
  private static Launches global(Shape x, boolean maximum) {
    long channels = (long) x.dim(0) * x.dim(1);
    long plane = plane(x);
    long parts =
        channels >= FEW_PLANES
            ? 1
            : Math.clamp(
                Math.min(plane / LEAST_PART, Math.ceilDiv(FEW_PLANES, channels)), 1, MOST_PARTS);
    int threads = plane <= SMALL_PLANE ? WARP : THREADS;
    Argument y = new Argument.Output();
    Argument joined = parts == 1 ? y : new Argument.Scratch(0);
    Argument geometry = new Argument.Geometry(channels, plane, parts, maximum ? 1 : 0);
    Launch first =
        Launch.of(
            FAMILY,
            "poolGlobal",
            new Grid(Math.toIntExact(channels), (int) parts, 1, threads),
            new Argument.Input(0),
            joined,
            y,
            geometry);
    if (parts == 1) {
      return Launches.of(first);
    }
    Launch end =
        Launch.of(FAMILY, "poolGlobalEnd", Grid.covering(channels, THREADS), joined, y, geometry);
    return new Launches(List.of(first, end), channels * parts * Double.BYTES);
  }

  private static long plane(Shape shape) {
    return shape.size(2, shape.rank());
  }

  private static Argument geometry(Regions regions, Shape x, Shape y) {
    return geometry(regions, x, y, false);
  }

  /** The struct {@code PoolGeometry}; axes that the tensor lacks have one position. */
  private static Argument geometry(Regions regions, Shape x, Shape y, boolean countPadding) {
    long[] values = new long[24];
    values[0] = (long) x.dim(0) * x.dim(1);
    values[1] = regions instanceof Regions.Adaptive ? 1 : 0;
    values[2] = countPadding ? 1 : 0;
    int[] sizes = CudaConvGeometry.spatial(x);
    int[] outputs = CudaConvGeometry.spatial(y);
    for (int i = 0; i < 3; i++) {
      int own = i - 3 + regions.rank();
      Window.Axis axis =
          own >= 0 && regions instanceof Regions.Sliding(Window window, _)
              ? window.axis(own)
              : Window.Axis.UNIT;
      long[] each = {
        sizes[i],
        outputs[i],
        axis.kernel(),
        axis.stride(),
        axis.padBegin(),
        axis.dilation(),
        own >= 0 ? regions.padded(own, sizes[i]) : 1
      };
      for (int j = 0; j < each.length; j++) {
        values[3 + 3 * j + i] = each[j];
      }
    }
    return new Argument.Geometry(values);
  }
}
