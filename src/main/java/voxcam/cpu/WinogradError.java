package voxcam.cpu;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a {@link WinogradTile} loses with given weights: the transforms cancel large terms, and how
 * much is left of them depends on the kernels. Measured on one tile of noise, cut off below zero as
 * activations are, and a few output channels, with the arithmetic of the kernel in floats against
 * plain sums in double.
 */
final class WinogradError {
  /** What a tile may lose, below the 3e-6 that every layer stays within. */
  static final double BOUND = 2e-6;

  private static final int OUTPUTS = 8;

  private final Correlation c;
  private final WinogradTile tile;

  /** The kernels of each output channel that is looked at, as {@code [input channel][tap]}. */
  private final float[][] kernels;

  private WinogradError(Correlation c, WinogradTile tile, Weights weights) {
    this.c = c;
    this.tile = tile;
    this.kernels = new float[outputs()][];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = kernels(weights, output(i));
    }
  }

  private float[] kernels(Weights weights, int output) {
    int group = output / c.outputs();
    int k = output % c.outputs();
    Weights.Part part = weights.of(c, group, k, 1);
    float[] values = new float[c.channels() * c.taps()];
    for (int i = 0; i < values.length; i++) {
      values[i] = part.at(c.weightAt(group, k, i / c.taps(), i % c.taps()));
    }
    return values;
  }

  /** The norm of the error relative to the norm of the result. */
  static double of(Correlation c, WinogradTile tile, Weights weights) {
    return new WinogradError(c, tile, weights).measure();
  }

  private double measure() {
    int blocks = Layout.blocks(c.channels());
    int blockFloats = tile.points() * Layout.BLOCK;
    float[] x = new float[blocks * blockFloats];
    SplittableRandom random = new SplittableRandom(c.channels());
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.max(0, random.nextGaussian());
    }
    float[] v = x.clone();
    for (int block = 0; block < blocks; block++) {
      transform(v, block * blockFloats, true);
    }
    double error = 0;
    double norm = 0;
    double[] exact = new double[tile.outputs()];
    float[] y = products(v);
    transform(y, 0, false);
    for (int i = 0; i < outputs(); i++) {
      sum(x, i, exact);
      for (int at = 0; at < exact.length; at++) {
        double difference = y[pointOf(at) * Layout.BLOCK + i] - exact[at];
        error += difference * difference;
        norm += exact[at] * exact[at];
      }
    }
    return norm == 0 ? 0 : Math.sqrt(error / norm);
  }

  private int inputsH() {
    return WinogradTile.inputs(tile.h());
  }

  private int inputsW() {
    return WinogradTile.inputs(tile.w());
  }

  /** Which element of a tile of inputs has the place of an output. */
  private int pointOf(int output) {
    int z = output / (tile.h() * tile.w());
    int p = output / tile.w() % tile.h();
    return (z * inputsH() + p) * inputsW() + output % tile.w();
  }

  private void transform(float[] x, int at, boolean input) {
    int row = inputsW() * Layout.BLOCK;
    int plane = inputsH() * row;
    int nd = WinogradTile.inputs(tile.d());
    along(tile.w(), x, at, plane, row, Layout.BLOCK, nd, inputsH(), input);
    along(tile.h(), x, at, plane, Layout.BLOCK, row, nd, inputsW(), input);
    along(tile.d(), x, at, row, Layout.BLOCK, plane, inputsH(), inputsW(), input);
  }

  private static void along(
      int m, float[] x, int at, int s0, int s1, int line, int n0, int n1, boolean input) {
    if (m == 1) {
      return;
    }
    WinogradLines lines = WinogradLines.PREFERRED;
    if (input) {
      lines.input(m, x, at, s0, s1, line, x, at, s0, s1, line, n0, n1);
    } else {
      lines.output(m, x, at, s0, s1, line, x, at, s0, s1, line, n0, n1);
    }
  }

  /** How many output channels are looked at. */
  private int outputs() {
    return Math.min(OUTPUTS, c.groups() * c.outputs());
  }

  /** The i-th of them, counted over all groups. */
  private int output(int i) {
    return (int) ((long) i * c.groups() * c.outputs() / outputs());
  }

  private float weight(int i, int channel, int tap) {
    return kernels[i][channel * c.taps() + tap];
  }

  /** The sums over channels, the output channels that are looked at first in each block. */
  private float[] products(float[] v) {
    int points = tile.points();
    float[] sums = new float[points * Layout.BLOCK];
    float[] parts = new float[points * Layout.BLOCK];
    float[] taps = new float[c.taps() * Layout.BLOCK];
    float[] u = new float[points * Layout.BLOCK];
    WinogradKernels kernels = new WinogradKernels(c, tile, WinogradLines.PREFERRED, Layout.BLOCK);
    float[] work = new float[kernels.workFloats()];
    int depth = WinogradProduct.depth(points);
    for (int channel = 0; channel < c.channels(); channel++) {
      for (int tap = 0; tap < c.taps(); tap++) {
        for (int i = 0; i < outputs(); i++) {
          taps[tap * Layout.BLOCK + i] = weight(i, channel, tap);
        }
      }
      kernels.transform(taps, 0, u, 0, Layout.BLOCK, work, 0);
      int from = channel / Layout.BLOCK * points * Layout.BLOCK + channel % Layout.BLOCK;
      boolean ends = (channel + 1) % depth == 0 || channel == c.channels() - 1;
      for (int at = 0; at < parts.length; at++) {
        // In double as good as exact, and so rounded once, as the fused instruction does.
        double product = (double) u[at] * v[from + at / Layout.BLOCK * Layout.BLOCK];
        parts[at] = (float) (parts[at] + product);
        if (ends) {
          sums[at] += parts[at];
          parts[at] = 0;
        }
      }
    }
    return sums;
  }

  private void sum(float[] x, int i, double[] exact) {
    Arrays.fill(exact, 0);
    int kh = c.h().kernel();
    int kw = c.w().kernel();
    int[] points = new int[exact.length];
    for (int output = 0; output < exact.length; output++) {
      points[output] = pointOf(output) * Layout.BLOCK;
    }
    for (int channel = 0; channel < c.channels(); channel++) {
      int block = channel / Layout.BLOCK * tile.points() * Layout.BLOCK;
      for (int tap = 0; tap < c.taps(); tap++) {
        int t = tap / (kh * kw);
        int r = tap / kw % kh;
        int s = tap % kw;
        double weight = weight(i, channel, tap);
        int from = block + ((t * inputsH() + r) * inputsW() + s) * Layout.BLOCK;
        for (int output = 0; output < exact.length; output++) {
          exact[output] += weight * x[from + points[output] + channel % Layout.BLOCK];
        }
      }
    }
  }
}
