package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Norm;
import voxcam.op.Shape;

/**
 * Normalisations of channels on blocked tensors: {@code (x - centre) factor + shift} with three
 * numbers for each channel. Own statistics are taken in one pass over memory: the mean and the
 * squared distances from it for each chunk while it is in the cache, in double precision, then
 * joined as Chan, Golub and LeVeque do (Technical Report STAN-CS-79-773).
 */
final class BlockedNorm {
  private static final int BLOCK = Layout.BLOCK;
  private static final ChannelLanes LANES = ChannelLanes.PREFERRED;

  /** Positions whose values are read twice while they are in the innermost cache. */
  private static final int NEAR = 256;

  private BlockedNorm() {}

  static Optional<BlockedForm> form(Norm op, List<Shape> inputs) {
    Shape x = inputs.get(0);
    if (!BlockedForms.isSpatial(x)) {
      return Optional.empty();
    }
    Blocks blocks = Blocks.of(x);
    return switch (op) {
      case Norm.Batch(double epsilon) ->
          BlockedForms.form(1, inputs, Layout.BLOCKED, new Stored(blocks, epsilon));
      case Norm.Instance(double epsilon) ->
          BlockedForms.form(1, inputs, Layout.BLOCKED, new Own(blocks, x.dim(1), epsilon));
      case Norm.Group(int groups, double epsilon) ->
          BlockedForms.form(1, inputs, Layout.BLOCKED, new Own(blocks, groups, epsilon));
      case Norm.Layer _, Norm.L2 _ -> Optional.empty();
    };
  }

  /** The three numbers of each channel of each sample. */
  private static final class Affine {
    private final Blocks blocks;
    private final float[] centres;
    private final float[] factors;
    private final float[] shifts;

    Affine(Blocks blocks) {
      this.blocks = blocks;
      int count = blocks.rows() * BLOCK;
      centres = new float[count];
      factors = new float[count];
      shifts = new float[count];
    }

    /** For one channel; what rounding takes off the centre goes to the shift. */
    void set(int sample, int channel, double mean, double factor, double bias) {
      int at = sample * blocks.perSample() * BLOCK + channel;
      centres[at] = (float) mean;
      factors[at] = (float) factor;
      shifts[at] = (float) (bias - (mean - centres[at]) * factor);
    }

    void apply(float[] x, float[] y, int row, int from, int to) {
      LANES.normalise(
          x, y, blocks.start(row) + from * BLOCK, to - from, centres, factors, shifts, row * BLOCK);
    }
  }

  /** By statistics that are given. */
  private record Stored(Blocks blocks, double epsilon) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      Affine affine = new Affine(blocks);
      for (int sample = 0; sample < blocks.samples(); sample++) {
        for (int c = 0; c < blocks.channels(); c++) {
          double factor = inputs[1][c] / Math.sqrt(inputs[4][c] + epsilon);
          affine.set(sample, c, inputs[3][c], factor, inputs[2][c]);
        }
      }
      blocks.forEach(threads, (row, from, to) -> affine.apply(inputs[0], output, row, from, to));
    }
  }

  /** By the statistics of each group of channels of each sample. */
  private record Own(Blocks blocks, int groups, double epsilon) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      float[] x = inputs[0];
      int chunks = blocks.chunks();
      double[] means = new double[blocks.rows() * chunks * BLOCK];
      double[] squares = new double[means.length];
      blocks.forEach(
          threads,
          (row, from, to) ->
              moments(
                  x,
                  blocks.start(row) + from * BLOCK,
                  to - from,
                  means,
                  squares,
                  (row * chunks + from / Blocks.CHUNK) * BLOCK));
      Affine affine = affine(inputs, means, squares);
      blocks.forEach(threads, (row, from, to) -> affine.apply(x, output, row, from, to));
    }

    /** Mean and squared distances of {@code count} positions. */
    private static void moments(
        float[] x, int from, int count, double[] means, double[] squares, int at) {
      double[] mean = new double[BLOCK];
      double[] square = new double[BLOCK];
      for (int p = 0; p < count; p += NEAR) {
        int near = Math.min(NEAR, count - p);
        int first = from + p * BLOCK;
        Arrays.fill(mean, 0);
        Arrays.fill(square, 0);
        LANES.add(x, first, near, mean, 0);
        for (int c = 0; c < BLOCK; c++) {
          mean[c] /= near;
        }
        LANES.addSquares(x, first, near, mean, 0, square, 0);
        join(means, squares, at, p, mean, square, near);
      }
    }

    /** Joins what is known of {@code known} values with what is known of {@code more} others. */
    private static void join(
        double[] means,
        double[] squares,
        int at,
        int known,
        double[] mean,
        double[] square,
        int more) {
      double share = (double) more / (known + more);
      for (int c = 0; c < BLOCK; c++) {
        double distance = mean[c] - means[at + c];
        means[at + c] += distance * share;
        squares[at + c] += square[c] + distance * distance * known * share;
      }
    }

    private Affine affine(float[][] inputs, double[] means, double[] squares) {
      Affine affine = new Affine(blocks);
      int size = blocks.channels() / groups;
      for (int sample = 0; sample < blocks.samples(); sample++) {
        for (int group = 0; group < groups; group++) {
          Moments moments = new Moments();
          for (int c = group * size; c < (group + 1) * size; c++) {
            channel(sample, c, means, squares, moments);
          }
          double inverse = 1 / Math.sqrt(moments.squares / moments.count + epsilon);
          for (int c = group * size; c < (group + 1) * size; c++) {
            double factor = inputs.length > 1 ? inverse * inputs[1][c] : inverse;
            double bias = inputs.length > 2 ? inputs[2][c] : 0;
            affine.set(sample, c, moments.mean, factor, bias);
          }
        }
      }
      return affine;
    }

    /** All chunks of a channel. */
    private void channel(
        int sample, int channel, double[] means, double[] squares, Moments moments) {
      int chunks = blocks.chunks();
      int row = sample * blocks.perSample() + channel / BLOCK;
      for (int chunk = 0; chunk < chunks; chunk++) {
        int at = (row * chunks + chunk) * BLOCK + channel % BLOCK;
        int count = Math.min(Blocks.CHUNK, blocks.space() - chunk * Blocks.CHUNK);
        moments.join(means[at], squares[at], count);
      }
    }
  }

  /** What is known of some values. */
  private static final class Moments {
    private double mean;
    private double squares;
    private long count;

    void join(double otherMean, double otherSquares, int others) {
      double share = (double) others / (count + others);
      double distance = otherMean - mean;
      squares += otherSquares + distance * distance * count * share;
      mean += distance * share;
      count += others;
    }
  }
}
