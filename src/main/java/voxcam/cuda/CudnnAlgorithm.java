package voxcam.cuda;

import voxcam.cuda.CudnnProblem.Direction;

/**
 * One of cuDNN's algorithms for a convolution.
 *
 * @param number cuDNN's own, which means something else in each direction
 * @param workspace the bytes that it needs
 */
record CudnnAlgorithm(Direction direction, int number, long workspace) {
  /** Its name as NVIDIA's, for records. */
  String name() {
    return switch (direction) {
      case FORWARD ->
          switch (number) {
            case 0 -> "implicit gemm";
            case 1 -> "implicit precomp gemm";
            case 2 -> "gemm";
            case 3 -> "direct";
            case 4 -> "fft";
            case 5 -> "fft tiling";
            case 6 -> "winograd";
            case 7 -> "winograd nonfused";
            default -> "algorithm " + number;
          };
      case INPUT_GRADIENT ->
          switch (number) {
            case 2 -> "fft";
            case 3 -> "fft tiling";
            case 4 -> "winograd";
            case 5 -> "winograd nonfused";
            default -> "algorithm " + number;
          };
      case WEIGHT_GRADIENT ->
          switch (number) {
            case 2 -> "fft";
            case 4 -> "winograd";
            case 5 -> "winograd nonfused";
            case 6 -> "fft tiling";
            default -> "algorithm " + number;
          };
    };
  }

  /** Whether it computes every product of the definition. */
  boolean isExact() {
    return !name().startsWith("fft") && !name().startsWith("winograd");
  }
}
