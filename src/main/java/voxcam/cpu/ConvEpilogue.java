package voxcam.cpu;

import java.util.Optional;
import voxcam.op.Unary;

/**
 * What happens to the sums of a convolution on their way to the output: {@code activation(sum +
 * bias[k] + residual)}.
 *
 * @param bias which input is the bias, -1 if none
 * @param residual which input is added, of the output's shape and layout, -1 if none
 */
record ConvEpilogue(int bias, int residual, Optional<Unary> activation) {
  static final ConvEpilogue NONE = new ConvEpilogue(-1, -1, Optional.empty());

  private static final float[] NOTHING = {};

  /** Whether the activation is the one that the loops that store have built in. */
  boolean relu() {
    return activation.isPresent() && activation.get() instanceof Unary.Relu;
  }

  /** Applies the activation, if it is not built in, to a run of outputs. */
  void activate(float[] output, int at, int count) {
    if (activation.isPresent() && !relu()) {
      CpuUnary.apply(activation.get(), output, at, output, at, count);
    }
  }

  /** What is added to all outputs of channel k. */
  float shift(float[][] inputs, int k) {
    return bias < 0 ? 0 : inputs[bias][k];
  }

  /** What is added to the outputs of each of so many channels, zeros behind them up to a block. */
  float[] shifts(float[][] inputs, int channels) {
    float[] shifts = new float[Layout.blocks(channels) * Layout.BLOCK];
    if (bias >= 0) {
      System.arraycopy(inputs[bias], 0, shifts, 0, channels);
    }
    return shifts;
  }

  /** What is added to each output; empty if nothing is. */
  float[] added(float[][] inputs) {
    return residual < 0 ? NOTHING : inputs[residual];
  }

  /**
   * Stores a run of outputs of channel k.
   *
   * @param step how far apart the outputs are; only where it is 1 are there residuals and
   *     activations
   */
  void store(
      ConvTiles tiles,
      float[] sums,
      int from,
      int count,
      int k,
      float[][] inputs,
      float[] output,
      int at,
      int step) {
    float shift = shift(inputs, k);
    if (step > 1) {
      for (int i = 0; i < count; i++) {
        output[at + i * step] = sums[from + i] + shift;
      }
      return;
    }
    tiles.store(sums, from, count, shift, added(inputs), relu(), output, at);
    activate(output, at, count);
  }

  /**
   * Stores the outputs of one channel at neighbouring positions, counted along W, H and D.
   *
   * @param volume sample and group, counted together
   * @param k the channel within its group
   * @param at where the sums begin
   */
  void store(
      Correlation c,
      ConvTiles tiles,
      int volume,
      int k,
      int first,
      int length,
      float[] sums,
      int at,
      float[][] inputs,
      float[] output) {
    int n = volume / c.groups();
    int channel = volume % c.groups() * c.outputs() + k;
    boolean dense = c.d().dense() && c.densePlanes();
    int row = c.w().output();
    int end = first + length;
    for (int i = first; i < end; ) {
      int q = i % row;
      int z = i / row / c.h().output();
      int count = dense ? end - i : Math.min(row - q, end - i);
      int to = c.storedAt(n, channel, z, i / row % c.h().output(), q);
      store(tiles, sums, at + i - first, count, channel, inputs, output, to, c.w().step());
      i += count;
    }
  }
}
