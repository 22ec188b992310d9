package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs launches on the emulator without the backend: each input, the output and the scratch memory
 * are allocations of their own, so that an access beside them is found.
 */
@SuppressWarnings("restricted")
final class EmulatedLaunches {
  private EmulatedLaunches() {}

  /**
   * The output of a node's kernels.
   *
   * @throws AssertionError with the emulator's sentence if a kernel does what it may not
   */
  static float[] run(Launches launches, List<float[]> inputs, int outputLength) {
    Emulator.load();
    try (Arena arena = Arena.ofConfined()) {
      begin(arena);
      List<Long> addresses = new ArrayList<>();
      for (float[] input : inputs) {
        addresses.add(allocate(arena, Float.BYTES * (long) input.length));
        MemorySegment values = arena.allocateFrom(JAVA_FLOAT, input);
        check("cuMemcpyHtoD_v2", addresses.getLast(), values, values.byteSize());
      }
      long output = allocate(arena, Float.BYTES * (long) outputLength);
      long scratch = allocate(arena, launches.scratch());
      for (Launch launch : launches.launches()) {
        start(arena, launch, addresses, output, scratch);
        check("cuCtxSynchronize");
      }
      MemorySegment result = arena.allocate(JAVA_FLOAT, outputLength);
      check("cuMemcpyDtoH_v2", result, output, Float.BYTES * (long) outputLength);
      return result.toArray(JAVA_FLOAT);
    } finally {
      Emulator.reset();
    }
  }

  /** A context of this thread. */
  static void begin(Arena arena) {
    check("cuInit", 0);
    MemorySegment context = arena.allocate(ADDRESS);
    check("cuDevicePrimaryCtxRetain", context, 0);
    check("cuCtxSetCurrent", context.get(ADDRESS, 0));
  }

  /** The address of new device memory, 0 for no bytes. */
  static long allocate(Arena arena, long bytes) {
    if (bytes == 0) {
      return 0;
    }
    MemorySegment address = arena.allocate(JAVA_LONG);
    check("cuMemAlloc_v2", address, bytes);
    return address.get(JAVA_LONG, 0);
  }

  /** A kernel that was compiled into the emulator. */
  static MemorySegment function(Arena arena, String name) {
    MemorySegment module = arena.allocate(ADDRESS);
    check("cuModuleLoadData", module, arena.allocateFrom(".visible .entry " + name + "("));
    MemorySegment function = arena.allocate(ADDRESS);
    check("cuModuleGetFunction", function, module.get(ADDRESS, 0), arena.allocateFrom(name));
    return function.get(ADDRESS, 0);
  }

  private static void start(
      Arena arena, Launch launch, List<Long> inputs, long output, long scratch) {
    List<Argument> arguments = launch.arguments();
    MemorySegment values = arena.allocate(ADDRESS, arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      MemorySegment value =
          switch (arguments.get(i)) {
            case Argument.Input input -> arena.allocateFrom(JAVA_LONG, inputs.get(input.index()));
            case Argument.Output _ -> arena.allocateFrom(JAVA_LONG, output);
            case Argument.Scratch part -> arena.allocateFrom(JAVA_LONG, scratch + part.offset());
            case Argument.Geometry geometry -> arena.allocateFrom(JAVA_LONG, geometry.values());
            case Argument.Real real -> arena.allocateFrom(JAVA_FLOAT, real.value());
          };
      values.setAtIndex(ADDRESS, i, value);
    }
    Grid grid = launch.grid();
    MemorySegment none = MemorySegment.NULL;
    MemorySegment function = function(arena, launch.kernel());
    check(
        "cuLaunchKernel",
        function,
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

  /** Calls the driver; an error ends the test with what the emulator says about it. */
  static void check(String name, Object... arguments) {
    int code = Emulator.driver(name, arguments);
    if (code != 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment text = arena.allocate(ADDRESS);
        Emulator.call(
            "cuGetErrorName", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS), code, text);
        String error = text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
        throw new AssertionError(name + ": " + error + " " + Emulator.report());
      }
    }
  }
}
