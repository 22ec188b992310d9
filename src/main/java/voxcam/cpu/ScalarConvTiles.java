package voxcam.cpu;

import java.util.Arrays;

/**
 * Tiles in plain loops, for a JVM without the incubator module. Products are not fused: without the
 * instruction, {@code Math.fma} would take a hundred times as long.
 */
final class ScalarConvTiles implements ConvTiles {
  private static final int LANES = 8;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public int panelVectors() {
    return 2;
  }

  @Override
  public void panel(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int[] starts,
      int from,
      int to,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    int width = vectors * LANES;
    float[] row = new float[width];
    for (int i = 0; i < ROWS; i++) {
      Arrays.fill(row, 0);
      for (int g = from; g < to; g++) {
        int aFrom = rows[rowsFrom + i] + starts[g];
        for (int l = 0; l < len; l++) {
          addScaled(row, a[aFrom + l], b, bFrom + (g * len + l) * width, width);
        }
      }
      add(sums, sumsFrom + i * width, row, width);
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

  private static void add(float[] sums, int from, float[] row, int width) {
    for (int j = 0; j < width; j++) {
      sums[from + j] += row[j];
    }
  }
}
