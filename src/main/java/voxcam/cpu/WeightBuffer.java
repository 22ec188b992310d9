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
  /** As many values as the weights of a few output channels are in large networks: 4 MiB. */
  private static final int PART = 1 << 20;

  private float[] values;
  private Tensor held;
  private int from;
  private int count;

  /** A buffer for so many values at a time; more are not refused. */
  WeightBuffer(int most) {
    values = new float[most];
  }

  /** A buffer for all weights of a graph's convolutions, the largest in parts. */
  static WeightBuffer of(Graph graph) {
    int largest =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof Conv && node.inputs().size() > 1)
            .map(node -> node.input(1))
            .filter(weight -> weight.op() instanceof Source.Constant)
            .mapToInt(weight -> weight.shape().length())
            .max()
            .orElse(0);
    return new WeightBuffer(Math.min(largest, PART));
  }

  /** The values of a tensor, valid until the next call; the array may be longer than they are. */
  float[] of(Tensor tensor) {
    return of(tensor, 0, tensor.shape().length());
  }

  /** The same of {@code many} values from {@code first} on. */
  @SuppressWarnings("ReferenceEquality") // the very same tensor, not an equal one
  float[] of(Tensor tensor, int first, int many) {
    if (tensor != held || first != from || many != count) {
      if (values.length < many) {
        values = new float[many];
      }
      held = null;
      tensor.copyTo(first, many, values);
      held = tensor;
      from = first;
      count = many;
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
