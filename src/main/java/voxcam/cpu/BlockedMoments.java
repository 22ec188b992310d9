package voxcam.cpu;

import java.util.Arrays;

/**
 * Mean and spread of each channel of a blocked tensor, in one pass over memory: the mean and the
 * squared distances from it for some positions while they are in the innermost cache, in double
 * precision, then joined as Chan, Golub and LeVeque do (Technical Report STAN-CS-79-773). With a
 * second tensor also its sum, and the sum of its products with the distances of the first.
 */
final class BlockedMoments {
  private static final int BLOCK = Layout.BLOCK;
  private static final MomentLanes LANES = MomentLanes.PREFERRED;

  /** Positions whose values are read twice. */
  private static final int NEAR = 256;

  private final Blocks blocks;

  // For each chunk of each row 16 numbers.
  private final double[] means;
  private final double[] squares;
  private final double[] sums;
  private final double[] products;

  private BlockedMoments(Blocks blocks, boolean two) {
    this.blocks = blocks;
    int count = blocks.rows() * blocks.chunks() * BLOCK;
    means = new double[count];
    squares = new double[count];
    sums = new double[two ? count : 0];
    products = new double[two ? count : 0];
  }

  static BlockedMoments of(Blocks blocks, float[] x, Threads threads) {
    BlockedMoments moments = new BlockedMoments(blocks, false);
    blocks.forEach(threads, (row, from, to) -> moments.chunk(x, x, row, from, to));
    return moments;
  }

  /** With a second tensor. */
  static BlockedMoments of(Blocks blocks, float[] x, float[] g, Threads threads) {
    BlockedMoments moments = new BlockedMoments(blocks, true);
    blocks.forEach(threads, (row, from, to) -> moments.chunk(x, g, row, from, to));
    return moments;
  }

  private void chunk(float[] x, float[] g, int row, int from, int to) {
    int at = (row * blocks.chunks() + from / Blocks.CHUNK) * BLOCK;
    double[] mean = new double[BLOCK];
    double[] square = new double[BLOCK];
    double[] sum = new double[BLOCK];
    double[] product = new double[BLOCK];
    for (int p = from; p < to; p += NEAR) {
      int near = Math.min(NEAR, to - p);
      int first = blocks.start(row) + p * BLOCK;
      Arrays.fill(mean, 0);
      Arrays.fill(square, 0);
      LANES.add(x, first, near, mean, 0);
      for (int c = 0; c < BLOCK; c++) {
        mean[c] /= near;
      }
      LANES.addSquares(x, first, near, mean, 0, square, 0);
      if (sums.length > 0) {
        Arrays.fill(sum, 0);
        Arrays.fill(product, 0);
        LANES.add(g, first, near, sum, 0);
        LANES.addCovariances(x, g, first, near, mean, 0, product, 0);
      }
      double share = (double) near / (p - from + near);
      for (int c = 0; c < BLOCK; c++) {
        double distance = mean[c] - means[at + c];
        double moved = distance * share;
        means[at + c] += moved;
        squares[at + c] += square[c] + distance * (p - from) * moved;
        if (sums.length > 0) {
          products[at + c] += product[c] + (distance - moved) * sum[c] - moved * sums[at + c];
          sums[at + c] += sum[c];
        }
      }
    }
  }

  /** Mean and spread of several channels together. */
  Group group(int sample, int from, int to) {
    Group group = new Group();
    for (int c = from; c < to; c++) {
      for (int chunk = 0; chunk < blocks.chunks(); chunk++) {
        int at = place(sample, c, chunk);
        int count = Math.min(Blocks.CHUNK, blocks.space() - chunk * Blocks.CHUNK);
        group.join(means[at], squares[at], count);
      }
    }
    return group;
  }

  /** The sum of the second tensor's channel. */
  double sum(int sample, int channel) {
    double sum = 0;
    for (int chunk = 0; chunk < blocks.chunks(); chunk++) {
      sum += sums[place(sample, channel, chunk)];
    }
    return sum;
  }

  /** The sum of the products of the second tensor with the distances of the first from a number. */
  double product(int sample, int channel, double centre) {
    double sum = 0;
    for (int chunk = 0; chunk < blocks.chunks(); chunk++) {
      int at = place(sample, channel, chunk);
      sum += products[at] + (means[at] - centre) * sums[at];
    }
    return sum;
  }

  private int place(int sample, int channel, int chunk) {
    int row = sample * blocks.perSample() + channel / BLOCK;
    return (row * blocks.chunks() + chunk) * BLOCK + channel % BLOCK;
  }

  /** What is known of some values. */
  static final class Group {
    private double mean;
    private double squares;
    private long count;

    private void join(double otherMean, double otherSquares, int others) {
      double share = (double) others / (count + others);
      double distance = otherMean - mean;
      squares += otherSquares + distance * distance * count * share;
      mean += distance * share;
      count += others;
    }

    double mean() {
      return mean;
    }

    long count() {
      return count;
    }

    /** One over the deviation. */
    double inverse(double epsilon) {
      return 1 / Math.sqrt(squares / count + epsilon);
    }
  }
}
