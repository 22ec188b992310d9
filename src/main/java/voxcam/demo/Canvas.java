package voxcam.demo;

import java.util.random.RandomGenerator;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Volume;

/** Voxels to paint on, each with its place in the patient. */
final class Canvas {
  /** Voxels as a scanner files them: x to the left, y to the back, z to the head. */
  static final Grid GRID =
      Grid.of(
          new int[] {96, 96, 64},
          Affine.of(new double[][] {{-3.6, 0, 0, 171}, {0, -3.6, 0, 171}, {0, 0, 5, -157.5}}));

  /** Does something at a voxel whose centre lies at a point of the patient. */
  @FunctionalInterface
  interface Brush {
    void at(int voxel, double x, double y, double z);
  }

  private final double[][] places = new double[3][];
  private final float[] hounsfield = new float[GRID.length()];

  /**
   * A canvas for a patient who lies a little off the middle and is a little smaller or larger than
   * usual.
   */
  Canvas(RandomGenerator random) {
    for (int axis = 0; axis < 3; axis++) {
      double shift = random.nextDouble(-5, 5);
      double size = random.nextDouble(0.95, 1.05);
      places[axis] = new double[GRID.size(axis)];
      for (int i = 0; i < GRID.size(axis); i++) {
        double world = GRID.affine().at(axis, axis) * i + GRID.affine().at(axis, 3);
        places[axis][i] = (world - shift) / size;
      }
    }
  }

  float get(int voxel) {
    return hounsfield[voxel];
  }

  void set(int voxel, float value) {
    hounsfield[voxel] = value;
  }

  void everywhere(Brush brush) {
    paint(new int[3], GRID.size(), brush);
  }

  /** Visits the voxels of a box around a point. */
  void near(Point centre, double x, double y, double z, Brush brush) {
    int[] from = new int[3];
    int[] to = new int[3];
    range(0, centre.x(), x, from, to);
    range(1, centre.y(), y, from, to);
    range(2, centre.z(), z, from, to);
    paint(from, to, brush);
  }

  /** The voxel whose centre is nearest to a point. */
  int voxel(double x, double y, double z) {
    return (index(0, x) * GRID.size(1) + index(1, y)) * GRID.size(2) + index(2, z);
  }

  private int index(int axis, double place) {
    double step = places[axis][1] - places[axis][0];
    return Math.clamp(Math.round((place - places[axis][0]) / step), 0, GRID.size(axis) - 1);
  }

  private void range(int axis, double centre, double reach, int[] from, int[] to) {
    double first = places[axis][0];
    double step = places[axis][1] - first;
    double a = (centre - reach - first) / step;
    double b = (centre + reach - first) / step;
    from[axis] = Math.max(0, (int) Math.ceil(Math.min(a, b)));
    to[axis] = Math.min(GRID.size(axis), (int) Math.floor(Math.max(a, b)) + 1);
  }

  private void paint(int[] from, int[] to, Brush brush) {
    for (int i = from[0]; i < to[0]; i++) {
      for (int j = from[1]; j < to[1]; j++) {
        int row = (i * GRID.size(1) + j) * GRID.size(2);
        for (int k = from[2]; k < to[2]; k++) {
          brush.at(row + k, places[0][i], places[1][j], places[2][k]);
        }
      }
    }
  }

  /** What a scanner makes of it: quantum noise and a little blur. */
  Volume scan(String name, RandomGenerator random, double noise) {
    float[] values = hounsfield.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (noise * random.nextGaussian());
    }
    int stride = 1;
    for (int axis = 2; axis >= 0; axis--) {
      values = blurred(values, GRID.size(axis), stride);
      stride *= GRID.size(axis);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(values[i]);
    }
    return Volume.of(name, GRID, 1, values);
  }

  private static float[] blurred(float[] values, int size, int stride) {
    float[] out = new float[values.length];
    int line = size * stride;
    for (int from = 0; from < values.length; from += line) {
      for (int at = 0; at < size; at++) {
        int here = from + at * stride;
        int before = at == 0 ? here : here - stride;
        int after = at == size - 1 ? here : here + stride;
        for (int i = 0; i < stride; i++) {
          out[here + i] =
              0.7f * values[here + i] + 0.15f * (values[before + i] + values[after + i]);
        }
      }
    }
    return out;
  }
}
