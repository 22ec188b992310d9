package voxcam.cpu;

/**
 * The weights of {@link DirectConv} in the order in which its tiles read them: {@code
 * [group][panel][kernel plane][piece][length][ output channel]}, where a panel is two vectors of
 * output channels; the last of a group is one vector wide if that is enough. Missing channels are
 * zeros.
 */
record PanelWeights(Correlation c, BlockedInput input, int lanes) {
  static PanelWeights of(Correlation c, BlockedInput input, int lanes) {
    return new PanelWeights(c, input, lanes);
  }

  int perGroup() {
    return Math.ceilDiv(c.outputs(), 2 * lanes);
  }

  int count() {
    return c.groups() * perGroup();
  }

  boolean narrow(int panel) {
    int left = c.outputs() - panel % perGroup() * 2 * lanes;
    return left <= lanes;
  }

  private int depth() {
    return c.d().kernel() * input.pieces() * input.pieceLength();
  }

  private int groupFloats() {
    int vectors = 2 * perGroup() - (narrow(perGroup() - 1) ? 1 : 0);
    return Math.multiplyExact(depth(), vectors * lanes);
  }

  long floats() {
    return (long) c.groups() * groupFloats();
  }

  int at(int panel) {
    return panel / perGroup() * groupFloats() + panel % perGroup() * depth() * 2 * lanes;
  }

  float[] packed(float[] weights) {
    float[] packed = new float[Math.toIntExact(floats())];
    for (int panel = 0; panel < count(); panel++) {
      pack(weights, panel, packed, 0);
    }
    return packed;
  }

  /** Packs one panel. Pieces are numbered as in {@link BlockedInput#pieceStarts}. */
  void pack(float[] weights, int panel, float[] packed, int from) {
    int width = narrow(panel) ? lanes : 2 * lanes;
    int group = panel / perGroup();
    int first = panel % perGroup() * 2 * lanes;
    int to = from + at(panel);
    for (int t = 0; t < c.d().kernel(); t++) {
      for (int block = 0; block < input.blocks(); block++) {
        for (int r = 0; r < c.h().kernel(); r++) {
          for (int s = 0; s < c.w().kernel(); s++) {
            for (int i = 0; i < input.width(); i++) {
              row(weights, group, first, width, block * input.width() + i, t, r, s, packed, to);
              to += width;
            }
          }
        }
      }
    }
  }

  private void row(
      float[] weights,
      int group,
      int first,
      int width,
      int channel,
      int t,
      int r,
      int s,
      float[] packed,
      int to) {
    for (int j = 0; j < width; j++) {
      int k = first + j;
      packed[to + j] =
          k < c.outputs() && channel < c.channels()
              ? weights[c.weights().at(group, k, channel, t, r, s)]
              : 0;
    }
  }
}
