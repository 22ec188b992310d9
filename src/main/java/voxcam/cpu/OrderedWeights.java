package voxcam.cpu;

import java.util.Optional;
import voxcam.op.Tensor;

/**
 * Weights with those of an output side by side, for kernels of a single run: brought there in the
 * run, none are kept.
 *
 * @param constant the weights if they are constant, else they are an input
 */
record OrderedWeights(Correlation c, Optional<Tensor> constant) {
  /** Weights copied in one task. */
  private static final int COPIED = 1 << 19;

  /** The terms of an output. */
  int depth() {
    return c.channels() * c.taps();
  }

  /** What of a run's scratch memory they take, from its start on. */
  long floats() {
    return orderedAt() + (inOrder() ? 0 : (long) c.groups() * c.outputs() * depth());
  }

  /** Weights that had to be copied come first, then those that had to be put in order. */
  private long orderedAt() {
    return constant.map(tensor -> tensor.shape().size()).orElse(0L);
  }

  /** Whether the weights of an output lie side by side. */
  private boolean inOrder() {
    ConvWeights lie = c.weights();
    int row = c.w().kernel();
    int plane = row * c.h().kernel();
    return lie.equals(new ConvWeights(0, c.outputs() * depth(), depth(), c.taps(), plane, row, 1));
  }

  /** The weights of a run, in its scratch memory or where they are given. */
  PanelWeights.Packed ready(float[][] inputs, float[] scratch, Threads threads) {
    constant.ifPresent(tensor -> copy(tensor, scratch, threads));
    float[] given = constant.isPresent() ? scratch : inputs[1];
    if (inOrder()) {
      return new PanelWeights.Packed(given, 0);
    }
    int at = Math.toIntExact(orderedAt());
    order(given, scratch, at, threads);
    return new PanelWeights.Packed(scratch, at);
  }

  private static void copy(Tensor tensor, float[] to, Threads threads) {
    int length = tensor.shape().length();
    threads.forEach(
        Math.ceilDiv(length, COPIED),
        task -> {
          int at = task * COPIED;
          tensor.copyTo(at, Math.min(COPIED, length - at), to, at);
        });
  }

  private void order(float[] given, float[] weights, int from, Threads threads) {
    threads.forEach(
        c.groups() * c.outputs(),
        row -> {
          int to = from + row * depth();
          for (int channel = 0; channel < c.channels(); channel++) {
            for (int tap = 0; tap < c.taps(); tap++) {
              int at = c.weightAt(row / c.outputs(), row % c.outputs(), channel, tap);
              weights[to++] = given[at];
            }
          }
        });
  }
}
