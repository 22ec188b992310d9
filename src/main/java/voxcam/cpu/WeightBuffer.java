package voxcam.cpu;

import voxcam.graph.Graph;
import voxcam.op.Conv;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * Where the weights of one convolution after the other are brought to be packed, so that packing
 * leaves no garbage of the size of the model. For one thread.
 */
final class WeightBuffer {
  private float[] values;
  private Tensor held;

  /** A buffer for weights of up to so many values; larger ones are not refused. */
  WeightBuffer(int most) {
    values = new float[most];
  }

  /** A buffer for all weights of a graph's convolutions. */
  static WeightBuffer of(Graph graph) {
    return new WeightBuffer(
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Conv && node.inputs().size() > 1)
            .map(node -> node.input(1))
            .filter(weight -> weight.op() instanceof Source.Constant)
            .mapToInt(weight -> weight.shape().length())
            .max()
            .orElse(0));
  }

  /** The values of a tensor, valid until the next call; the array may be longer than they are. */
  @SuppressWarnings("ReferenceEquality") // the very same tensor, not an equal one
  float[] of(Tensor tensor) {
    if (tensor != held) {
      if (values.length < tensor.shape().length()) {
        values = new float[tensor.shape().length()];
      }
      held = null;
      tensor.copyTo(values);
      held = tensor;
    }
    return values;
  }

  /** The memory, for whoever can use it when all is packed. */
  float[] handOver() {
    float[] memory = values;
    values = new float[0];
    held = null;
    return memory;
  }
}
