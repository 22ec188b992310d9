package voxcam.cuda;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Supplier;
import voxcam.backend.BackendException;
import voxcam.backend.Finding;

/**
 * cuBLAS of CUDA 12 or 13 as it is on this machine. That of CUDA 12 is called by JCublas, which is
 * bound to it; that of CUDA 13, and that of CUDA 12 where JCublas does not load, by {@code
 * java.lang.foreign}.
 *
 * @param maker makes a handle; empty if there is no cuBLAS, or it does not suit
 * @param told what was looked for, where, and what came of it
 */
record Cublas(Optional<Supplier<CublasHandle>> maker, String told) {
  static final String CUDA_12 = NvidiaLibrary.isWindows() ? "cublas64_12.dll" : "libcublas.so.12";
  static final String CUDA_13 = NvidiaLibrary.isWindows() ? "cublas64_13.dll" : "libcublas.so.13";

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

  private static Cublas found;

  /** Looks, unless it was found before. */
  static synchronized Cublas get() {
    return found == null ? find(List.of(CUDA_12, CUDA_13)) : found;
  }

  /** Looks for the first of these libraries; if it is there, it is the one from now on. */
  static synchronized Cublas find(List<String> names) {
    Cublas looked = look(names, JCublasHandle::load);
    if (looked.maker().isPresent()) {
      found = looked;
    }
    return looked;
  }

  /**
   * Looks again whatever was found before.
   *
   * @param jcublas loads JCublas and gives the version of the library that it is bound to
   */
  static Cublas look(List<String> names, Supplier<String> jcublas) {
    Optional<NvidiaLibrary.Found> library = NvidiaLibrary.find(names);
    if (library.isEmpty()) {
      return new Cublas(
          Optional.empty(), String.join(", ", names) + ": not found by " + NvidiaLibrary.places());
    }
    String file = library.get().file();
    String why = "";
    if (file.endsWith(CUDA_12)) {
      try {
        String version = jcublas.get();
        return new Cublas(
            Optional.of(JCublasHandle::new), file + ": version " + version + " by JCublas");
      } catch (BackendException e) {
        why = ", since JCublas cannot be used: " + e.getMessage();
      }
    }
    try {
      ForeignCublas foreign = new ForeignCublas(library.get().symbols());
      return new Cublas(
          Optional.of(foreign::create),
          file + ": version " + foreign.version() + " by java.lang.foreign" + why);
    } catch (BackendException | NoSuchElementException e) {
      return new Cublas(Optional.empty(), file + ": " + e.getMessage());
    }
  }

  /** For {@code engine doctor}. */
  Finding finding(LibraryUse use) {
    String outcome =
        maker.isEmpty()
            ? "; matrix products run on our kernels"
            : use.cublas()
                ? "; taken for matrix products"
                : "; not taken, " + LibraryUse.LIBRARIES + " leaves it out";
    return new Finding("cuBLAS", told + outcome);
  }

  /** Handles for a context. */
  static HandlePool<CublasHandle> handles() {
    return new HandlePool<>(
        () -> get().maker().orElseThrow().get(), CublasHandle::attach, CublasHandle::destroy);
  }

  /** Throws if a call did not succeed. */
  static void check(String call, int status) {
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
}
