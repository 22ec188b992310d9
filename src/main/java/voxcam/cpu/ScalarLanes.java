package voxcam.cpu;

import java.util.Arrays;

/** Plain loops: what runs without the incubator module. */
final class ScalarLanes implements Lanes {
  private static final int COLUMNS = 16;

  @Override
  public int bits() {
    return 32;
  }

  @Override
  public int columns() {
    return COLUMNS;
  }

  @Override
  public float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
    // Four sums: additions that wait for each other would take most of the time.
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      s0 += a[aFrom + i] * b[bFrom + i];
      s1 += a[aFrom + i + 1] * b[bFrom + i + 1];
      s2 += a[aFrom + i + 2] * b[bFrom + i + 2];
      s3 += a[aFrom + i + 3] * b[bFrom + i + 3];
    }
    for (; i < length; i++) {
      s0 += a[aFrom + i] * b[bFrom + i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public void tile(
      float[] a,
      int aFrom,
      float[] b,
      int bFrom,
      int depth,
      float[] c,
      int cFrom,
      int stride,
      boolean add) {
    float[] sums = new float[COLUMNS];
    for (int i = 0; i < ROWS; i++) {
      Arrays.fill(sums, 0);
      for (int k = 0; k < depth; k++) {
        float value = a[aFrom + k * ROWS + i];
        int from = bFrom + k * COLUMNS;
        for (int j = 0; j < COLUMNS; j++) {
          sums[j] += value * b[from + j];
        }
      }
      int row = cFrom + i * stride;
      for (int j = 0; j < COLUMNS; j++) {
        c[row + j] = add ? c[row + j] + sums[j] : sums[j];
      }
    }
  }
}
