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
  public int rows(int vectors) {
    return 6;
  }

  @Override
  public void run(
      int vectors,
      float[] a,
      int[] rows,
      int rowsFrom,
      int start,
      int len,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    int width = vectors * LANES;
    float[] row = new float[width];
    for (int i = 0; i < rows(vectors); i++) {
      Arrays.fill(row, 0);
      int aFrom = rows[rowsFrom + i] + start;
      for (int l = 0; l < len; l++) {
        addScaled(row, a[aFrom + l], b, bFrom + l * width, width);
      }
      add(sums, sumsFrom + i * width, row, width);
    }
  }

  @Override
  public void taps(
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] b,
      int bFrom,
      float[] sums,
      int sumsFrom) {
    int width = vectors * LANES;
    float[] row = new float[width];
    for (int i = 0; i < rows(vectors); i++) {
      Arrays.fill(row, 0);
      for (int t = from; t < to; t++) {
        addScaled(row, x[xFrom + offsets[t] + i], b, bFrom + t * width, width);
      }
      add(sums, sumsFrom + i * width, row, width);
    }
  }

  @Override
  public void channels(
      float[] x,
      int xFrom,
      int step,
      int[] offsets,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom) {
    Arrays.fill(sums, sumsFrom, sumsFrom + COLUMNS * Layout.BLOCK, 0);
    for (int t = 0; t < offsets.length; t++) {
      for (int i = 0; i < COLUMNS; i++) {
        int from = xFrom + offsets[t] + i * step;
        for (int j = 0; j < Layout.BLOCK; j++) {
          sums[sumsFrom + i * Layout.BLOCK + j] += x[from + j] * w[wFrom + t * Layout.BLOCK + j];
        }
      }
    }
  }

  @Override
  public void storeRows(
      float[] sums,
      int from,
      int pitch,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < LANES; j++) {
        int to = at + i * step + j;
        float v = sums[from + i * pitch + j] + bias[biasFrom + j];
        v += added.length > 0 ? added[to] : 0;
        output[to] = relu && v <= 0 ? 0 : v;
      }
    }
  }

  @Override
  public void copyBlocks(
      float[] x, int from, int fromStep, float[] y, int to, int toStep, int count) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < Layout.BLOCK; j++) {
        y[to + i * toStep + j] = x[from + i * fromStep + j];
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
    // A loop for each case: choices inside one take the JIT compiler far longer.
    if (added.length > 0) {
      add(sums, from, count, shift, added, output, at);
    } else {
      shift(sums, from, count, shift, output, at);
    }
    if (relu) {
      for (int i = at; i < at + count; i++) {
        output[i] = Math.max(output[i], 0); // keeps NaN
      }
    }
  }

  private static void shift(
      float[] sums, int from, int count, float shift, float[] output, int at) {
    for (int i = 0; i < count; i++) {
      output[at + i] = sums[from + i] + shift;
    }
  }

  private static void add(
      float[] sums, int from, int count, float shift, float[] added, float[] output, int at) {
    for (int i = 0; i < count; i++) {
      output[at + i] = sums[from + i] + shift + added[at + i];
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
