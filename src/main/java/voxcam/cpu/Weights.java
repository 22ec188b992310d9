package voxcam.cpu;

import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The weights of a convolution on their way into a kernel: all of them, or those of a few output
 * channels, so that large ones need not be in memory a second time while they are packed. What one
 * call gives is valid until the next one. For one thread.
 */
final class Weights {
  private final Tensor tensor;
  private final WeightBuffer buffer;

  Weights(Tensor tensor, WeightBuffer buffer) {
    this.tensor = tensor;
    this.buffer = buffer;
  }

  /** Weights that are in memory. */
  static Weights of(float[] values) {
    return new Weights(Tensor.of(Shape.of(values.length), values), new WeightBuffer(0));
  }

  /**
   * Some of the weights.
   *
   * @param before how many lie before the first that is there
   */
  record Part(float[] values, int before) {
    float at(int index) {
      return values[index - before];
    }
  }

  /** All weights; the array may be longer than they are. */
  float[] all() {
    return buffer.of(tensor);
  }

  /** At least the weights of some output channels of a group. */
  Part of(Correlation c, int group, int first, int count) {
    ConvWeights at = c.weights();
    boolean together = at.start() == 0 && at.output() == c.channels() * c.taps() && at.s() > 0;
    if (!together) {
      return new Part(all(), 0);
    }
    int from = group * at.group() + first * at.output();
    return new Part(buffer.of(tensor, from, count * at.output()), from);
  }
}
