package voxcam.cuda;

import java.util.List;
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

  /** What there is to choose from, the likely best first. */
  static List<CudnnNumbers> of(Precision precision) {
    return switch (precision) {
      case FP32 -> List.of(new CudnnNumbers(precision, FLOAT, CHANNELS_FIRST, FMA_MATH));
      case TF32 ->
          List.of(
              new CudnnNumbers(precision, FLOAT, CHANNELS_LAST, DEFAULT_MATH),
              new CudnnNumbers(precision, FLOAT, CHANNELS_FIRST, DEFAULT_MATH));
      case FP16 -> List.of(new CudnnNumbers(precision, HALF, CHANNELS_LAST, TENSOR_OP_MATH));
      case BF16 -> List.of(new CudnnNumbers(precision, BFLOAT16, CHANNELS_LAST, TENSOR_OP_MATH));
    };
  }

  /** Whether tensors are packed, channels last, and unpacked behind. */
  boolean isPacked() {
    return format == CHANNELS_LAST;
  }

  /** Whether packing changes only the order of the numbers. */
  boolean isTransposed() {
    return isPacked() && type == FLOAT;
  }

  /** The bytes of a number of a tensor. */
  int bytes() {
    return type == FLOAT ? Float.BYTES : Short.BYTES;
  }
}
