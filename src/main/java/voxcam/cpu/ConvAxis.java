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

  /**
   * How many lattices a dilation takes the axis apart into: without a stride, outputs of equal
   * index modulo the dilation read inputs of equal index.
   */
  int lattices() {
    return stride == 1 ? Math.min(dilation, output) : 1;
  }

  /** The outputs {@code first, first + dilation, ...} and what they read, side by side. */
  ConvAxis lattice(int first) {
    if (lattices() == 1 && dilation > 1) {
      return this;
    }
    int begin = latticeInput(first, 0);
    return new ConvAxis(
        Math.max(0, Math.ceilDiv(input - begin, dilation)),
        Math.ceilDiv(output - first, dilation),
        kernel,
        stride,
        (begin - first + pad) / dilation,
        1,
        stored,
        this.first,
        step);
  }

  /**
   * The input position that is number i of those that the lattice of output {@code first} reads.
   */
  int latticeInput(int first, int i) {
    return lattices() == 1 ? i : Math.floorMod(first - pad, dilation) + i * dilation;
  }

  /** An axis that is as long as the longest of the lattices. */
  ConvAxis longestLattice() {
    if (lattices() == 1) {
      return this;
    }
    ConvAxis axis = lattice(0);
    return new ConvAxis(
        Math.ceilDiv(input, dilation),
        axis.output,
        kernel,
        1,
        axis.pad,
        1,
        stored,
        this.first,
        step);
  }
}
