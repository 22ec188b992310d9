package voxcam.cuda;

import java.util.List;
import jcuda.driver.CUfunction;

/** Our own kernels for one node. */
final class KernelWork implements Work {
  private final Device device;
  private final Launches launches;
  private final List<CUfunction> functions;
  private final String algorithm;

  /** Loads the kernels. The context must be current. */
  KernelWork(Device device, Launches launches, String algorithm) {
    this.device = device;
    this.launches = launches;
    this.algorithm = algorithm;
    this.functions =
        launches.launches().stream()
            .map(launch -> device.modules().function(launch.family(), launch.kernel()))
            .toList();
  }

  /** The same with the reason why these kernels were chosen, for records. */
  KernelWork because(String reason) {
    return new KernelWork(device, launches, functions, algorithm + " (" + reason + ")");
  }

  private KernelWork(
      Device device, Launches launches, List<CUfunction> functions, String algorithm) {
    this.device = device;
    this.launches = launches;
    this.functions = functions;
    this.algorithm = algorithm;
  }

  @Override
  public long scratch() {
    return launches.scratch();
  }

  @Override
  public long counters() {
    return launches.counterBytes();
  }

  @Override
  public String algorithm() {
    return algorithm;
  }

  @Override
  public void start(Stream stream, long[] inputs, long output, long scratch) {
    start(stream, inputs, output, scratch, 0);
  }

  /**
   * Likewise.
   *
   * @param kept the address of what was kept by the work that these kernels are a part of
   */
  void start(Stream stream, long[] inputs, long output, long scratch, long kept) {
    long counters = scratch - launches.counterBytes();
    for (int i = 0; i < functions.size(); i++) {
      Launch launch = launches.launches().get(i);
      Parameters values = new Parameters(inputs, output, scratch, counters, kept);
      int code = values.start(functions.get(i), launch, stream.handle());
      device.check("cuLaunchKernel " + launch.kernel(), code);
    }
  }

  /** The kernels belong to the device. */
  @Override
  public void close() {}
}
