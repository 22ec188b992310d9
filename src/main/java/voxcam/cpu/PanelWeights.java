package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Weights in the order in which tiles with vectors of output channels read them: {@code
 * [group][panel][t][r][s][input channel][output channel]}, where a panel is a few vectors of output
 * channels: as many as a tile takes, fewer at the end of a group. Missing channels are zeros.
 *
 * @param widths the vectors of each panel of a group
 */
record PanelWeights(Correlation c, int lanes, List<Integer> widths) {
  static PanelWeights of(Correlation c, ConvTiles tiles) {
    List<Integer> widths = new ArrayList<>();
    int ofBlock = Math.max(1, Layout.BLOCK / tiles.lanes());
    int left = Math.ceilDiv(c.outputs(), tiles.lanes());
    while (left > 0) {
      int width = Math.min(Integer.highestOneBit(left), tiles.panelVectors());
      if (width < left && width % ofBlock != 0) {
        // The next panel would begin in the midst of a block of channels.
        width = ofBlock;
      }
      widths.add(width);
      left -= width;
    }
    return new PanelWeights(c, tiles.lanes(), List.copyOf(widths));
  }

  /**
   * Weights that lie ready.
   *
   * @param from where they begin
   */
  record Packed(float[] array, int from) {}

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
    int vectors = 0;
    for (int i = 0; i < panel; i++) {
      vectors += widths.get(i);
    }
    return vectors;
  }

  /** The terms of one output. */
  int depth() {
    return c.taps() * c.channels();
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

  Packed packed(Weights weights) {
    float[] packed = new float[Math.toIntExact(Alignment.BEGIN + floats())];
    for (int panel = 0; panel < count(); panel++) {
      int first = firstChannel(panel);
      Weights.Part part = weights.of(c, panel / perGroup(), first, outputs(panel));
      pack(part, panel, packed, Alignment.BEGIN);
    }
    return new Packed(packed, Alignment.BEGIN);
  }

  /** The weights of a run: those packed once, or packed now. */
  Packed ready(
      Optional<Packed> once, float[][] inputs, float[] scratch, int from, Threads threads) {
    if (once.isPresent()) {
      return once.get();
    }
    Weights.Part all = new Weights.Part(inputs[1], 0);
    threads.forEach(count(), panel -> pack(all, panel, scratch, from));
    return new Packed(scratch, from);
  }

  /** The output channels of a panel. */
  private int outputs(int panel) {
    return Math.min(vectors(panel) * lanes, c.outputs() - firstChannel(panel));
  }

  private void pack(Weights.Part weights, int panel, float[] packed, int from) {
    int width = vectors(panel) * lanes;
    int group = panel / perGroup();
    int first = firstChannel(panel);
    int to = from + at(panel);
    for (int t = 0; t < c.d().kernel(); t++) {
      for (int r = 0; r < c.h().kernel(); r++) {
        for (int s = 0; s < c.w().kernel(); s++) {
          for (int channel = 0; channel < c.channels(); channel++) {
            int source = c.weights().at(group, first, channel, t, r, s);
            row(weights, source, outputs(panel), packed, to, width);
            to += width;
          }
        }
      }
    }
  }

  private void row(Weights.Part weights, int from, int count, float[] packed, int to, int width) {
    for (int j = 0; j < width; j++) {
      packed[to + j] = j < count ? weights.at(from + j * c.weights().output()) : 0;
    }
  }
}
