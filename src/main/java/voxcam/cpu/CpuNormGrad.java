package voxcam.cpu;

import voxcam.op.Shape;

/**
 * The gradient of group normalisation. With r one over the deviation and M values in a group, G the
 * sum of the gradients times scale and Q the sum of their products with the distances of x from its
 * mean, it is {@code r s g - r^3 (x - mean) Q / M - r G / M}.
 */
final class CpuNormGrad implements Kernel {
  private final int groups;
  private final int perGroup;
  private final int space;
  private final int channels;
  private final double epsilon;

  CpuNormGrad(Shape x, int groups, double epsilon) {
    this.channels = x.dim(1);
    this.space = (int) x.size(2, x.rank());
    this.groups = x.dim(0) * groups;
    this.perGroup = channels / groups;
    this.epsilon = epsilon;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    float[] x = inputs[0];
    float[] g = inputs[1];
    int count = perGroup * space;
    double[] means =
        perGroup(rows(threads, (_, from, to) -> Sums.plain(x, from, to)), inputs, false);
    for (int i = 0; i < groups; i++) {
      means[i] /= count;
    }
    double[] spreads =
        perGroup(
            rows(threads, (row, from, to) -> Sums.squares(x, from, to, means[row / perGroup])),
            inputs,
            false);
    double[] sums = perGroup(rows(threads, (_, from, to) -> Sums.plain(g, from, to)), inputs, true);
    double[] products =
        perGroup(
            rows(threads, (row, from, to) -> products(x, g, from, to, means[row / perGroup])),
            inputs,
            true);
    CpuNorm.forEachPart(
        threads,
        groups * perGroup,
        space,
        (row, from, to) -> {
          int group = row / perGroup;
          double inverse = 1 / Math.sqrt(spreads[group] / count + epsilon);
          double slope = inverse * scale(inputs, row);
          double factor = -inverse * inverse * inverse * products[group] / count;
          double shift = -inverse * sums[group] / count - means[group] * factor;
          apply(x, g, output, from, to, slope, factor, shift);
        });
  }

  private double scale(float[][] inputs, int row) {
    return inputs.length > 2 ? inputs[2][row % channels] : 1;
  }

  private interface Sum {
    double of(int row, int from, int to);
  }

  /** A sum for each chunk of each channel of each sample. */
  private double[] rows(Threads threads, Sum sum) {
    int chunks = Math.ceilDiv(space, CpuNorm.CHUNK);
    double[] parts = new double[groups * perGroup * chunks];
    CpuNorm.forEachPart(
        threads,
        groups * perGroup,
        space,
        (row, from, to) ->
            parts[row * chunks + (from - row * space) / CpuNorm.CHUNK] = sum.of(row, from, to));
    return parts;
  }

  private double[] perGroup(double[] parts, float[][] inputs, boolean scaled) {
    int perRow = parts.length / (groups * perGroup);
    double[] sums = new double[groups];
    for (int i = 0; i < parts.length; i++) {
      int row = i / perRow;
      sums[row / perGroup] += scaled ? scale(inputs, row) * parts[i] : parts[i];
    }
    return sums;
  }

  private static double products(float[] x, float[] g, int from, int to, double centre) {
    double s0 = 0;
    double s1 = 0;
    int i = from;
    for (; i + 1 < to; i += 2) {
      s0 += (x[i] - centre) * g[i];
      s1 += (x[i + 1] - centre) * g[i + 1];
    }
    if (i < to) {
      s0 += (x[i] - centre) * g[i];
    }
    return s0 + s1;
  }

  private static void apply(
      float[] x,
      float[] g,
      float[] y,
      int from,
      int to,
      double slope,
      double factor,
      double shift) {
    for (int i = from; i < to; i++) {
      y[i] = (float) (g[i] * slope + (x[i] * factor + shift));
    }
  }
}
