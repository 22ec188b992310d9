package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import voxcam.backend.Options;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * A map made for the eye, with the record of every step: ReLU, scaling by the largest value to
 * 0..1, and trilinear interpolation (half-pixel) to the grid of the network's input. Scaling stands
 * before interpolation, which never leaves the range of its input. A map that holds what is no
 * number has no largest value, and is not scaled.
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
   * The display map of a raw one, by all processors.
   *
   * @param raw the raw map, of one to three axes
   * @param grid the sizes to interpolate to, of as many axes
   */
  public static Display of(Tensor raw, Shape grid) {
    return of(raw, grid, Options.DEFAULT.threads());
  }

  /**
   * The display map of a raw one.
   *
   * @param raw the raw map, of one to three axes
   * @param grid the sizes to interpolate to, of as many axes
   * @param threads at most this many at once; the result does not depend on it
   */
  public static Display of(Tensor raw, Shape grid, int threads) {
    Shape shape = raw.shape();
    if (shape.rank() != grid.rank() || shape.rank() < 1 || shape.rank() > 3) {
      throw new InputException("display: the map " + shape + " does not suit the grid " + grid);
    }
    List<String> steps = new ArrayList<>();
    float[] values = raw.floats();
    float max = 0;
    for (float value : values) {
      max = Math.max(max, value);
    }
    steps.add("relu: negative values become 0");
    if (max > 0) {
      steps.add("scale: divided by the largest raw value, " + max);
    }
    if (!shape.equals(grid)) {
      steps.add("resize: linear, half-pixel, from " + shape + " to " + grid);
    }
    float one = max > 0 ? max : 1;
    float[] map =
        new Enlargement(shape, grid, value -> Math.max(value, 0) / one).run(values, threads);
    return new Display(Tensor.of(grid, map), max, steps);
  }

  /**
   * Values interpolated to another grid of as many axes, one to three: linear along each axis,
   * half-pixel, the outermost values going on to the edges. Each result is written once.
   */
  public static Tensor resized(Tensor map, Shape grid) {
    if (map.shape().equals(grid)) {
      return map;
    }
    Enlargement enlargement = new Enlargement(map.shape(), grid, value -> value);
    return Tensor.of(grid, enlargement.run(map.floats(), Options.DEFAULT.threads()));
  }
}
