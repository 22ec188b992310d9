package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;

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
  public String algorithm() {
    return algorithm;
  }

  @Override
  public void start(Stream stream, long[] inputs, long output, long scratch) {
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < functions.size(); i++) {
        Launch launch = launches.launches().get(i);
        MemorySegment parameters = parameters(launch.arguments(), inputs, output, scratch, arena);
        Grid grid = launch.grid();
        int code =
            JCudaDriver.cuLaunchKernel(
                functions.get(i),
                grid.x(),
                grid.y(),
                grid.z(),
                grid.threads(),
                1,
                1,
                0,
                stream.handle(),
                Address.host(parameters),
                null);
        device.check("cuLaunchKernel " + launch.kernel(), code);
      }
    }
  }

  /** The addresses of the values; the driver copies these while it starts the kernel. */
  private static MemorySegment parameters(
      List<Argument> arguments, long[] inputs, long output, long scratch, SegmentAllocator memory) {
    MemorySegment list = memory.allocate(ValueLayout.ADDRESS, arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      MemorySegment value =
          switch (arguments.get(i)) {
            case Argument.Input(int index) ->
                memory.allocateFrom(ValueLayout.JAVA_LONG, inputs[index]);
            case Argument.Output() -> memory.allocateFrom(ValueLayout.JAVA_LONG, output);
            case Argument.Scratch(long offset) ->
                memory.allocateFrom(ValueLayout.JAVA_LONG, scratch + offset);
            case Argument.Geometry(long[] values) ->
                memory.allocateFrom(ValueLayout.JAVA_LONG, values);
            case Argument.Real(float real) -> memory.allocateFrom(ValueLayout.JAVA_FLOAT, real);
          };
      list.setAtIndex(ValueLayout.ADDRESS, i, value);
    }
    return list;
  }

  /** The kernels belong to the device. */
  @Override
  public void close() {}
}
