package voxcam.cpu;

/**
 * What forward convolution, transposed convolution and the gradient for the input have in common:
 * each output is a sum over channels and kernel positions of an input value times a weight. A
 * stride that divides the output's grid is taken apart into several of these.
 *
 * @param channels input channels of one group
 * @param outputs output channels of one group
 */
record Correlation(
    int batch,
    int groups,
    int channels,
    int outputs,
    ConvAxis d,
    ConvAxis h,
    ConvAxis w,
    ConvWeights weights) {

  int taps() {
    return d.kernel() * h.kernel() * w.kernel();
  }

  /** Where the weight of output k and input channel of a group at a position of the kernel lies. */
  int weightAt(int group, int k, int channel, int tap) {
    int row = tap / w.kernel();
    return weights.at(group, k, channel, row / h.kernel(), row % h.kernel(), tap % w.kernel());
  }

  /** Whether one plane of outputs is one run of memory. */
  boolean densePlanes() {
    return h.dense() && w.dense();
  }

  /** Where the output of channel k (counted over all groups) at (z, p, q) is stored. */
  int storedAt(int n, int k, int z, int p, int q) {
    int plane = (n * groups * outputs + k) * d.stored() + d.first() + z * d.step();
    int row = plane * h.stored() + h.first() + p * h.step();
    return row * w.stored() + w.first() + q * w.step();
  }
}
