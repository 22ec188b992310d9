package voxcam.cpu;

import java.util.Optional;
import voxcam.op.Unary;

/**
 * What happens to the sums of a convolution on their way to the output: {@code activation(sum +
 * bias[k] + residual)}.
 *
 * @param bias which input is the bias, -1 if none
 * @param residual which input is added, of the output's shape, -1 if none
 */
record ConvEpilogue(int bias, int residual, Optional<Unary> activation) {
  static final ConvEpilogue NONE = new ConvEpilogue(-1, -1, Optional.empty());

  /**
   * Stores a run of outputs of channel k.
   *
   * @param stride how far apart the sums are
   * @param step how far apart the outputs are
   */
  void store(
      float[] sums,
      int from,
      int stride,
      int count,
      int k,
      float[][] inputs,
      float[] output,
      int at,
      int step) {
    float shift = bias < 0 ? 0 : inputs[bias][k];
    if (stride == 1 && step == 1) {
      storeRun(sums, from, count, shift, inputs, output, at);
    } else if (residual < 0) {
      for (int i = 0; i < count; i++) {
        output[at + i * step] = sums[from + i * stride] + shift;
      }
    } else {
      float[] added = inputs[residual];
      for (int i = 0; i < count; i++) {
        output[at + i * step] = sums[from + i * stride] + shift + added[at + i * step];
      }
    }
    if (activation.isPresent()) {
      activate(activation.get(), output, at, count, step);
    }
  }

  /** The same for neighbours, a loop of which the JIT compiler makes vectors. */
  private void storeRun(
      float[] sums, int from, int count, float shift, float[][] inputs, float[] output, int at) {
    if (residual < 0) {
      for (int i = 0; i < count; i++) {
        output[at + i] = sums[from + i] + shift;
      }
    } else {
      float[] added = inputs[residual];
      for (int i = 0; i < count; i++) {
        output[at + i] = sums[from + i] + shift + added[at + i];
      }
    }
  }

  private static void activate(Unary function, float[] y, int at, int count, int step) {
    if (step == 1) {
      CpuUnary.apply(function, y, at, y, at, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      CpuUnary.apply(function, y, at + i * step, y, at + i * step, 1);
    }
  }
}
