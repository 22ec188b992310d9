package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jcuda.driver.CUfunction;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The addresses that launches work on.
 *
 * @param inputs the addresses of the node's inputs
 * @param kept of what lasts as long as the program; 0 if there is nothing
 */
record Parameters(long[] inputs, long output, long scratch, long counters, long kept) {
  Parameters(long[] inputs, long output, long scratch, long counters) {
    this(inputs, output, scratch, counters, 0);
  }

  /** Starts a kernel, or records it; the driver's code. The context must be current. */
  int start(CUfunction function, Launch launch, CUstream stream) {
    Grid grid = launch.grid();
    try (Arena arena = Arena.ofConfined()) {
      return JCudaDriver.cuLaunchKernel(
          function,
          grid.x(),
          grid.y(),
          grid.z(),
          grid.threads(),
          1,
          1,
          0,
          stream,
          Address.host(values(launch.arguments(), arena)),
          null);
    }
  }

  /** The addresses of the values; the driver copies these while it starts the kernel. */
  private MemorySegment values(List<Argument> arguments, SegmentAllocator memory) {
    MemorySegment list = memory.allocate(ValueLayout.ADDRESS, arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      MemorySegment value =
          switch (arguments.get(i)) {
            case Argument.Input(int index) -> address(inputs[index], memory);
            case Argument.Output() -> address(output, memory);
            case Argument.Scratch(long offset) -> address(scratch + offset, memory);
            case Argument.Kept(long offset) -> address(kept + offset, memory);
            case Argument.Counters() -> address(counters, memory);
            case Argument.None() -> address(0, memory);
            case Argument.Geometry(long[] values) ->
                memory.allocateFrom(ValueLayout.JAVA_LONG, values);
            case Argument.Real(float real) -> memory.allocateFrom(ValueLayout.JAVA_FLOAT, real);
          };
      list.setAtIndex(ValueLayout.ADDRESS, i, value);
    }
    return list;
  }

  private static MemorySegment address(long address, SegmentAllocator memory) {
    return memory.allocateFrom(ValueLayout.JAVA_LONG, address);
  }
}
