package voxcam.cpu;

import java.util.Arrays;

/**
 * The innermost loops of convolution with vectors along W: a few output channels by three or four
 * vectors of positions, whose sums stay in registers.
 */
interface PlanarTiles {
  /** The tiles that run here. */
  PlanarTiles PREFERRED = Machine.VECTORS ? new VectorPlanarTiles() : new ScalarPlanarTiles();

  /** The number of floats in a vector. */
  int lanes();

  /** The numbers of output channels of the tiles that together compute {@code outputs}. */
  int[] counts(int outputs, int vectors);

  /**
   * {@code sums[k][j] = sum_t x[xFrom + offsets[t] + j] w[wFrom + t count + k]} for t in {@code
   * [from, to)}, k below {@code count} and {@code vectors} vectors of j.
   *
   * @param count one of {@link #counts}
   * @param vectors 3 or 4
   * @param step how far the sums of two output channels are apart
   * @param add whether to add to what sums holds
   */
  void sum(
      int count,
      int vectors,
      float[] x,
      int xFrom,
      int[] offsets,
      int from,
      int to,
      float[] w,
      int wFrom,
      float[] sums,
      int sumsFrom,
      int step,
      boolean add);

  /**
   * {@code output[at + i] = sums[from + i] + shift + added[at + i]} for i below {@code count}.
   *
   * @param added empty if nothing is added
   * @param relu whether results below zero become zero
   */
  void store(
      float[] sums,
      int from,
      int count,
      float shift,
      float[] added,
      boolean relu,
      float[] output,
      int at);

  /** The vectors in a row of a tile that computes fewest positions which nobody asked for. */
  static int vectors(int length, int lanes) {
    int needed = Math.ceilDiv(length, lanes);
    return Math.ceilDiv(needed, 3) * 3 < Math.ceilDiv(needed, 4) * 4 ? 3 : 4;
  }

  /**
   * Takes a number apart.
   *
   * @param sizes the parts there are, falling, the last being 1
   */
  static int[] split(int number, int[] sizes) {
    int[] fewest = new int[number + 1];
    int[] part = new int[number + 1];
    for (int n = 1; n <= number; n++) {
      fewest[n] = Integer.MAX_VALUE;
      for (int size : sizes) {
        // The sums of a small tile wait for each other and its loads are used less: one costs as
        // much as two channels more.
        if (size <= n && fewest[n - size] + size + 2 < fewest[n]) {
          fewest[n] = fewest[n - size] + size + 2;
          part[n] = size;
        }
      }
    }
    int[] parts = new int[number];
    int count = 0;
    for (int left = number; left > 0; left -= parts[count++]) {
      parts[count] = part[left];
    }
    return Arrays.copyOf(parts, count);
  }
}
