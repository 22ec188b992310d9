package voxcam.cpu;

/**
 * One axis of a {@link Correlation}. Output position i reads inputs {@code i * stride - pad + j *
 * dilation} for {@code j < kernel}; what lies outside {@code [0, input)} counts as zero. The
 * padding may be negative, which crops. Output position i is stored at {@code first + i * step} of
 * an axis of size {@code stored}, so that several correlations can fill one tensor between them.
 */
record ConvAxis(
    int input,
    int output,
    int kernel,
    int stride,
    int pad,
    int dilation,
    int stored,
    int first,
    int step) {

  /** How many input positions all outputs together span, padding included. */
  int span() {
    return (output - 1) * stride + reach();
  }

  /** How many input positions one output spans. */
  int reach() {
    return (kernel - 1) * dilation + 1;
  }

  /** The first kernel position at which output i reads the input and not the padding. */
  int firstTap(int i) {
    return Math.clamp(Math.ceilDiv(pad - i * stride, dilation), 0, kernel);
  }

  /** One past the last kernel position at which output i reads the input. */
  int endTap(int i) {
    return Math.clamp(
        Math.floorDiv(input - 1 + pad - i * stride, dilation) + 1, firstTap(i), kernel);
  }

  /** Whether outputs are stored side by side and fill the axis. */
  boolean dense() {
    return step == 1 && first == 0 && stored == output;
  }
}
