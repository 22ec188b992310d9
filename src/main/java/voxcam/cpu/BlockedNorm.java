package voxcam.cpu;

import java.util.List;
import java.util.Optional;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Unary;

/**
 * Normalisations of channels on blocked tensors: {@code (x - centre) factor + shift} with three
 * numbers for each channel.
 */
final class BlockedNorm {
  private static final int BLOCK = Layout.BLOCK;
  private static final MomentLanes LANES = MomentLanes.PREFERRED;

  private BlockedNorm() {}

  /** Positions that are normalised and activated while they are in the innermost cache. */
  private static final int NEAR = 512;

  static Optional<Form> form(Norm op, List<Shape> inputs) {
    return op instanceof Norm.Activated(Norm norm, Unary activation)
        ? form(norm, inputs, Optional.of(activation))
        : form(op, inputs, Optional.empty());
  }

  private static Optional<Form> form(Norm op, List<Shape> inputs, Optional<Unary> activation) {
    Shape x = inputs.get(0);
    if (!BlockedForms.isSpatial(x)) {
      return Optional.empty();
    }
    Blocks blocks = Blocks.of(x);
    return switch (op) {
      case Norm.Batch(double epsilon) ->
          BlockedForms.form(1, inputs, Layout.BLOCKED, new Stored(blocks, epsilon, activation));
      case Norm.Instance(double epsilon) ->
          BlockedForms.form(
              1, inputs, Layout.BLOCKED, new Own(blocks, x.dim(1), epsilon, activation));
      case Norm.Group(int groups, double epsilon) ->
          BlockedForms.form(
              1, inputs, Layout.BLOCKED, new Own(blocks, groups, epsilon, activation));
      case Norm.GroupGrad(int groups, double epsilon) ->
          BlockedForms.form(2, inputs, Layout.BLOCKED, new OwnGrad(blocks, groups, epsilon));
      case Norm.Layer _, Norm.L2 _, Norm.Activated _ -> Optional.empty();
    };
  }

  /** The three numbers of each channel of each sample. */
  private static final class Affine {
    private final Blocks blocks;
    private final Optional<Unary> activation;
    private final float[] centres;
    private final float[] factors;
    private final float[] shifts;

    Affine(Blocks blocks, Optional<Unary> activation) {
      this.blocks = blocks;
      this.activation = activation;
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
      for (int p = from; p < to; p += NEAR) {
        int count = Math.min(NEAR, to - p);
        int first = blocks.start(row) + p * BLOCK;
        LANES.normalise(x, y, first, count, centres, factors, shifts, row * BLOCK);
        activation.ifPresent(op -> CpuUnary.apply(op, y, first, y, first, count * BLOCK));
      }
    }
  }

  /** By statistics that are given. */
  private record Stored(Blocks blocks, double epsilon, Optional<Unary> activation)
      implements Kernel {
    @Override
    public boolean overwrites(int index) {
      return index == 0;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      Affine affine = new Affine(blocks, activation);
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
  private record Own(Blocks blocks, int groups, double epsilon, Optional<Unary> activation)
      implements Kernel {
    @Override
    public boolean overwrites(int index) {
      return index == 0;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      BlockedMoments moments = BlockedMoments.of(blocks, inputs[0], threads);
      Affine affine = new Affine(blocks, activation);
      int size = blocks.channels() / groups;
      for (int group = 0; group < blocks.samples() * groups; group++) {
        int sample = group / groups;
        int from = group % groups * size;
        BlockedMoments.Group own = moments.group(sample, from, from + size);
        for (int c = from; c < from + size; c++) {
          double inverse = own.inverse(epsilon);
          double factor = inputs.length > 1 ? inverse * inputs[1][c] : inverse;
          affine.set(sample, c, own.mean(), factor, inputs.length > 2 ? inputs[2][c] : 0);
        }
      }
      blocks.forEach(threads, (row, from, to) -> affine.apply(inputs[0], output, row, from, to));
    }
  }

  /** With M values in a group: {@code r s g - r^3 (x - mean) Q / M - r G / M}. */
  private record OwnGrad(Blocks blocks, int groups, double epsilon) implements Kernel {
    @Override
    public boolean overwrites(int index) {
      return index < 2;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      BlockedMoments moments = BlockedMoments.of(blocks, inputs[0], inputs[1], threads);
      var numbers = new MomentLanes.Numbers(blocks.rows() * BLOCK);
      for (int group = 0; group < blocks.samples() * groups; group++) {
        set(group / groups, group % groups, inputs, moments, numbers);
      }
      blocks.forEach(
          threads,
          (row, from, to) ->
              LANES.normaliseGrad(
                  inputs[0],
                  inputs[1],
                  output,
                  blocks.start(row) + from * BLOCK,
                  to - from,
                  numbers,
                  row * BLOCK));
    }

    private void set(
        int sample,
        int group,
        float[][] inputs,
        BlockedMoments moments,
        MomentLanes.Numbers numbers) {
      int size = blocks.channels() / groups;
      int from = group * size;
      BlockedMoments.Group own = moments.group(sample, from, from + size);
      double sum = 0;
      double product = 0;
      for (int c = from; c < from + size; c++) {
        double scale = inputs.length > 2 ? inputs[2][c] : 1;
        sum += scale * moments.sum(sample, c);
        product += scale * moments.product(sample, c, own.mean());
      }
      double inverse = own.inverse(epsilon);
      double factor = -inverse * inverse * inverse * product / own.count();
      for (int c = from; c < from + size; c++) {
        int at = sample * blocks.perSample() * BLOCK + c;
        numbers.slopes()[at] = (float) (inputs.length > 2 ? inverse * inputs[2][c] : inverse);
        numbers.centres()[at] = (float) own.mean();
        numbers.factors()[at] = (float) factor;
        double lost = own.mean() - numbers.centres()[at];
        numbers.shifts()[at] = (float) (-inverse * sum / own.count() - lost * factor);
      }
    }
  }
}
