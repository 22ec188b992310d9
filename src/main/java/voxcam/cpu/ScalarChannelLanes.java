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
  public void combine(float[] x, int[] rows, float[] factors, int count, float[] line, int length) {
    Arrays.fill(line, 0, length, 0);
    for (int r = 0; r < count; r++) {
      for (int i = 0; i < length; i++) {
        line[i] += factors[r] * x[rows[r] + i];
      }
    }
  }

  @Override
  public void normalise(
      float[] x,
      float[] y,
      int from,
      int count,
      float[] centres,
      float[] factors,
      float[] shifts,
      int at) {
    for (int p = 0; p < count; p++) {
      int position = from + p * BLOCK;
      for (int c = 0; c < BLOCK; c++) {
        float distance = x[position + c] - centres[at + c];
        y[position + c] = distance * factors[at + c] + shifts[at + c];
      }
    }
  }

  @Override
  public void addProducts(
      float[] a, float[] b, int from, int step, int rows, int count, double[] sums) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * step;
      for (int i = 0; i < count * BLOCK; i++) {
        sums[i] += (double) a[row + i] * b[row + i];
      }
    }
  }

  @Override
  public void addScaled(
      float[] a, int from, int step, int rows, int count, float[] b, int bFrom, double[] sums) {
    for (int r = 0; r < rows; r++) {
      int row = from + r * step;
      for (int i = 0; i < count * BLOCK; i++) {
        sums[i] += (double) a[row + i] * b[bFrom + r * BLOCK + i % BLOCK];
      }
    }
  }

  @Override
  public void total(double[] sums, int count, float[] y, int at) {
    for (int p = 0; p < count; p++) {
      double sum = 0;
      for (int c = 0; c < BLOCK; c++) {
        sum += sums[p * BLOCK + c];
      }
      y[at + p] = (float) sum;
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
