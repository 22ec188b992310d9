package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The weights of {@link DirectConv} in the order in which its tiles read them: {@code
 * [group][panel][kernel plane][piece][length][output channel]}, where a panel is a few vectors of
 * output channels: as many as a tile takes, fewer at the end of a group. Missing channels are
 * zeros.
 *
 * @param widths the vectors of each panel of a group
 */
record PanelWeights(Correlation c, BlockedInput input, int lanes, List<Integer> widths) {
  static PanelWeights of(Correlation c, BlockedInput input, ConvTiles tiles) {
    List<Integer> widths = new ArrayList<>();
    int left = Math.ceilDiv(c.outputs(), tiles.lanes());
    while (left > 0) {
      int width = Math.min(Integer.highestOneBit(left), tiles.panelVectors());
      widths.add(width);
      left -= width;
    }
    return new PanelWeights(c, input, tiles.lanes(), List.copyOf(widths));
  }

  int perGroup() {
    return widths.size();
  }

  int count() {
    return c.groups() * perGroup();
  }

  /** The vectors of a panel. */
  int vectors(int panel) {
    return widths.get(panel % perGroup());
  }

  /** The first output channel of a panel within its group. */
  int firstChannel(int panel) {
    return vectorsBefore(panel % perGroup()) * lanes;
  }

  private int vectorsBefore(int panel) {
    return widths.subList(0, panel).stream().mapToInt(Integer::intValue).sum();
  }

  private int depth() {
    return c.d().kernel() * input.pieces() * input.pieceLength();
  }

  private int groupFloats() {
    return Math.multiplyExact(depth(), vectorsBefore(perGroup()) * lanes);
  }

  long floats() {
    return (long) c.groups() * groupFloats();
  }

  int at(int panel) {
    return panel / perGroup() * groupFloats() + depth() * firstChannel(panel);
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
    int width = vectors(panel) * lanes;
    int group = panel / perGroup();
    int first = firstChannel(panel);
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
