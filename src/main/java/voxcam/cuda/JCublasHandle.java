package voxcam.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.util.Optional;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;

/** A handle of CUDA 12's cuBLAS, whose native library JCublas is bound to. */
final class JCublasHandle implements CublasHandle {
  private final cublasHandle handle = new cublasHandle();

  JCublasHandle() {
    Cublas.check("cublasCreate", JCublas2.cublasCreate(handle));
  }

  /**
   * Loads JCublas, to which libcublas of CUDA 12 must be known already.
   *
   * @return the version of cuBLAS, as {@code 12.6}
   * @throws voxcam.backend.BackendException if JCublas does not load, with one line that says why
   */
  static String load() {
    return Natives.load("JCublas2", () -> property(0) + "." + property(1));
  }

  private static int property(int which) {
    int[] value = new int[1];
    Cublas.check("cublasGetProperty", JCublas2.cublasGetProperty(which, value));
    return value[0];
  }

  @Override
  public void attach(Optional<Stream> stream) {
    cudaStream_t to =
        stream.map(one -> new cudaStream_t(one.handle())).orElseGet(cudaStream_t::new);
    Cublas.check("cublasSetStream", JCublas2.cublasSetStream(handle, to));
  }

  @Override
  public void workspace(long address, long bytes) {
    Cublas.check(
        "cublasSetWorkspace", JCublas2.cublasSetWorkspace(handle, Address.device(address), bytes));
  }

  @Override
  public void multiply(
      CublasProblem p, int compute, float factor, long left, long right, long result) {
    try (Arena arena = Arena.ofConfined()) {
      Pointer alpha = Address.host(arena.allocateFrom(JAVA_FLOAT, factor));
      Pointer beta = Address.host(arena.allocateFrom(JAVA_FLOAT, 0));
      // JCublas 12.6.0 exports the native of the call without "_new" under a name that Java does
      // not find.
      int status =
          JCublas2.cublasGemmStridedBatchedEx_new(
              handle,
              p.left().operation(),
              p.right().operation(),
              p.rows(),
              p.columns(),
              p.depth(),
              alpha,
              Address.device(left),
              FLOAT,
              p.left().leading(),
              p.left().stride(),
              Address.device(right),
              FLOAT,
              p.right().leading(),
              p.right().stride(),
              beta,
              Address.device(result),
              FLOAT,
              p.rows(),
              p.resultStride(),
              p.batches(),
              compute,
              DEFAULT_ALGORITHM);
      Cublas.check("cublasGemmStridedBatchedEx", status);
    }
  }

  @Override
  public void destroy() {
    Cublas.check("cublasDestroy", JCublas2.cublasDestroy(handle));
  }
}
