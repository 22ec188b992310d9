package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Runs launches on the emulator, straight through the driver's calls and without anything of the
 * backend: what is tested are kernels and what their launchers computed.
 */
final class LaunchHarness {
  private static final Path LIBRARY =
      Path.of(System.getProperty("voxcam.emulator", "target/native/libcuda.so.1"));

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private final Map<String, MethodHandle> calls = new HashMap<>();
  private final Map<String, MemorySegment> modules = new HashMap<>();
  private final SymbolLookup library;

  private LaunchHarness(SymbolLookup library) {
    this.library = library;
    call("cuInit", 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(POINTER);
      call("cuDevicePrimaryCtxRetain", context, 0);
      call("cuCtxSetCurrent", context.get(ValueLayout.ADDRESS, 0));
    }
  }

  /** Whether the emulator was built. */
  static boolean isThere() {
    return Files.exists(LIBRARY);
  }

  static LaunchHarness start() {
    return new LaunchHarness(SymbolLookup.libraryLookup(LIBRARY, Arena.global()));
  }

  /** The threads of a block run in another order for every seed. */
  void seed(long seed) {
    call("vx_emu_seed", seed);
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
        float[] values = inputs.get(i).floats();
        addresses[i] = allocate(arena, allocated, values.length * 4L);
        MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
        call("cuMemcpyHtoD_v2", addresses[i], host, host.byteSize());
      }
      long result = allocate(arena, allocated, output.size() * 4);
      long scratch = launches.scratch() > 0 ? allocate(arena, allocated, launches.scratch()) : 0;
      for (Launch launch : launches.launches()) {
        start(arena, launch, addresses, result, scratch);
      }
      MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, output.size());
      int code = code("cuMemcpyDtoH_v2", host, result, host.byteSize());
      MemorySegment report = arena.allocate(1024);
      code("vx_emu_report", report, 1024);
      if (code != 0 || !report.getString(0).isEmpty()) {
        throw new AssertionError("error " + code + ": " + report.getString(0));
      }
      return Tensor.of(output, host.toArray(ValueLayout.JAVA_FLOAT));
    } finally {
      allocated.forEach(address -> code("cuMemFree_v2", address));
    }
  }

  private long allocate(Arena arena, List<Long> allocated, long bytes) {
    MemorySegment address = arena.allocate(LONG);
    call("cuMemAlloc_v2", address, bytes);
    allocated.add(address.get(LONG, 0));
    return address.get(LONG, 0);
  }

  private void start(Arena arena, Launch launch, long[] inputs, long output, long scratch) {
    MemorySegment function = arena.allocate(POINTER);
    call(
        "cuModuleGetFunction",
        function,
        modules.computeIfAbsent(launch.family(), _ -> module(arena, launch)),
        arena.allocateFrom(launch.kernel()));
    MemorySegment values = arena.allocate(POINTER, launch.arguments().size());
    int at = 0;
    for (Argument argument : launch.arguments()) {
      MemorySegment value =
          switch (argument) {
            case Argument.Input(int index) -> arena.allocateFrom(LONG, inputs[index]);
            case Argument.Output _ -> arena.allocateFrom(LONG, output);
            case Argument.Scratch(long offset) -> arena.allocateFrom(LONG, scratch + offset);
            case Argument.Geometry(long[] numbers) -> arena.allocateFrom(LONG, numbers);
            case Argument.Real(float number) ->
                arena.allocateFrom(ValueLayout.JAVA_FLOAT, number);
          };
      values.setAtIndex(ValueLayout.ADDRESS, at++, value);
    }
    Grid grid = launch.grid();
    call(
        "cuLaunchKernel",
        function.get(ValueLayout.ADDRESS, 0),
        grid.x(),
        grid.y(),
        grid.z(),
        grid.threads(),
        1,
        1,
        0,
        MemorySegment.NULL,
        values,
        MemorySegment.NULL);
  }

  /** The emulator takes a list of entries for a module; an unknown kernel shows when it is got. */
  private MemorySegment module(Arena arena, Launch launch) {
    StringBuilder entries = new StringBuilder();
    for (String kernel : KernelNames.of(launch.family())) {
      entries.append(".visible .entry ").append(kernel).append("(\n");
    }
    MemorySegment module = arena.allocate(POINTER);
    call("cuModuleLoadData", module, arena.allocateFrom(entries.toString()));
    return module.get(ValueLayout.ADDRESS, 0);
  }

  private void call(String name, Object... arguments) {
    int code = code(name, arguments);
    if (code != 0 && name.startsWith("cu")) {
      throw new AssertionError(name + " answers " + code);
    }
  }

  private int code(String name, Object... arguments) {
    MethodHandle handle = calls.computeIfAbsent(name, _ -> handle(name, arguments));
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  private MethodHandle handle(String name, Object[] arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Integer _ -> INT;
            case Long _ -> LONG;
            default -> POINTER;
          };
    }
    return Linker.nativeLinker()
        .downcallHandle(
            library.find(name).orElseThrow(() -> new IllegalStateException("no " + name)),
            FunctionDescriptor.of(INT, layouts));
  }
}
