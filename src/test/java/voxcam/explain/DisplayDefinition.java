package voxcam.explain;

import java.util.Random;
import voxcam.op.Shape;

/** Maps for the eye as they are defined, in double precision, position by position. */
public final class DisplayDefinition {
  private DisplayDefinition() {}

  /** Values between -1 and 1. */
  public static float[] drawn(Shape shape, Random random) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  /** The display map of a raw map; both shapes have three axes. */
  public static double[] of(float[] raw, Shape shape, Shape grid) {
    double most = 0;
    for (float value : raw) {
      most = Math.max(most, value);
    }
    double[] scaled = new double[raw.length];
    for (int i = 0; i < raw.length; i++) {
      double value = Math.max(raw[i], 0);
      scaled[i] = most > 0 ? value / most : value;
    }
    double[] map = new double[grid.length()];
    int to = 0;
    for (int z = 0; z < grid.dim(0); z++) {
      double depth = source(z, shape.dim(0), grid.dim(0));
      for (int p = 0; p < grid.dim(1); p++) {
        double height = source(p, shape.dim(1), grid.dim(1));
        for (int q = 0; q < grid.dim(2); q++) {
          double width = source(q, shape.dim(2), grid.dim(2));
          map[to++] = at(scaled, shape, new double[] {depth, height, width});
        }
      }
    }
    return map;
  }

  /** {@code (i + 0.5) old / size - 0.5}, inside of the old positions. */
  private static double source(int i, int old, int size) {
    double source = ((2L * i + 1) * old - size) / (2.0 * size);
    return Math.clamp(source, 0, old - 1.0);
  }

  private static double at(double[] values, Shape shape, double[] source) {
    double sum = 0;
    for (int corner = 0; corner < 8; corner++) {
      double weight = 1;
      int index = 0;
      for (int axis = 0; axis < 3; axis++) {
        int low = (int) source[axis];
        int up = corner >> axis & 1;
        weight *= up == 1 ? source[axis] - low : 1 - (source[axis] - low);
        index = index * shape.dim(axis) + Math.min(low + up, shape.dim(axis) - 1);
      }
      // A neighbour without weight does not count, whatever it is.
      sum += weight > 0 ? weight * values[index] : 0;
    }
    return sum;
  }
}
