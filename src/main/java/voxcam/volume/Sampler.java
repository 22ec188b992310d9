package voxcam.volume;

/**
 * Takes the voxels of a new grid from an old one along a {@link Move}, by trilinear interpolation
 * or nearest neighbour. Positions are half-pixel: a voxel reaches from -0.5 to 0.5 around its
 * index. Up to the outer faces of the outermost voxels their values count; beyond them the value is
 * {@code outside}, or the nearest voxel's where the sampler extends.
 */
record Sampler(boolean nearest, boolean extend, float outside) {
  static final Sampler LINEAR = new Sampler(false, false, 0);
  static final Sampler NEAREST = new Sampler(true, false, 0);
  static final Sampler LINEAR_EXTENDED = new Sampler(false, true, 0);
  static final Sampler NEAREST_EXTENDED = new Sampler(true, true, 0);

  /** Rounding of positions must not drop a voxel at the border. */
  private static final double SLACK = 1e-6;

  /**
   * One channel of {@code in}, which begins at {@code inAt}, to one channel of {@code out}; both
   * row-major.
   */
  void sample(
      float[] in, int inAt, int[] inSize, Move move, float[] out, int outAt, int[] outSize) {
    int[] inStride = {inSize[1] * inSize[2], inSize[2], 1};
    Taps a = Taps.of(this, move, 0, inSize, inStride, outSize[0]);
    Taps b = Taps.of(this, move, 1, inSize, inStride, outSize[1]);
    Taps c = Taps.of(this, move, 2, inSize, inStride, outSize[2]);
    boolean exact = a.exact && b.exact && c.exact;
    int at = outAt;
    for (int i = 0; i < outSize[0]; i++) {
      for (int j = 0; j < outSize[1]; j++) {
        boolean rowInside = a.low[i] >= 0 && b.low[j] >= 0;
        int row = inAt + a.low[i] + b.low[j];
        if (rowInside && exact && c.straight) {
          System.arraycopy(in, row + c.low[0], out, at, outSize[2]);
          at += outSize[2];
          continue;
        }
        for (int k = 0; k < outSize[2]; k++, at++) {
          if (!rowInside || c.low[k] < 0) {
            out[at] = outside;
          } else if (exact) {
            out[at] = in[row + c.low[k]];
          } else {
            double near = plane(in, row, b.step[j], b.weight[j], c, k);
            double far =
                a.weight[i] == 0 ? near : plane(in, row + a.step[i], b.step[j], b.weight[j], c, k);
            out[at] = (float) (near + a.weight[i] * (far - near));
          }
        }
      }
    }
  }

  private static double plane(float[] in, int row, int step, double weight, Taps c, int k) {
    double near = line(in, row, c, k);
    return weight == 0 ? near : near + weight * (line(in, row + step, c, k) - near);
  }

  private static double line(float[] in, int row, Taps c, int k) {
    double near = in[row + c.low[k]];
    return c.weight[k] == 0 ? near : near + c.weight[k] * (in[row + c.low[k] + c.step[k]] - near);
  }

  /**
   * For each new index along one axis: the element offset of the lower old voxel (negative:
   * outside), the step to the upper one and its weight.
   */
  private static final class Taps {
    final int[] low;
    final int[] step;
    final double[] weight;
    final boolean exact;

    /** Whether all are inside and lie behind each other in memory. */
    final boolean straight;

    Taps(int[] low, int[] step, double[] weight, boolean exact) {
      this.low = low;
      this.step = step;
      this.weight = weight;
      this.exact = exact;
      this.straight = isStraight(low);
    }

    private static boolean isStraight(int... low) {
      boolean straight = low[0] >= 0;
      for (int i = 1; i < low.length; i++) {
        straight &= low[i] == low[0] + i;
      }
      return straight;
    }

    static Taps of(Sampler sampler, Move move, int axis, int[] inSize, int[] inStride, int count) {
      int source = move.source(axis);
      int last = inSize[source] - 1;
      int stride = inStride[source];
      int[] low = new int[count];
      int[] step = new int[count];
      double[] weight = new double[count];
      boolean exact = true;
      for (int i = 0; i < count; i++) {
        double position = move.position(axis, i);
        boolean inside = position >= -0.5 - SLACK && position <= last + 0.5 + SLACK;
        if (!inside && !sampler.extend) {
          low[i] = -1;
          continue;
        }
        double clamped = Math.clamp(position, 0, last);
        // A tie goes up whatever the rounding, so that labels come out alike on every axis.
        int whole = (int) Math.floor(sampler.nearest ? clamped + 0.5 + SLACK : clamped);
        whole = Math.min(whole, last);
        low[i] = whole * stride;
        if (!sampler.nearest && clamped > whole) {
          step[i] = stride;
          weight[i] = clamped - whole;
          exact = false;
        }
      }
      return new Taps(low, step, weight, exact);
    }
  }
}
