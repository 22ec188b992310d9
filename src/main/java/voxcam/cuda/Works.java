package voxcam.cuda;

import voxcam.graph.Node;
import voxcam.op.Conv;

/** The choice of what computes a node. */
final class Works {
  private Works() {}

  /** The work for a node. The context must be current. */
  static Work of(Node node, Device device) {
    Launches launches = CudaKernels.of(node);
    String algorithm = node.op() instanceof Conv ? launches.launches().getFirst().kernel() : "";
    return new KernelWork(device, launches, algorithm);
  }
}
