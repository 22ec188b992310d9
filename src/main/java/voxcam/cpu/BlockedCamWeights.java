package voxcam.cpu;

import voxcam.op.Cam;

/**
 * The weights of channels in maps that have one for each, of blocked tensors. Chunks of rows are
 * summed in double precision, then joined in order.
 */
final class BlockedCamWeights {
  private static final int BLOCK = Layout.BLOCK;
  private static final MomentLanes MOMENTS = MomentLanes.PREFERRED;
  private static final CamLanes LANES = CamLanes.PREFERRED;
  private static final double[] ZEROS = new double[BLOCK];

  private final Blocks blocks;
  private final int chunks;
  private final Threads threads;

  BlockedCamWeights(Blocks blocks, Threads threads) {
    this.blocks = blocks;
    chunks = blocks.chunks();
    this.threads = threads;
  }

  /** Sixteen weights for each row, those of missing channels without meaning. */
  float[] of(Cam.Pooled op, float[] a, float[] g) {
    return switch (op) {
      case Cam.Gradient _ -> quotients(sums(g), blocks.space());
      case Cam.PlusPlus _ -> shares(a, g);
      case Cam.XGradient _ -> quotients(a, g);
    };
  }

  private double[] memory() {
    return new double[blocks.rows() * chunks * BLOCK];
  }

  /** Where the sums of a chunk begin. */
  private int place(int row, int from) {
    return (row * chunks + from / Blocks.CHUNK) * BLOCK;
  }

  private int start(int row, int from) {
    return blocks.start(row) + from * BLOCK;
  }

  private double[] sums(float[] x) {
    double[] sums = memory();
    blocks.forEach(
        threads,
        (row, from, to) -> MOMENTS.add(x, start(row, from), to - from, sums, place(row, from)));
    return joined(sums);
  }

  private float[] shares(float[] a, float[] g) {
    float[] totals = quotients(sums(a), 1);
    double[] sums = memory();
    blocks.forEach(
        threads,
        (row, from, to) ->
            LANES.addShares(
                g, start(row, from), to - from, totals, row * BLOCK, sums, place(row, from)));
    return quotients(joined(sums), 1);
  }

  private float[] quotients(float[] a, float[] g) {
    double[] totals = memory();
    double[] products = memory();
    blocks.forEach(
        threads,
        (row, from, to) -> {
          int at = start(row, from);
          MOMENTS.add(a, at, to - from, totals, place(row, from));
          MOMENTS.addCovariances(a, g, at, to - from, ZEROS, 0, products, place(row, from));
        });
    double[] divisors = joined(totals);
    double[] values = joined(products);
    float[] weights = new float[values.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = divisors[i] == 0 ? 0 : (float) (values[i] / divisors[i]);
    }
    return weights;
  }

  private static float[] quotients(double[] values, double divisor) {
    float[] weights = new float[values.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (values[i] / divisor);
    }
    return weights;
  }

  /** The sums of each row's channels, those of its chunks added. */
  private double[] joined(double[] sums) {
    if (chunks == 1) {
      return sums;
    }
    double[] joined = new double[blocks.rows() * BLOCK];
    for (int i = 0; i < sums.length; i++) {
      joined[i / (chunks * BLOCK) * BLOCK + i % BLOCK] += sums[i];
    }
    return joined;
  }
}
