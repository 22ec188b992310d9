package voxcam.cuda;

import voxcam.backend.Options.Precision;

/**
 * In which numbers cuDNN computes; sums are always in single precision.
 *
 * @param type of the tensors, its number for cuDNN
 * @param format 0: channels before the axes; 1: behind, as tensor cores want them
 * @param math the units that may multiply
 */
record CudnnNumbers(Precision precision, int type, int format, int math) {
  static final int FLOAT = 0;
  private static final int HALF = 2;
  private static final int BFLOAT16 = 9;
  private static final int CHANNELS_FIRST = 0;
  private static final int CHANNELS_LAST = 1;
  private static final int DEFAULT_MATH = 0;
  private static final int TENSOR_OP_MATH = 1;

  /** Without it single precision is multiplied in TF32 on GPUs that can. */
  private static final int FMA_MATH = 3;

  static CudnnNumbers of(Precision precision) {
    return switch (precision) {
      case FP32 -> new CudnnNumbers(precision, FLOAT, CHANNELS_FIRST, FMA_MATH);
      case TF32 -> new CudnnNumbers(precision, FLOAT, CHANNELS_FIRST, DEFAULT_MATH);
      case FP16 -> new CudnnNumbers(precision, HALF, CHANNELS_LAST, TENSOR_OP_MATH);
      case BF16 -> new CudnnNumbers(precision, BFLOAT16, CHANNELS_LAST, TENSOR_OP_MATH);
    };
  }

  /** Whether tensors are packed into 16 bits, channels last, and unpacked behind. */
  boolean isPacked() {
    return type != FLOAT;
  }
}
