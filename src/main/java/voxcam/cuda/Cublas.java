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
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import voxcam.backend.BackendException;
import voxcam.backend.Finding;

/**
 * cuBLAS of CUDA 12 or 13 as it is on this machine, called through {@code java.lang.foreign}: the
 * six calls that are made are the same in both, and JCuda has them for CUDA 12 alone.
 *
 * @param library where it was found; empty if it was not, or does not suit
 * @param told what was looked for, where, and what came of it
 */
record Cublas(Optional<SymbolLookup> library, String told) {
  private static final List<String> NAMES =
      NvidiaLibrary.isWindows()
          ? List.of("cublas64_12.dll", "cublas64_13.dll")
          : List.of("libcublas.so.12", "libcublas.so.13");

  /** CUDA_R_32F. */
  private static final int FLOAT = 0;

  /** CUBLAS_GEMM_DEFAULT. */
  private static final int DEFAULT_ALGORITHM = -1;

  private static final Map<Integer, String> STATUS =
      Map.of(
          1, "NOT_INITIALIZED",
          3, "ALLOC_FAILED",
          7, "INVALID_VALUE",
          8, "ARCH_MISMATCH",
          11, "MAPPING_ERROR",
          13, "EXECUTION_FAILED",
          14, "INTERNAL_ERROR",
          15, "NOT_SUPPORTED",
          16, "LICENSE_ERROR");

  private static final Map<String, MethodHandle> FUNCTIONS = new ConcurrentHashMap<>();

  private static Cublas found;

  /** Looks, unless it was found before. */
  static synchronized Cublas get() {
    if (found == null) {
      Cublas looked = look();
      if (looked.library().isEmpty()) {
        return looked;
      }
      found = looked;
    }
    return found;
  }

  private static Cublas look() {
    Optional<NvidiaLibrary.Found> library = NvidiaLibrary.find(NAMES);
    if (library.isEmpty()) {
      return new Cublas(
          Optional.empty(), String.join(", ", NAMES) + ": not found by " + NvidiaLibrary.places());
    }
    String file = library.get().file();
    try {
      SymbolLookup symbols = library.get().symbols();
      String version = property(symbols, 0) + "." + property(symbols, 1);
      return new Cublas(Optional.of(symbols), file + ": version " + version);
    } catch (BackendException | NoSuchElementException e) {
      return new Cublas(Optional.empty(), file + ": " + e.getMessage());
    }
  }

  private static int property(SymbolLookup symbols, int which) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      check("cublasGetProperty", call(symbols, "cublasGetProperty", which, value));
      return value.get(JAVA_INT, 0);
    }
  }

  /** For {@code engine doctor}. */
  Finding finding(LibraryUse use) {
    String outcome =
        library.isEmpty()
            ? "; matrix products run on our kernels"
            : use.cublas()
                ? "; taken for matrix products"
                : "; not taken, " + LibraryUse.LIBRARIES + " leaves it out";
    return new Finding("cuBLAS", told + outcome);
  }

  /** Handles for a context. */
  static HandlePool<Long> handles() {
    return new HandlePool<>(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(JAVA_LONG);
            check("cublasCreate", call("cublasCreate_v2", handle));
            return handle.get(JAVA_LONG, 0);
          }
        },
        (handle, stream) ->
            check(
                "cublasSetStream",
                call("cublasSetStream_v2", handle, stream.map(Stream::address).orElse(0L))),
        handle -> check("cublasDestroy", call("cublasDestroy_v2", handle)));
  }

  /**
   * Computes the products of a batch.
   *
   * @param compute how, as a number of cublasComputeType_t
   * @param left the address of the factor that comes first
   * @param workspace the address of memory for cuBLAS alone
   */
  static void multiply(
      long handle,
      CublasProblem p,
      int compute,
      float factor,
      long left,
      long right,
      long result,
      long workspace,
      long bytes) {
    check("cublasSetWorkspace", call("cublasSetWorkspace_v2", handle, workspace, bytes));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment alpha = arena.allocateFrom(JAVA_FLOAT, factor);
      MemorySegment beta = arena.allocateFrom(JAVA_FLOAT, 0);
      Object[] arguments = {
        handle,
        p.left().transposed() ? 1 : 0,
        p.right().transposed() ? 1 : 0,
        p.rows(),
        p.columns(),
        p.depth(),
        alpha,
        left,
        FLOAT,
        p.left().leading(),
        p.left().stride(),
        right,
        FLOAT,
        p.right().leading(),
        p.right().stride(),
        beta,
        result,
        FLOAT,
        p.rows(),
        (long) p.rows() * p.columns(),
        p.batches(),
        compute,
        DEFAULT_ALGORITHM
      };
      check("cublasGemmStridedBatchedEx", call("cublasGemmStridedBatchedEx", arguments));
    }
  }

  private static void check(String call, int status) {
    if (status != 0) {
      throw new BackendException(
          "cuda: "
              + call
              + " failed with CUBLAS_STATUS_"
              + STATUS.getOrDefault(status, String.valueOf(status))
              + "; run engine doctor, or leave cuBLAS out (-D"
              + LibraryUse.LIBRARIES
              + "=none)");
    }
  }

  private static int call(String name, Object... arguments) {
    return call(get().library().orElseThrow(), name, arguments);
  }

  /** Handles, streams and addresses of the device are long, host memory is a segment. */
  @SuppressWarnings("restricted")
  private static int call(SymbolLookup symbols, String name, Object... arguments) {
    MethodHandle function =
        FUNCTIONS.computeIfAbsent(
            name,
            _ -> {
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
                  .downcallHandle(
                      symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, layouts));
            });
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
