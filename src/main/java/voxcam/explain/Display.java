package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.InputException;
import voxcam.op.Resize.Sampling;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * A map made for the eye, with the record of every step: ReLU, scaling by the largest value to
 * 0..1, and trilinear interpolation (half-pixel) to the grid of the network's input. Scaling stands
 * before interpolation, which never leaves the range of its input.
 *
 * @param map the display map, on the grid asked for
 * @param scale the raw value that is 1 in the display map; 0 if nothing is above zero
 * @param steps what was done, in order
 */
public record Display(Tensor map, double scale, List<String> steps) {
  public Display {
    steps = List.copyOf(steps);
  }

  /**
   * The display map of a raw one.
   *
   * @param raw the raw map, of one to three axes
   * @param grid the sizes to interpolate to, of as many axes
   */
  public static Display of(Tensor raw, Shape grid) {
    Shape shape = raw.shape();
    if (shape.rank() != grid.rank() || shape.rank() < 1 || shape.rank() > 3) {
      throw new InputException("display: the map " + shape + " does not suit the grid " + grid);
    }
    List<String> steps = new ArrayList<>();
    float[] values = raw.floats().clone();
    double max = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(values[i], 0);
      max = Math.max(max, values[i]);
    }
    steps.add("relu: negative values become 0");
    if (max > 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (values[i] / max);
      }
      steps.add("scale: divided by the largest raw value, " + (float) max);
    }
    if (!shape.equals(grid)) {
      steps.add("resize: linear, half-pixel, from " + shape + " to " + grid);
    }
    return new Display(resized(Tensor.of(shape, values), grid), max, steps);
  }

  /**
   * Values interpolated to another grid of as many axes, one to three: linear along each axis,
   * half-pixel, the outermost values going on to the edges. Each result is written once.
   */
  public static Tensor resized(Tensor map, Shape grid) {
    if (map.shape().equals(grid)) {
      return map;
    }
    int first = 3 - grid.rank();
    Line[] lines = new Line[3];
    for (int axis = 0; axis < 3; axis++) {
      lines[axis] =
          axis < first
              ? Line.of(1, 1)
              : Line.of(map.shape().dim(axis - first), grid.dim(axis - first));
    }
    return Tensor.of(grid, trilinear(map.floats(), lines[0], lines[1], lines[2]));
  }

  private static float[] trilinear(float[] values, Line depth, Line height, Line width) {
    int columns = width.old();
    int plane = height.old() * columns;
    float[] result = new float[depth.size() * height.size() * width.size()];
    float[] slice = new float[plane];
    float[] row = new float[columns];
    int to = 0;
    for (int z = 0; z < depth.size(); z++) {
      depth.blend(values, z, plane, slice);
      for (int p = 0; p < height.size(); p++) {
        height.blend(slice, p, columns, row);
        for (int q = 0; q < width.size(); q++) {
          float low = row[width.low[q]];
          result[to++] = low + width.part[q] * (row[width.high[q]] - low);
        }
      }
    }
    return result;
  }

  /** Between which two old positions each new one lies along an axis, and how far it is. */
  private record Line(int old, int[] low, int[] high, float[] part) {
    static Line of(int old, int size) {
      Line line = new Line(old, new int[size], new int[size], new float[size]);
      for (int i = 0; i < size; i++) {
        double source = Sampling.TRILINEAR.source(i, old, size, (double) size / old);
        double clamped = Math.max(0, Math.min(old - 1.0, source));
        line.low[i] = (int) clamped;
        line.high[i] = Math.min(line.low[i] + 1, old - 1);
        line.part[i] = (float) (clamped - line.low[i]);
      }
      return line;
    }

    int size() {
      return low.length;
    }

    /** What lies at new position i, made from the two old ones, each {@code length} values long. */
    void blend(float[] values, int i, int length, float[] result) {
      int a = low[i] * length;
      int b = high[i] * length;
      float share = part[i];
      for (int j = 0; j < length; j++) {
        result[j] = values[a + j] + share * (values[b + j] - values[a + j]);
      }
    }
  }
}
