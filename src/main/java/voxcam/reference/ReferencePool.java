package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Pooling, region by region. */
final class ReferencePool {
  /**
   * What to do with one region: the output's index and, per axis, the input positions that the
   * output looks at.
   */
  private interface Body {
    void region(int output, int channel, Extent d, Extent h, Extent w);
  }

  /**
   * One region along one axis: its positions inside the input, and how many there are with the
   * padding that counts.
   */
  private static final class Extent {
    final int[] inside;
    final int padded;

    Extent(int[] inside, int padded) {
      this.inside = inside;
      this.padded = padded;
    }
  }

  private ReferencePool() {}

  static void run(Pool pool, List<Tensor> inputs, Shape shape, double[] y) {
    Shape xShape = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    switch (pool) {
      case Pool.Max(Regions regions) -> pick(regions, xShape, x, x, shape, y);
      case Pool.MaxPick(Regions regions) ->
          pick(regions, xShape, x, inputs.get(1).doubles(), shape, y);
      case Pool.MaxScatter(Regions regions) -> scatter(regions, xShape, x, inputs.get(1), y);
      case Pool.Average op -> average(op, xShape, x, shape, y);
      case Pool.AverageGrad op -> averageGrad(op, xShape, x, shape, y);
      case Pool.GlobalAverage _ -> global(x, y, false);
      case Pool.GlobalMax _ -> global(x, y, true);
    }
  }

  private static void pick(
      Regions regions, Shape xShape, double[] x, double[] v, Shape shape, double[] y) {
    Grid grid = Grid.of(xShape);
    forEach(
        regions,
        grid,
        Grid.of(shape),
        (o, channel, d, h, w) -> y[o] = v[largest(grid, x, channel, d, h, w)]);
  }

  private static void scatter(
      Regions regions, Shape xShape, double[] x, Tensor gyTensor, double[] gx) {
    Grid grid = Grid.of(xShape);
    double[] gy = gyTensor.doubles();
    Arrays.fill(gx, 0);
    forEach(
        regions,
        grid,
        Grid.of(gyTensor.shape()),
        (o, channel, d, h, w) -> gx[largest(grid, x, channel, d, h, w)] += gy[o]);
  }

  /**
   * The index of the largest value of a region, the first among equals; a NaN is larger than
   * anything.
   */
  private static int largest(Grid grid, double[] x, int channel, Extent d, Extent h, Extent w) {
    int largest = -1;
    for (int i : d.inside) {
      for (int j : h.inside) {
        for (int k : w.inside) {
          int at = channel * grid.plane() + (i * grid.h() + j) * grid.w() + k;
          if (largest < 0
              || x[at] > x[largest]
              || (Double.isNaN(x[at]) && !Double.isNaN(x[largest]))) {
            largest = at;
          }
        }
      }
    }
    return largest;
  }

  private static void average(Pool.Average op, Shape xShape, double[] x, Shape shape, double[] y) {
    Grid grid = Grid.of(xShape);
    forEach(
        op.regions(),
        grid,
        Grid.of(shape),
        (o, channel, d, h, w) -> {
          double sum = 0;
          for (int i : d.inside) {
            for (int j : h.inside) {
              for (int k : w.inside) {
                sum += x[channel * grid.plane() + (i * grid.h() + j) * grid.w() + k];
              }
            }
          }
          y[o] = sum / count(op.countIncludePad(), d, h, w);
        });
  }

  private static void averageGrad(
      Pool.AverageGrad op, Shape gyShape, double[] gy, Shape shape, double[] gx) {
    Grid grid = Grid.of(shape);
    Arrays.fill(gx, 0);
    forEach(
        op.regions(),
        grid,
        Grid.of(gyShape),
        (o, channel, d, h, w) -> {
          double share = gy[o] / count(op.countIncludePad(), d, h, w);
          for (int i : d.inside) {
            for (int j : h.inside) {
              for (int k : w.inside) {
                gx[channel * grid.plane() + (i * grid.h() + j) * grid.w() + k] += share;
              }
            }
          }
        });
  }

  private static long count(boolean padding, Extent d, Extent h, Extent w) {
    return padding
        ? (long) d.padded * h.padded * w.padded
        : (long) d.inside.length * h.inside.length * w.inside.length;
  }

  private static void global(double[] x, double[] y, boolean max) {
    int plane = x.length / y.length;
    for (int channel = 0; channel < y.length; channel++) {
      double[] values = Arrays.copyOfRange(x, channel * plane, (channel + 1) * plane);
      double found = values[0];
      double sum = 0;
      for (double value : values) {
        found = Math.max(found, value);
        sum += value;
      }
      y[channel] = max ? found : sum / plane;
    }
  }

  private static void forEach(Regions regions, Grid x, Grid y, Body body) {
    Extent[] depth = extents(regions, regions.rank() - 3, x.d(), y.d());
    Extent[] height = extents(regions, regions.rank() - 2, x.h(), y.h());
    Extent[] width = extents(regions, regions.rank() - 1, x.w(), y.w());
    int output = 0;
    for (int channel = 0; channel < y.n() * y.c(); channel++) {
      for (Extent d : depth) {
        for (Extent h : height) {
          for (Extent w : width) {
            body.region(output++, channel, d, h, w);
          }
        }
      }
    }
  }

  /** The regions along one axis; an axis below 0 is one that the tensor does not have. */
  private static Extent[] extents(Regions regions, int axis, int size, int outputs) {
    Extent[] extents = new Extent[outputs];
    for (int o = 0; o < outputs; o++) {
      if (axis < 0) {
        extents[o] = new Extent(new int[] {0}, 1);
        continue;
      }
      int start = regions.start(axis, o, size);
      int step = regions.step(axis);
      int padded = regions.padded(axis, size);
      int[] positions =
          IntStream.range(0, regions.taps(axis, o, size)).map(tap -> start + tap * step).toArray();
      extents[o] =
          new Extent(
              IntStream.of(positions)
                  .filter(position -> position >= 0 && position < size)
                  .toArray(),
              (int) IntStream.of(positions).filter(position -> position < padded).count());
    }
    return extents;
  }
}
