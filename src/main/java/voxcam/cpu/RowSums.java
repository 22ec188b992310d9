package voxcam.cpu;

import java.util.Arrays;

/**
 * Sums of rows with factors, in plain loops that the JIT compiler turns into vectors by itself: it
 * does so where all arrays of a loop are read and written at the same index, which is why each row
 * is an array of its own. Such code is compiled in a fraction of the time that the Vector API's
 * takes, and needs no module.
 */
final class RowSums {
  /** Rows that are summed at a time. */
  static final int SUMS = 4;

  /** Terms that are added at a time. */
  private static final int TERMS = 4;

  /** The most terms that are summed before they are added to a total, for the sake of accuracy. */
  static final int MOST_TERMS = 256;

  /** Rows that are transposed at a time. */
  private static final int BLOCK = 16;

  private RowSums() {}

  /**
   * Rows of at least so many floats. Behind their headers they all lie alike in their cache lines,
   * and an odd number of lines apart, so that they do not fall into the same places of a cache.
   */
  static float[][] rows(int count, int width) {
    int lines = Math.ceilDiv(width + 4, 16) | 1;
    return new float[count][lines * 16 - 4];
  }

  /**
   * {@code totals[k][j] += sum_l w[at + k step + l] b[from + l][j]} for j below {@code n}.
   *
   * @param outputs how many totals there are from {@code first} on, at most {@link #SUMS}
   * @param b rows, the last one zero
   * @param sums memory for {@link #SUMS} rows, zero before and after
   */
  static void product(
      float[] w,
      int at,
      int step,
      int outputs,
      float[][] b,
      int from,
      int count,
      float[][] sums,
      float[][] totals,
      int first,
      int n) {
    int l = 0;
    if (outputs == SUMS) {
      for (; l + TERMS <= count; l += TERMS) {
        add(
            w,
            at + l,
            step,
            sums,
            b[from + l],
            b[from + l + 1],
            b[from + l + 2],
            b[from + l + 3],
            n);
      }
    }
    float[] zero = b[b.length - 1];
    for (; l < count; l += TERMS) {
      // What is missing is zero times zero.
      float[] factors = new float[SUMS * TERMS];
      int terms = Math.min(TERMS, count - l);
      for (int i = 0; i < outputs; i++) {
        System.arraycopy(w, at + i * step + l, factors, i * TERMS, terms);
      }
      float[] b1 = terms > 1 ? b[from + l + 1] : zero;
      float[] b2 = terms > 2 ? b[from + l + 2] : zero;
      float[] b3 = terms > 3 ? b[from + l + 3] : zero;
      add(factors, 0, TERMS, sums, b[from + l], b1, b2, b3, n);
    }
    for (int i = 0; i < SUMS; i++) {
      move(sums[i], totals[first + Math.min(i, outputs - 1)], i < outputs, n);
    }
  }

  /** Has the loops compiled, if they run often enough. */
  static void warmUp(int runs) {
    int n = 1000;
    float[][] sums = rows(SUMS, n);
    float[][] terms = rows(TERMS + 1, n);
    float[] factors = new float[TERMS * n];
    for (int i = 0; i < runs; i++) {
      product(factors, 0, TERMS, SUMS, terms, 0, TERMS, sums, sums, 0, n);
      if (i % 4 == 0) {
        transpose(factors, 0, TERMS, terms, TERMS, n);
      }
    }
  }

  private static void move(float[] sum, float[] total, boolean counts, int n) {
    if (counts) {
      for (int j = 0; j < n; j++) {
        total[j] += sum[j];
        sum[j] = 0;
      }
    } else {
      Arrays.fill(sum, 0);
    }
  }

  /** Four terms of four sums: what this loop reads and writes fits into the first cache. */
  static void add(
      float[] w,
      int at,
      int step,
      float[][] sums,
      float[] b0,
      float[] b1,
      float[] b2,
      float[] b3,
      int n) {
    float[] s0 = sums[0];
    float[] s1 = sums[1];
    float[] s2 = sums[2];
    float[] s3 = sums[3];
    float w0x0 = w[at];
    float w0x1 = w[at + 1];
    float w0x2 = w[at + 2];
    float w0x3 = w[at + 3];
    float w1x0 = w[at + step];
    float w1x1 = w[at + step + 1];
    float w1x2 = w[at + step + 2];
    float w1x3 = w[at + step + 3];
    float w2x0 = w[at + 2 * step];
    float w2x1 = w[at + 2 * step + 1];
    float w2x2 = w[at + 2 * step + 2];
    float w2x3 = w[at + 2 * step + 3];
    float w3x0 = w[at + 3 * step];
    float w3x1 = w[at + 3 * step + 1];
    float w3x2 = w[at + 3 * step + 2];
    float w3x3 = w[at + 3 * step + 3];
    for (int j = 0; j < n; j++) {
      float v0 = b0[j];
      float v1 = b1[j];
      float v2 = b2[j];
      float v3 = b3[j];
      s0[j] = Math.fma(w0x3, v3, Math.fma(w0x2, v2, Math.fma(w0x1, v1, Math.fma(w0x0, v0, s0[j]))));
      s1[j] = Math.fma(w1x3, v3, Math.fma(w1x2, v2, Math.fma(w1x1, v1, Math.fma(w1x0, v0, s1[j]))));
      s2[j] = Math.fma(w2x3, v3, Math.fma(w2x2, v2, Math.fma(w2x1, v1, Math.fma(w2x0, v0, s2[j]))));
      s3[j] = Math.fma(w3x3, v3, Math.fma(w3x2, v2, Math.fma(w3x1, v1, Math.fma(w3x0, v0, s3[j]))));
    }
  }

  /**
   * {@code rows[l][j] = a[from + j step + l]} for l below {@code count} and j below {@code n}. So
   * many j at a time that a line of the cache is read to its end before it has to go.
   */
  static void transpose(float[] a, int from, int step, float[][] rows, int count, int n) {
    for (int j = 0; j < n; j += BLOCK) {
      int end = Math.min(n, j + BLOCK);
      int at = from + j * step;
      int l = 0;
      for (; l + 4 <= count; l += 4) {
        transpose(a, at + l, step, rows[l], rows[l + 1], rows[l + 2], rows[l + 3], j, end);
      }
      for (; l < count; l++) {
        gather(a, at + l, step, rows[l], j, end);
      }
    }
  }

  private static void transpose(
      float[] a,
      int from,
      int step,
      float[] r0,
      float[] r1,
      float[] r2,
      float[] r3,
      int first,
      int end) {
    int at = from;
    for (int j = first; j < end; j++) {
      r0[j] = a[at];
      r1[j] = a[at + 1];
      r2[j] = a[at + 2];
      r3[j] = a[at + 3];
      at += step;
    }
  }

  private static void gather(float[] a, int from, int step, float[] row, int first, int end) {
    int at = from;
    for (int j = first; j < end; j++) {
      row[j] = a[at];
      at += step;
    }
  }
}
