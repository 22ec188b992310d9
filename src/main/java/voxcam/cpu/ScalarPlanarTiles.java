package voxcam.cpu;

import java.util.Arrays;

/**
 * Planar tiles in plain loops, for a JVM without the incubator module. Products are not fused:
 * without the instruction, {@code Math.fma} would take a hundred times as long.
 */
final class ScalarPlanarTiles implements PlanarTiles {
  private static final int LANES = 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int[] counts(int outputs, int vectors) {
    return PlanarTiles.split(outputs, new int[] {5, 2, 1});
  }

  @Override
  public void sum(
      int count,
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add) {
    int width = vectors * LANES;
    float[] row = new float[width];
    for (int k = 0; k < count; k++) {
      Arrays.fill(row, 0);
      for (int t = from; t < to; t++) {
        addScaled(row, w[wFrom + t * count + k], x, xFrom + offsets[t], width);
      }
      int at = sumsFrom + k * step;
      for (int j = 0; j < width; j++) {
        sums[at + j] = add ? sums[at + j] + row[j] : row[j];
      }
    }
  }

  @Override
  public void store(
      float[] sums,
      int from,
      int count,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int at) {
    for (int i = 0; i < count; i++) {
      float v = sums[from + i] + shift + (added.length > 0 ? added[at + i] : 0);
      output[at + i] = relu && v <= 0 ? 0 : v; // keeps NaN
    }
  }

  private static void addScaled(float[] sums, float factor, float[] x, int from, int width) {
    for (int j = 0; j < width; j++) {
      sums[j] += factor * x[from + j];
    }
  }
}
