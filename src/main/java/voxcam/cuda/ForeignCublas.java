package voxcam.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * cuBLAS without JCublas, which is there for CUDA 12 alone: the six calls that are made are the
 * same in CUDA 12 and 13.
 */
final class ForeignCublas {
  private final SymbolLookup symbols;
  private final Map<String, MethodHandle> functions = new ConcurrentHashMap<>();

  ForeignCublas(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** As {@code 13.0}. */
  String version() {
    return property(0) + "." + property(1);
  }

  private int property(int which) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      call("cublasGetProperty", "cublasGetProperty", which, value);
      return value.get(JAVA_INT, 0);
    }
  }

  CublasHandle create() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(JAVA_LONG);
      call("cublasCreate", "cublasCreate_v2", handle);
      return new Handle(handle.get(JAVA_LONG, 0));
    }
  }

  /** A handle by its address. */
  final class Handle implements CublasHandle {
    private final long handle;

    private Handle(long handle) {
      this.handle = handle;
    }

    @Override
    public void attach(Optional<Stream> stream) {
      long to = stream.map(Stream::address).orElse(0L);
      call("cublasSetStream", "cublasSetStream_v2", handle, to);
    }

    @Override
    public void workspace(long address, long bytes) {
      call("cublasSetWorkspace", "cublasSetWorkspace_v2", handle, address, bytes);
    }

    @Override
    public void multiply(
        CublasProblem p, int compute, float factor, long left, long right, long result) {
      try (Arena arena = Arena.ofConfined()) {
        Object[] arguments = {
          handle,
          p.left().operation(),
          p.right().operation(),
          p.rows(),
          p.columns(),
          p.depth(),
          arena.allocateFrom(JAVA_FLOAT, factor),
          left,
          FLOAT,
          p.left().leading(),
          p.left().stride(),
          right,
          FLOAT,
          p.right().leading(),
          p.right().stride(),
          arena.allocateFrom(JAVA_FLOAT, 0),
          result,
          FLOAT,
          p.rows(),
          p.resultStride(),
          p.batches(),
          compute,
          DEFAULT_ALGORITHM
        };
        call("cublasGemmStridedBatchedEx", "cublasGemmStridedBatchedEx", arguments);
      }
    }

    @Override
    public void destroy() {
      call("cublasDestroy", "cublasDestroy_v2", handle);
    }
  }

  /** Handles, streams and addresses of the device are long, host memory is a segment. */
  private void call(String told, String name, Object... arguments) {
    MethodHandle function = functions.computeIfAbsent(name, _ -> find(name, arguments));
    try {
      Cublas.check(told, (int) function.invokeWithArguments(arguments));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private MethodHandle find(String name, Object... arguments) {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] =
          switch (arguments[i]) {
            case Integer _ -> JAVA_INT;
            case Long _ -> JAVA_LONG;
            default -> ADDRESS;
          };
    }
    return Linker.nativeLinker()
        .downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, layouts));
  }
}
