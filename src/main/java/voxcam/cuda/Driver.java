package voxcam.cuda;

import java.util.Optional;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import voxcam.backend.BackendException;

/** What the driver answers, as exceptions that say which call failed and what would help. */
final class Driver {
  private Driver() {}

  /**
   * Throws if a call did not succeed.
   *
   * @param call the name of the driver's function
   * @param code what it returned
   */
  static void check(String call, int code) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(call, code);
    }
  }

  static BackendException failure(String call, int code) {
    return new BackendException(
        "cuda: " + call + " failed with " + name(code) + "; " + advice(code));
  }

  /**
   * What JCuda threw because the program around had it throw: what a code would have told, and what
   * could have been done about it, is then lost.
   */
  static BackendException thrown(CudaException e) {
    return new BackendException(
        "cuda: JCuda threw "
            + e.getMessage()
            + " where its code is wanted; leave setExceptionsEnabled(true) out",
        e);
  }

  /** The error as {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  static String name(int code) {
    return Optional.ofNullable(CUresult.stringFor(code))
        .filter(name -> name.startsWith("CUDA_"))
        .orElse("error " + code);
  }

  /**
   * Whether the context can do nothing more after this error, so that only a new one helps. Unknown
   * errors count: they are what a driver says after the machine slept.
   */
  static boolean endsContext(int code) {
    return switch (code) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUresult.CUDA_ERROR_INVALID_PC,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
          CUresult.CUDA_ERROR_UNKNOWN ->
          true;
      default -> false;
    };
  }

  private static String advice(int code) {
    return switch (code) {
      case CUresult.CUDA_ERROR_OUT_OF_MEMORY ->
          "close other programs that use the GPU, give a smaller input, or use --device cpu";
      case CUresult.CUDA_ERROR_INVALID_PTX,
          CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
          CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
          CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND ->
          "this driver cannot load the kernels of this jar: install a newer NVIDIA driver";
      case CUresult.CUDA_ERROR_NO_DEVICE ->
          "the driver shows no GPU: see nvidia-smi and CUDA_VISIBLE_DEVICES";
      case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
          CUresult.CUDA_ERROR_SYSTEM_NOT_READY,
          CUresult.CUDA_ERROR_UNKNOWN ->
          "restart the machine, as after an update of the driver, or use --device cpu";
      case CUresult.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE ->
          "the driver's parts do not belong together: install the NVIDIA driver again";
      case CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE ->
          "another program has the GPU for itself: close it, or use --device cpu";
      case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE ->
          "the GPU's memory is faulty: see nvidia-smi, use --device cpu until it is replaced";
      default ->
          endsContext(code)
              ? "a kernel failed: run engine doctor, use --device cpu, and please report this"
              : "run engine doctor, or use --device cpu";
    };
  }
}
