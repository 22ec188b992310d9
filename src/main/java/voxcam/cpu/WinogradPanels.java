package voxcam.cpu;

/**
 * The weights of {@link WinogradPanelConv}, and of a {@link WinogradConv}, as they are, arranged
 * for their transform: {@code [group][panel][four input channels][tap][input channel][output
 * channel]}. Transformed they would take up to eight times as much. Missing channels are zeros.
 *
 * @param panels which output channels make a panel
 */
record WinogradPanels(WinogradWeights panels) {
  /** Input channels that are transformed together. */
  static final int TOGETHER = 4;

  /** Whether transformed weights end where the last input channel does. */
  static boolean suits(Correlation c) {
    return c.channels() % TOGETHER == 0;
  }

  private Correlation c() {
    return panels.c();
  }

  private int fours() {
    return Math.ceilDiv(c().channels(), TOGETHER);
  }

  /** How many floats the weights take. */
  long floats() {
    long outputs = (long) Layout.blocks(c().outputs()) * Layout.BLOCK;
    return c().groups() * outputs * fours() * TOGETHER * c().taps();
  }

  private int width(int panel) {
    return panels.vectors(panel) * panels.lanes();
  }

  /** Where a panel of a group begins. */
  private int at(int group, int panel) {
    int outputs = Layout.blocks(c().outputs()) * Layout.BLOCK;
    int before = group * outputs + panels.firstChannel(panel);
    return Alignment.BEGIN + before * fours() * TOGETHER * c().taps();
  }

  float[] arranged(Weights weights, Threads threads) {
    float[] arranged = new float[Math.toIntExact(Alignment.BEGIN + floats())];
    for (int group = 0; group < c().groups(); group++) {
      for (int panel = 0; panel < panels.perGroup(); panel++) {
        arrange(weights, group, panel, arranged, threads);
      }
    }
    return arranged;
  }

  private void arrange(Weights weights, int group, int panel, float[] arranged, Threads threads) {
    int outputs = Math.min(width(panel), c().outputs() - panels.firstChannel(panel));
    Weights.Part part = weights.of(c(), group, panels.firstChannel(panel), outputs);
    threads.forEach(
        fours(), four -> arrange(part, group, panel, four * TOGETHER, outputs, arranged));
  }

  private void arrange(
      Weights.Part weights, int group, int panel, int first, int outputs, float[] arranged) {
    int width = width(panel);
    int from = panels.firstChannel(panel);
    int to = at(group, panel) + first * c().taps() * width;
    int count = Math.min(TOGETHER, c().channels() - first);
    for (int tap = 0; tap < c().taps(); tap++) {
      for (int channel = 0; channel < count; channel++) {
        int line = to + (tap * TOGETHER + channel) * width;
        for (int k = 0; k < outputs; k++) {
          arranged[line + k] = weights.at(c().weightAt(group, from + k, first + channel, tap));
        }
      }
    }
  }

  /** The floats of memory that {@link #transform} works in, whatever the panel. */
  int workFloats() {
    return kernels(panels.widest()).workFloats();
  }

  private WinogradKernels kernels(int width) {
    return new WinogradKernels(c(), panels.tile(), panels.lines(), TOGETHER * width);
  }

  /**
   * Transforms the weights of some input channels of a panel.
   *
   * @param first the first of them, a multiple of {@link #TOGETHER}
   * @param u gets {@code [point][input channel][output channel]} from {@code uFrom}, points {@code
   *     pointStride} apart, input channels up to the next multiple of {@link #TOGETHER}
   */
  void transform(
      float[] arranged,
      int group,
      int panel,
      int first,
      int count,
      float[] u,
      int uFrom,
      int pointStride,
      float[] work,
      int workFrom) {
    int width = width(panel);
    WinogradKernels kernels = kernels(width);
    for (int channel = 0; channel < count; channel += TOGETHER) {
      int from = at(group, panel) + (first + channel) * c().taps() * width;
      int to = uFrom + channel * width;
      kernels.transform(arranged, from, u, to, pointStride, work, workFrom);
    }
  }
}
