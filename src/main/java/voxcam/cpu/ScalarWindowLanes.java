package voxcam.cpu;

import java.util.Arrays;

/** Plain loops: what runs without the incubator module. */
final class ScalarWindowLanes implements WindowLanes {
  private static final int BLOCK = Layout.BLOCK;

  @Override
  public void weighted(
      float[] x, int from, int[] starts, int[] sources, float[] weights, float[] y, int at) {
    for (int q = 0; q + 1 < starts.length; q++) {
      int to = at + q * BLOCK;
      Arrays.fill(y, to, to + BLOCK, 0);
      for (int t = starts[q]; t < starts[q + 1]; t++) {
        int source = from + sources[t] * BLOCK;
        for (int c = 0; c < BLOCK; c++) {
          y[to + c] += weights[t] * x[source + c];
        }
      }
    }
  }

  @Override
  public void combine(float[] x, int[] rows, float[] factors, int count, float[] line, int length) {
    Arrays.fill(line, 0, length, 0);
    for (int r = 0; r < count; r++) {
      for (int i = 0; i < length; i++) {
        line[i] += factors[r] * x[rows[r] + i];
      }
    }
  }

  @Override
  public void largest(float[] x, int from, int[] starts, int[] sources, float[] y, int at) {
    for (int q = 0; q + 1 < starts.length; q++) {
      int to = at + q * BLOCK;
      Arrays.fill(y, to, to + BLOCK, Float.NEGATIVE_INFINITY);
      for (int t = starts[q]; t < starts[q + 1]; t++) {
        int source = from + sources[t] * BLOCK;
        for (int c = 0; c < BLOCK; c++) {
          y[to + c] = Math.max(y[to + c], x[source + c]);
        }
      }
    }
  }

  @Override
  public void peaks(float[] x, int from, int[] offsets, int count, float[] numbers) {
    peaks(x, from, offsets, count, numbers, 0, BLOCK);
  }

  /** The same for some of the channels. */
  static void peaks(
      float[] x, int from, int[] offsets, int count, float[] numbers, int at, int channels) {
    for (int c = 0; c < channels; c++) {
      float best = x[from + offsets[0] + c];
      int number = 0;
      for (int t = 1; t < count; t++) {
        float value = x[from + offsets[t] + c];
        if (value > best || (Float.isNaN(value) && !Float.isNaN(best))) {
          best = value;
          number = t;
        }
      }
      numbers[at + c] = number;
    }
  }

  @Override
  public void addWhere(float[] numbers, float number, float[] x, int from, float[] y, int at) {
    for (int c = 0; c < BLOCK; c++) {
      y[at + c] += numbers[c] == number ? x[from + c] : 0;
    }
  }
}
