package voxcam.cuda;

import java.util.Optional;
import voxcam.backend.Options;
import voxcam.graph.Node;
import voxcam.op.Conv;

/** The choice of what computes each node of one program. The context must be current. */
final class Works implements Closing.Part {
  private final Device device;
  private final Workbench bench;
  private final Optional<Convolutions> convolutions;

  Works(Device device, Options options) {
    this.device = device;
    LibraryUse use = LibraryUse.of(options);
    bench = new Workbench(device);
    convolutions =
        (use.cudnn() ? Cudnn.get().version() : Optional.<Long>empty())
            .map(version -> new Convolutions(device, bench, options, use, version));
  }

  /** The work for a node. */
  Work of(Node node) {
    Launches launches = CudaKernels.of(node);
    if (node.op() instanceof Conv op && !launches.launches().isEmpty()) {
      KernelWork own = new KernelWork(device, launches, launches.launches().getFirst().kernel());
      return convolutions.isPresent() ? convolutions.get().of(node, op, own) : own;
    }
    return new KernelWork(device, launches, "");
  }

  /** Ends the choosing; the works stay. */
  @Override
  public void close() {
    bench.close();
    convolutions.ifPresent(Convolutions::save);
  }
}
