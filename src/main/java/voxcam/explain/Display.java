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
   * Values interpolated to another grid of as many axes: linear along each axis, half-pixel, the
   * outermost values going on to the edges.
   */
  public static Tensor resized(Tensor map, Shape grid) {
    float[] values = map.floats();
    Shape now = map.shape();
    for (int axis = 0; axis < now.rank(); axis++) {
      values = stretched(values, now, axis, grid.dim(axis));
      now = now.with(axis, grid.dim(axis));
    }
    return Tensor.of(grid, values);
  }

  /** Linear interpolation along one axis; trilinear interpolation is this along each. */
  private static float[] stretched(float[] values, Shape shape, int axis, int size) {
    int old = shape.dim(axis);
    if (old == size) {
      return values;
    }
    int outer = (int) shape.size(0, axis);
    int inner = (int) shape.size(axis + 1, shape.rank());
    float[] result = new float[shape.with(axis, size).length()];
    for (int i = 0; i < size; i++) {
      double source = Sampling.TRILINEAR.source(i, old, size, (double) size / old);
      double clamped = Math.max(0, Math.min(old - 1.0, source));
      int low = (int) clamped;
      int high = Math.min(low + 1, old - 1);
      float part = (float) (clamped - low);
      for (int o = 0; o < outer; o++) {
        int to = (o * size + i) * inner;
        int a = (o * old + low) * inner;
        int b = (o * old + high) * inner;
        for (int j = 0; j < inner; j++) {
          result[to + j] = values[a + j] + part * (values[b + j] - values[a + j]);
        }
      }
    }
    return result;
  }
}
