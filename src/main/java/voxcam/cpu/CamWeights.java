package voxcam.cpu;

import java.util.Arrays;
import voxcam.op.Cam;

/**
 * The weights of channels in maps that have one for each, of plain tensors. Rows, of one channel
 * each, are summed in segments, the length of which depends on the shape alone.
 */
final class CamWeights {
  private static final int BLOCK = Layout.BLOCK;
  private static final MomentLanes MOMENTS = MomentLanes.PREFERRED;
  private static final CamLanes LANES = CamLanes.PREFERRED;
  private static final double[] ZEROS = new double[BLOCK];

  /** Fewest values in a task of its own. */
  private static final int SPAN = 1 << 14;

  private static final int SEGMENT = 1 << 16;

  /** Where a segment is read twice, the second time from a cache. */
  private static final int SHORT_SEGMENT = 1 << 14;

  private final int rows;
  private final int space;
  private final Threads threads;

  CamWeights(int rows, int space, Threads threads) {
    this.rows = rows;
    this.space = space;
    this.threads = threads;
  }

  /** Writes a weight for each row. */
  void write(Cam.Pooled op, float[] a, float[] g, float[] weights) {
    switch (op) {
      case Cam.Gradient _ -> means(g, weights);
      case Cam.PlusPlus _ -> shares(a, g, weights);
      case Cam.XGradient _ -> quotients(a, g, weights);
    }
  }

  private void means(float[] g, float[] weights) {
    double[] sums = new double[rows];
    addAll(SEGMENT, (_, from, to) -> Sums.rounded(g, from, to), sums);
    for (int row = 0; row < rows; row++) {
      weights[row] = (float) (sums[row] / space);
    }
  }

  private void shares(float[] a, float[] g, float[] weights) {
    double[] totals = new double[rows];
    addAll(SEGMENT, (_, from, to) -> Sums.plain(a, from, to), totals);
    double[] shares = new double[rows];
    addAll(SEGMENT, (row, from, to) -> shares(g, from, to, (float) totals[row]), shares);
    Rows.write(shares, weights, 0, rows);
  }

  private static double shares(float[] g, int from, int to, float total) {
    float[] totals = new float[BLOCK];
    Arrays.fill(totals, total);
    double[] lanes = new double[BLOCK];
    int whole = (to - from) / BLOCK;
    LANES.addShares(g, from, whole, totals, 0, lanes, 0);
    double sum = 0;
    for (int i = from + whole * BLOCK; i < to; i++) {
      sum += CamLanes.share(g[i], total);
    }
    return sum + total(lanes);
  }

  private void quotients(float[] a, float[] g, float[] weights) {
    double[] totals = new double[rows];
    double[] products = new double[rows];
    int segments = Math.ceilDiv(space, SHORT_SEGMENT);
    double[] parts = new double[rows * segments];
    addAll(
        SHORT_SEGMENT,
        (row, from, to) -> {
          parts[row * segments + (from - row * space) / SHORT_SEGMENT] = products(a, g, from, to);
          return Sums.plain(a, from, to);
        },
        totals);
    join(parts, segments, products);
    for (int row = 0; row < rows; row++) {
      weights[row] = totals[row] == 0 ? 0 : (float) (products[row] / totals[row]);
    }
  }

  private static double products(float[] a, float[] g, int from, int to) {
    double[] lanes = new double[BLOCK];
    int whole = (to - from) / BLOCK;
    MOMENTS.addCovariances(a, g, from, whole, ZEROS, 0, lanes, 0);
    double sum = 0;
    for (int i = from + whole * BLOCK; i < to; i++) {
      sum += (double) a[i] * g[i];
    }
    return sum + total(lanes);
  }

  private static double total(double[] lanes) {
    double sum = 0;
    for (double lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  /** A sum over a part of a row. */
  private interface Part {
    double sum(int row, int from, int to);
  }

  /** The sum of each row. */
  private void addAll(int segment, Part part, double[] sums) {
    int segments = Math.ceilDiv(space, segment);
    double[] parts = segments == 1 ? sums : new double[rows * segments];
    int bundle = Math.max(1, SPAN / Math.min(space, segment));
    threads.forEach(
        Math.ceilDiv(parts.length, bundle),
        task -> {
          int end = Math.min(parts.length, (task + 1) * bundle);
          for (int i = task * bundle; i < end; i++) {
            int row = i / segments;
            int from = row * space + i % segments * segment;
            parts[i] = part.sum(row, from, Math.min(from + segment, (row + 1) * space));
          }
        });
    if (segments > 1) {
      join(parts, segments, sums);
    }
  }

  private static void join(double[] parts, int segments, double[] sums) {
    for (int i = 0; i < parts.length; i++) {
      sums[i / segments] += parts[i];
    }
  }
}
