package voxcam.report;

/**
 * Brings a plane to another number of rows and columns: linear interpolation where it grows, the
 * average of what falls into a pixel where it shrinks. Half-pixel positions; edges repeat.
 */
final class Stretch {
  private Stretch() {}

  static float[] linear(float[] plane, int rows, int columns, int toRows, int toColumns) {
    float[] wide = new float[rows * toColumns];
    Taps across = Taps.of(columns, toColumns);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < toColumns; c++) {
        wide[r * toColumns + c] = across.at(plane, r * columns, 1, c);
      }
    }
    float[] result = new float[toRows * toColumns];
    Taps down = Taps.of(rows, toRows);
    for (int r = 0; r < toRows; r++) {
      for (int c = 0; c < toColumns; c++) {
        result[r * toColumns + c] = down.at(wide, c, toColumns, r);
      }
    }
    return result;
  }

  /**
   * Where a mask (above 0.5) touches each pixel. A voxel's edges stay where they are: nothing is
   * smoothed, and no voxel of the mask is lost.
   */
  static boolean[] mask(float[] plane, int rows, int columns, int toRows, int toColumns) {
    boolean[] result = new boolean[toRows * toColumns];
    for (int r = 0; r < toRows; r++) {
      int top = (int) ((long) r * rows / toRows);
      int bottom = Math.max(top + 1, (int) ((r + 1L) * rows / toRows));
      for (int c = 0; c < toColumns; c++) {
        int left = (int) ((long) c * columns / toColumns);
        int right = Math.max(left + 1, (int) ((c + 1L) * columns / toColumns));
        boolean touched = false;
        for (int i = top; i < bottom; i++) {
          for (int j = left; j < right; j++) {
            touched |= plane[i * columns + j] > 0.5f;
          }
        }
        result[r * toColumns + c] = touched;
      }
    }
    return result;
  }

  /** The old positions that make up each new one, with their weights, along one axis. */
  private record Taps(int[] first, float[][] weights) {
    static Taps of(int from, int to) {
      double ratio = (double) from / to;
      double reach = Math.max(1, ratio);
      int[] first = new int[to];
      float[][] weights = new float[to][];
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * ratio - 0.5;
        int low = (int) Math.ceil(centre - reach);
        int high = (int) Math.floor(centre + reach);
        int start = Math.clamp(low, 0, from - 1);
        int end = Math.clamp(high, 0, from - 1);
        float[] weight = new float[end - start + 1];
        double sum = 0;
        for (int j = low; j <= high; j++) {
          sum += Math.max(0, 1 - Math.abs(j - centre) / reach);
        }
        for (int j = low; j <= high; j++) {
          double share = Math.max(0, 1 - Math.abs(j - centre) / reach) / sum;
          weight[Math.clamp(j, start, end) - start] += (float) share;
        }
        first[i] = start;
        weights[i] = weight;
      }
      return new Taps(first, weights);
    }

    float at(float[] values, int base, int stride, int position) {
      float[] weight = weights[position];
      int at = base + first[position] * stride;
      float sum = 0;
      for (float w : weight) {
        // A weight of zero must not let in what is not a number.
        sum += w == 0 ? 0 : w * values[at];
        at += stride;
      }
      return sum;
    }
  }
}
