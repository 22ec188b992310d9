package voxcam.cuda;

import java.util.Optional;

/**
 * A handle of cuBLAS and the calls that are made with it; JCublas makes them for CUDA 12, {@code
 * java.lang.foreign} for CUDA 13. The context must be current.
 */
sealed interface CublasHandle permits JCublasHandle, ForeignCublas.Handle {
  /** CUDA_R_32F. */
  int FLOAT = 0;

  /** CUBLAS_GEMM_DEFAULT. */
  int DEFAULT_ALGORITHM = -1;

  /** Sends what follows to a stream, or to none. */
  void attach(Optional<Stream> stream);

  /** Gives cuBLAS memory of the device for itself alone, until another stream is set. */
  void workspace(long address, long bytes);

  /**
   * Computes the products of a batch.
   *
   * @param compute how, as a number of cublasComputeType_t
   * @param left the address of the factor that comes first
   */
  void multiply(CublasProblem p, int compute, float factor, long left, long right, long result);

  void destroy();
}
