package voxcam.cuda;

import java.util.Optional;
import voxcam.backend.Options;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Linear;

/** The choice of what computes each node of one program. The context must be current. */
final class Works implements Closing.Part {
  private final Device device;
  private final Workbench bench;
  private final Optional<Convolutions> convolutions;
  private final Optional<CublasWork.Numbers> products;
  private final boolean always;

  Works(Device device, Options options) {
    this.device = device;
    LibraryUse use = LibraryUse.of(options);
    bench = new Workbench(device);
    convolutions =
        (use.cudnn() ? Cudnn.get().version() : Optional.<Long>empty())
            .map(version -> new Convolutions(device, bench, options, use, version));
    products =
        (use.cublas() ? Cublas.get().maker() : Optional.empty())
            .map(_ -> CublasWork.Numbers.of(options.precision(), device.gpu().major()));
    always = use.choice() == LibraryUse.Choice.LIBRARY;
  }

  /** The work for a node. */
  Work of(Node node) {
    Launches launches = CudaKernels.of(node);
    if (node.op() instanceof Conv op && !launches.launches().isEmpty()) {
      KernelWork own = new KernelWork(device, launches, launches.launches().getFirst().kernel());
      return convolutions.isPresent() ? convolutions.get().of(node, op, own) : own;
    }
    if (node.op() instanceof Linear op && products.isPresent() && !launches.launches().isEmpty()) {
      CudaLinear.Product product = CudaLinear.product(op, node.inputShapes(), node.shape());
      Optional<Work> work = CublasWork.of(device, op, product, products.get(), always);
      if (work.isPresent()) {
        return work.get();
      }
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
