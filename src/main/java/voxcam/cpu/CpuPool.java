package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;

/**
 * Pooling. Means and maxima go axis by axis; what must know where a maximum lies looks at whole
 * regions.
 */
final class CpuPool {
  private CpuPool() {}

  static Kernel kernel(Pool op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Pool.Max(Regions regions) ->
          new Separable(Separable.Kind.MAX, outer(x), regions(regions, x));
      case Pool.Average(Regions regions, boolean countPadding) ->
          new Separable(Separable.Kind.SUM, outer(x), averages(regions, x, countPadding));
      case Pool.AverageGrad(Regions regions, boolean countPadding, var _) ->
          new Separable(
              Separable.Kind.SUM,
              outer(x),
              averages(regions, output, countPadding).stream().map(Taps::transposed).toList());
      case Pool.MaxPick(Regions regions) -> pick(new Peaks(regions, x));
      case Pool.MaxScatter(Regions regions) -> scatter(new Peaks(regions, x));
      case Pool.GlobalAverage _ -> overSpace(Reduce.Kind.Mean, x);
      case Pool.GlobalMax _ -> overSpace(Reduce.Kind.Max, x);
    };
  }

  private static int outer(Shape x) {
    return x.dim(0) * x.dim(1);
  }

  static List<Taps> regions(Regions regions, Shape x) {
    List<Taps> axes = new ArrayList<>();
    for (int i = 0; i < regions.rank(); i++) {
      axes.add(Taps.regions(regions, i, x.dim(i + 2)));
    }
    return axes;
  }

  /** The tables of depth, height and width, of which those that x lacks have size 1. */
  static List<Taps> threeAxes(Regions regions, Shape x) {
    List<Taps> tables = regions(regions, x);
    while (tables.size() < 3) {
      tables.add(0, Taps.identity());
    }
    return List.copyOf(tables);
  }

  static List<Taps> averages(Regions regions, Shape x, boolean countPadding) {
    List<Taps> axes = new ArrayList<>();
    for (int i = 0; i < regions.rank(); i++) {
      axes.add(Taps.averages(regions, i, x.dim(i + 2), countPadding));
    }
    return axes;
  }

  private static Kernel overSpace(Reduce.Kind kind, Shape x) {
    List<Integer> axes = new ArrayList<>();
    for (int i = 2; i < x.rank(); i++) {
      axes.add(i);
    }
    return CpuReduce.kernel(new Reduce(kind, axes, true), x);
  }

  private static Kernel pick(Peaks peaks) {
    int positions = peaks.positions();
    int planes = peaks.planes();
    return (inputs, y, scratch, threads) ->
        threads.forEach(
            peaks.outer * planes,
            task -> {
              int tensor = task / planes;
              int plane = positions / planes;
              int first = task % planes * plane;
              for (int i = first; i < first + plane; i++) {
                int peak = peaks.find(inputs[0], tensor * peaks.volume, i);
                y[tensor * positions + i] = peak < 0 ? 0 : inputs[1][peak];
              }
            });
  }

  /**
   * One task for each channel of each sample: windows may overlap, so what they scatter to is not
   * split further.
   */
  private static Kernel scatter(Peaks peaks) {
    int positions = peaks.positions();
    return (inputs, gx, scratch, threads) ->
        threads.forEach(
            peaks.outer,
            tensor -> {
              int from = tensor * peaks.volume;
              Arrays.fill(gx, from, from + peaks.volume, 0);
              for (int i = 0; i < positions; i++) {
                int peak = peaks.find(inputs[0], from, i);
                if (peak >= 0) {
                  gx[peak] += inputs[1][tensor * positions + i];
                }
              }
            });
  }

  /** Where the maximum of each region lies. */
  private static final class Peaks {
    private final List<Taps> axes;
    private final int outer;
    private final int volume;

    Peaks(Regions regions, Shape x) {
      axes = threeAxes(regions, x);
      outer = x.dim(0) * x.dim(1);
      volume = (int) x.size(2, x.rank());
    }

    int planes() {
      return axes.get(0).outputs();
    }

    int positions() {
      return planes() * axes.get(1).outputs() * axes.get(2).outputs();
    }

    /**
     * The index in {@code x} of the first maximum of a region; -1 for a region with nothing but
     * padding.
     */
    int find(float[] x, int from, int position) {
      Taps depth = axes.get(0);
      Taps height = axes.get(1);
      Taps width = axes.get(2);
      int q = position % width.outputs();
      int p = position / width.outputs() % height.outputs();
      int z = position / width.outputs() / height.outputs();
      int best = -1;
      float value = 0;
      for (int i = depth.start(z); i < depth.end(z); i++) {
        int plane = from + depth.source(i) * height.inputs() * width.inputs();
        for (int j = height.start(p); j < height.end(p); j++) {
          int row = plane + height.source(j) * width.inputs();
          for (int k = width.start(q); k < width.end(q); k++) {
            int at = row + width.source(k);
            float v = x[at];
            // A NaN counts as largest, as in the maximum itself.
            if (best < 0 || v > value || (Float.isNaN(v) && !Float.isNaN(value))) {
              best = at;
              value = v;
            }
          }
        }
      }
      return best;
    }
  }
}
