package voxcam.cpu;

import java.util.Arrays;

/** The transforms in plain loops, for a JVM without the incubator module. */
final class ScalarWinogradLines implements WinogradLines {
  @Override
  public void input(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        int from = xFrom + i0 * x0 + i1 * x1;
        int to = yFrom + i0 * y0 + i1 * y1;
        switch (m) {
          case 2 -> input2(x, from, xl, y, to, yl);
          case 3 -> input3(x, from, xl, y, to, yl);
          default -> input4(x, from, xl, y, to, yl);
        }
      }
    }
  }

  @Override
  public void output(
      int m,
      float[] x,
      int xFrom,
      int x0,
      int x1,
      int xl,
      float[] y,
      int yFrom,
      int y0,
      int y1,
      int yl,
      int n0,
      int n1) {
    for (int i0 = 0; i0 < n0; i0++) {
      for (int i1 = 0; i1 < n1; i1++) {
        int from = xFrom + i0 * x0 + i1 * x1;
        int to = yFrom + i0 * y0 + i1 * y1;
        switch (m) {
          case 2 -> output2(x, from, xl, y, to, yl);
          case 3 -> output3(x, from, xl, y, to, yl);
          default -> output4(x, from, xl, y, to, yl);
        }
      }
    }
  }

  private static void input2(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      y[to + v] = d2 - d0;
      y[to + v + yl] = d1 + d2;
      y[to + v + 2 * yl] = d2 - d1;
      y[to + v + 3 * yl] = d3 - d1;
    }
  }

  private static void input4(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      float d4 = x[from + v + 4 * xl];
      float d5 = x[from + v + 5 * xl];
      float evenNear = d4 - FAR_SQUARED * d2;
      float oddNear = d3 - FAR_SQUARED * d1;
      float evenFar = d4 - NEAR_SQUARED * d2;
      float oddFar = d3 - NEAR_SQUARED * d1;
      y[to + v] = PRODUCT * d0 + (d4 - SUM * d2);
      y[to + v + yl] = evenNear + NEAR * oddNear;
      y[to + v + 2 * yl] = evenNear - NEAR * oddNear;
      y[to + v + 3 * yl] = evenFar + FAR * oddFar;
      y[to + v + 4 * yl] = evenFar - FAR * oddFar;
      y[to + v + 5 * yl] = PRODUCT * d1 + (d5 - SUM * d3);
    }
  }

  private static void input3(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      float d4 = x[from + v + 4 * xl];
      float first = d1 - SINGLE * d0;
      float odd = d2 - SINGLE * d1;
      float even = d3 - SINGLE * d2;
      float last = d4 - SINGLE * d3;
      y[to + v] = even - PAIR_SQUARED * first;
      y[to + v + yl] = even + PAIR * odd;
      y[to + v + 2 * yl] = even - PAIR * odd;
      y[to + v + 3 * yl] = d3 - PAIR_SQUARED * d1;
      y[to + v + 4 * yl] = last - PAIR_SQUARED * odd;
    }
  }

  private static void output2(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      y[to + v] = d0 + d1 + d2;
      y[to + v + yl] = d1 - d2 + d3;
    }
  }

  private static void output4(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      float d4 = x[from + v + 4 * xl];
      float d5 = x[from + v + 5 * xl];
      float evenNear = d1 + d2;
      float oddNear = d1 - d2;
      float evenFar = d3 + d4;
      float oddFar = d3 - d4;
      y[to + v] = d0 + evenNear + evenFar;
      y[to + v + yl] = NEAR * oddNear + FAR * oddFar;
      y[to + v + 2 * yl] = NEAR_SQUARED * evenNear + FAR_SQUARED * evenFar;
      y[to + v + 3 * yl] = NEAR_CUBED * oddNear + FAR_CUBED * oddFar + d5;
    }
  }

  private static void output3(float[] x, int from, int xl, float[] y, int to, int yl) {
    for (int v = 0; v < Layout.BLOCK; v++) {
      float d0 = x[from + v];
      float d1 = x[from + v + xl];
      float d2 = x[from + v + 2 * xl];
      float d3 = x[from + v + 3 * xl];
      float d4 = x[from + v + 4 * xl];
      float even = d1 + d2;
      float odd = d1 - d2;
      y[to + v] = d0 + even + d3;
      y[to + v + yl] = PAIR * odd + SINGLE * d3;
      y[to + v + 2 * yl] = PAIR_SQUARED * even + SINGLE_SQUARED * d3 + d4;
    }
  }

  @Override
  public void kernel(
      int m, float[] x, int xFrom, int xl, float[] y, int yFrom, int yl, int length) {
    float[] rows = WinogradKernels.rows(m);
    for (int i = 0; i < m + 2; i++) {
      for (int e = 0; e < length; e++) {
        int at = xFrom + e;
        float sum = rows[3 * i] * x[at] + rows[3 * i + 1] * x[at + xl];
        y[yFrom + i * yl + e] = sum + rows[3 * i + 2] * x[at + 2 * xl];
      }
    }
  }

  @Override
  public void store(
      float[] sums,
      int from,
      int count,
      float[] bias,
      int biasFrom,
      float[] added,
      boolean relu,
      float[] output,
      int at,
      int step) {
    for (int i = 0; i < count; i++) {
      for (int v = 0; v < Layout.BLOCK; v++) {
        int to = at + i * step + v;
        float sum = sums[from + i * Layout.BLOCK + v] + bias[biasFrom + v];
        sum += added.length > 0 ? added[to] : 0;
        output[to] = relu && sum <= 0 ? 0 : sum; // keeps NaN
      }
    }
  }

  @Override
  public void copy(float[] x, int at, int step, float[] y, int to, int from, int end, int size) {
    Arrays.fill(y, to, to + size * Layout.BLOCK, 0);
    for (int i = from; i < end; i++) {
      System.arraycopy(x, at + (i - from) * step, y, to + i * Layout.BLOCK, Layout.BLOCK);
    }
  }
}
