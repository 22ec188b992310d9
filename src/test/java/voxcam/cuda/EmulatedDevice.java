package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** The emulated device, called without JCuda: memory, streams and kernels of one test. */
@SuppressWarnings("restricted")
final class EmulatedDevice implements AutoCloseable {
  static final MemorySegment DEFAULT_STREAM = MemorySegment.NULL;

  private final Arena arena = Arena.ofConfined();
  private final Map<String, MemorySegment> functions = new HashMap<>();

  /** A context of this thread on a device as new, or a skipped test. */
  EmulatedDevice() {
    Emulator.load();
    Emulator.reset();
    Emulator.seed(1);
    check("cuInit", 0);
    MemorySegment context = arena.allocate(ADDRESS);
    check("cuDevicePrimaryCtxRetain", context, 0);
    check("cuCtxSetCurrent", context.get(ADDRESS, 0));
  }

  /** The address of new memory of the device. */
  long allocate(long bytes) {
    MemorySegment address = arena.allocate(JAVA_LONG);
    check("cuMemAlloc_v2", address, bytes);
    return address.get(JAVA_LONG, 0);
  }

  /** Page-locked memory of the host. */
  MemorySegment pinned(long bytes) {
    return handle("cuMemAllocHost_v2", bytes).reinterpret(bytes);
  }

  /** A stream that does not wait for the default stream. */
  MemorySegment stream() {
    return handle("cuStreamCreate", 1);
  }

  /** What a call makes whose first parameter is where to put it. */
  MemorySegment handle(String call, Object parameter) {
    MemorySegment made = arena.allocate(ADDRESS);
    check(call, made, parameter);
    return made.get(ADDRESS, 0);
  }

  void write(long address, float... values) {
    MemorySegment from = arena.allocateFrom(JAVA_FLOAT, values);
    check("cuMemcpyHtoD_v2", address, from, from.byteSize());
  }

  float[] read(long address, int count) {
    MemorySegment to = arena.allocate(JAVA_FLOAT, count);
    check("cuMemcpyDtoH_v2", to, address, to.byteSize());
    return to.toArray(JAVA_FLOAT);
  }

  /** Off-heap memory that is not page-locked. */
  MemorySegment host(float... values) {
    return arena.allocateFrom(JAVA_FLOAT, values);
  }

  /** The parameter of a kernel: an address. */
  MemorySegment pointer(long address) {
    return arena.allocateFrom(JAVA_LONG, address);
  }

  /** The parameter of a kernel: the struct of the test kernels. */
  MemorySegment size(long count, long offset) {
    return arena.allocateFrom(JAVA_LONG, count, offset);
  }

  /** Asks for a kernel's run; the code of the call. */
  int enqueue(
      MemorySegment stream, String kernel, int[] grid, int threads, MemorySegment... arguments) {
    MemorySegment values = arena.allocate(ADDRESS, arguments.length);
    for (int i = 0; i < arguments.length; i++) {
      values.setAtIndex(ADDRESS, i, arguments[i]);
    }
    MemorySegment function = functions.computeIfAbsent(kernel, this::function);
    MemorySegment none = MemorySegment.NULL;
    Object[] launch = {function, grid[0], grid[1], grid[2], threads, 1, 1, 0, stream, values, none};
    return Emulator.driver("cuLaunchKernel", launch);
  }

  private MemorySegment function(String kernel) {
    MemorySegment text = arena.allocateFrom(".visible .entry " + kernel + "(");
    MemorySegment module = handle("cuModuleLoadData", text);
    MemorySegment function = arena.allocate(ADDRESS);
    check("cuModuleGetFunction", function, module, arena.allocateFrom(kernel));
    return function.get(ADDRESS, 0);
  }

  /** Runs a kernel on the default stream to its end; the code of the first call that fails. */
  int run(String kernel, int blocks, int threads, MemorySegment... arguments) {
    int code = enqueue(DEFAULT_STREAM, kernel, new int[] {blocks, 1, 1}, threads, arguments);
    return code != 0 ? code : Emulator.driver("cuCtxSynchronize");
  }

  /** Calls the driver; an error ends the test with its name and the emulator's sentence. */
  static void check(String name, Object... arguments) {
    int code = Emulator.driver(name, arguments);
    if (code != 0) {
      throw new AssertionError(name + ": " + name(code) + " " + Emulator.report());
    }
  }

  /** The name of a driver's code, such as CUDA_ERROR_OUT_OF_MEMORY. */
  static String name(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      var type = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
      Emulator.call("cuGetErrorName", type, code, text);
      return text.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
    }
  }

  @Override
  public void close() {
    Emulator.reset();
    arena.close();
  }
}
