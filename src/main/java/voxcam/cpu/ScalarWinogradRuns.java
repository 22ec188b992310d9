package voxcam.cpu;

/** The transforms in plain loops. */
final class ScalarWinogradRuns implements WinogradRuns {
  static final float A = (float) Math.sqrt(0.5);
  static final float B = (float) Math.sqrt(2);

  @Override
  public void points(float[][] rows, int[] at, int length, float[] to, int toFrom, int step) {
    points(rows, at, 0, length, to, toFrom, step);
  }

  static void points(
      float[][] rows, int[] at, int begin, int end, float[] to, int toFrom, int step) {
    for (int j = begin; j < end; j++) {
      float d0 = rows[0][at[0] + j];
      float d1 = rows[1][at[1] + j];
      float d2 = rows[2][at[2] + j];
      float d3 = rows[3][at[3] + j];
      float d4 = rows[4][at[4] + j];
      float d5 = rows[5][at[5] + j];
      float evenA = d4 - 2 * d2;
      float oddA = A * (d3 - 2 * d1);
      float evenB = d4 - 0.5f * d2;
      float oddB = B * (d3 - 0.5f * d1);
      int o = toFrom + j;
      to[o] = d0 - 2.5f * d2 + d4;
      to[o + step] = evenA + oddA;
      to[o + 2 * step] = evenA - oddA;
      to[o + 3 * step] = evenB + oddB;
      to[o + 4 * step] = evenB - oddB;
      to[o + 5 * step] = d1 - 2.5f * d3 + d5;
    }
  }

  @Override
  public void outputs(
      float[] m, int from, int step, int length, float[] to, int toFrom, int toStep) {
    outputs(m, from, step, 0, length, to, toFrom, toStep);
  }

  static void outputs(
      float[] m, int from, int step, int begin, int end, float[] to, int toFrom, int toStep) {
    for (int j = begin; j < end; j++) {
      int i = from + j;
      float sumA = m[i + step] + m[i + 2 * step];
      float differenceA = A * (m[i + step] - m[i + 2 * step]);
      float sumB = m[i + 3 * step] + m[i + 4 * step];
      float differenceB = B * (m[i + 3 * step] - m[i + 4 * step]);
      int o = toFrom + j;
      to[o + 3 * toStep] = 0.5f * differenceA + 2 * differenceB + m[i + 5 * step];
      to[o] = m[i] + sumA + sumB;
      to[o + toStep] = differenceA + differenceB;
      to[o + 2 * toStep] = 0.5f * sumA + 2 * sumB;
    }
  }

  @Override
  public void finish(
      float[] m,
      int from,
      int step,
      int length,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int[] at) {
    finishRows(m, from, step, length, shift, added, relu, output, at);
  }

  static void finishRows(
      float[] m,
      int from,
      int step,
      int length,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int[] at) {
    float[] y = new float[PlanarWinogradWeights.OUTPUTS];
    for (int j = 0; j < length; j++) {
      outputs(m, from + j, step, 0, 1, y, 0, 1);
      for (int i = 0; i < y.length && at[i] >= 0; i++) {
        float v = y[i] + shift + (added.length > 0 ? added[at[i] + j] : 0);
        output[at[i] + j] = relu && v <= 0 ? 0 : v; // keeps NaN
      }
    }
  }
}
