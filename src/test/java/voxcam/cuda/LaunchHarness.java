package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Runs launches on the emulator, straight through the driver's calls and without anything of the
 * backend: what is tested are kernels and what their launchers computed. Every buffer is an
 * allocation of its own, so that what is read or written beside it shows; each part of the scratch
 * memory, too, from one offset that a launch is given to the next.
 */
final class LaunchHarness {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final int DEVICE = 0;

  /** By the names of kernels, each in a module of its own. */
  private final Map<String, MemorySegment> functions = new HashMap<>();

  /** Skips the test that asks where the emulator was not built. */
  LaunchHarness() {
    Emulator.load();
    Emulator.reset();
    call("cuInit", 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(ValueLayout.ADDRESS);
      call("cuDevicePrimaryCtxRetain", context, DEVICE);
      call("cuCtxSetCurrent", context.get(ValueLayout.ADDRESS, 0));
    }
  }

  /**
   * The output of a node's launches.
   *
   * @throws AssertionError if a kernel did something forbidden
   */
  Tensor run(Launches launches, List<Tensor> inputs, Shape output) {
    List<Long> allocated = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      long[] addresses = new long[inputs.size()];
      for (int i = 0; i < addresses.length; i++) {
        MemorySegment host = arena.allocateFrom(FLOAT, inputs.get(i).floats());
        addresses[i] = allocate(arena, allocated, host.byteSize());
        call("cuMemcpyHtoD_v2", addresses[i], host, host.byteSize());
      }
      long result = allocate(arena, allocated, output.size() * Float.BYTES);
      Map<Long, Long> scratch = scratch(arena, allocated, launches);
      long counters = counters(arena, allocated, launches.counters());
      for (Launch launch : launches.launches()) {
        start(arena, launch, addresses, result, scratch, counters);
      }
      MemorySegment host = arena.allocate(FLOAT, output.size());
      int code = Emulator.driver("cuMemcpyDtoH_v2", host, result, host.byteSize());
      String fault = Emulator.report();
      if (code != 0 || !fault.isEmpty()) {
        throw new AssertionError("error " + code + ": " + fault);
      }
      return Tensor.of(output, host.toArray(FLOAT));
    } finally {
      allocated.forEach(address -> Emulator.driver("cuMemFree_v2", address));
    }
  }

  /** The address of each part of the scratch memory by its offset. */
  private static Map<Long, Long> scratch(Arena arena, List<Long> allocated, Launches launches) {
    SortedSet<Long> offsets = new TreeSet<>();
    for (Launch launch : launches.launches()) {
      for (Argument argument : launch.arguments()) {
        if (argument instanceof Argument.Scratch(long offset)) {
          offsets.add(offset);
        }
      }
    }
    Map<Long, Long> addresses = new HashMap<>();
    long end = launches.scratch();
    for (long offset : List.copyOf(offsets).reversed()) {
      addresses.put(offset, offset < end ? allocate(arena, allocated, end - offset) : 0);
      end = offset;
    }
    return addresses;
  }

  private static long counters(Arena arena, List<Long> allocated, long count) {
    if (count == 0) {
      return 0;
    }
    long address = allocate(arena, allocated, count * Integer.BYTES);
    call("cuMemsetD32_v2", address, 0, count);
    return address;
  }

  private static long allocate(Arena arena, List<Long> allocated, long bytes) {
    MemorySegment address = arena.allocate(LONG);
    call("cuMemAlloc_v2", address, bytes);
    allocated.add(address.get(LONG, 0));
    return address.get(LONG, 0);
  }

  private void start(
      Arena arena,
      Launch launch,
      long[] inputs,
      long output,
      Map<Long, Long> scratch,
      long counters) {
    MemorySegment values = arena.allocate(ValueLayout.ADDRESS, launch.arguments().size());
    int at = 0;
    for (Argument argument : launch.arguments()) {
      MemorySegment value =
          switch (argument) {
            case Argument.Input(int index) -> arena.allocateFrom(LONG, inputs[index]);
            case Argument.Output _ -> arena.allocateFrom(LONG, output);
            case Argument.Scratch(long offset) -> arena.allocateFrom(LONG, scratch.get(offset));
            case Argument.Kept _ -> throw new IllegalArgumentException("nothing is kept");
            case Argument.Counters _ -> arena.allocateFrom(LONG, counters);
            case Argument.None _ -> arena.allocateFrom(LONG, 0L);
            case Argument.Geometry(long[] numbers) -> arena.allocateFrom(LONG, numbers);
            case Argument.Real(float number) -> arena.allocateFrom(FLOAT, number);
          };
      values.setAtIndex(ValueLayout.ADDRESS, at++, value);
    }
    Grid grid = launch.grid();
    MemorySegment none = MemorySegment.NULL;
    call(
        "cuLaunchKernel",
        functions.computeIfAbsent(launch.kernel(), LaunchHarness::function),
        grid.x(),
        grid.y(),
        grid.z(),
        grid.threads(),
        1,
        1,
        0,
        none,
        values,
        none);
  }

  private static MemorySegment function(String kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment module = arena.allocate(ValueLayout.ADDRESS);
      call("cuModuleLoadData", module, arena.allocateFrom(".visible .entry " + kernel + "(\n)\n"));
      MemorySegment function = arena.allocate(ValueLayout.ADDRESS);
      call(
          "cuModuleGetFunction",
          function,
          module.get(ValueLayout.ADDRESS, 0),
          arena.allocateFrom(kernel));
      return function.get(ValueLayout.ADDRESS, 0);
    }
  }

  private static void call(String name, Object... arguments) {
    int code = Emulator.driver(name, arguments);
    if (code != 0) {
      throw new AssertionError(name + " answers " + code + " " + Emulator.report());
    }
  }
}
