package voxcam.cpu;

import java.util.Arrays;

/** Plain loops: what runs without the incubator module. */
final class ScalarChannelLanes implements ChannelLanes {
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
  public void add(float[] x, int from, int count, double[] sums, int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        sums[at + c] += x[position + c];
      }
    }
  }

  @Override
  public void addSquares(
      float[] x, int from, int count, double[] centres, int centresAt, double[] sums, int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        double distance = x[position + c] - centres[centresAt + c];
        sums[at + c] += distance * distance;
      }
    }
  }

  @Override
  public void raise(float[] x, int from, int count, float[] largest) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        largest[c] = Math.max(largest[c], x[position + c]);
      }
    }
  }

  @Override
  public void peaks(float[] x, int from, int[] offsets, int count, float[] numbers) {
    for (int c = 0; c < BLOCK; c++) {
      float best = x[from + offsets[0] + c];
      int number = 0;
      for (int t = 1; t < count; t++) {
        float value = x[from + offsets[t] + c];
        if (value > best || (Float.isNaN(value) && !Float.isNaN(best))) {
          best = value;
          number = t;
        }
      }
      numbers[c] = number;
    }
  }

  @Override
  public void addWhere(float[] numbers, float number, float[] x, int from, float[] y, int at) {
    for (int c = 0; c < BLOCK; c++) {
      y[at + c] += numbers[c] == number ? x[from + c] : 0;
    }
  }
}
