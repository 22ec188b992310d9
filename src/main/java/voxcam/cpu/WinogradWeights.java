package voxcam.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The transformed weights of {@link WinogradConv} in the order in which they are read: {@code
 * [group][panel][point][channel][output channel]}, where a panel is a few vectors of output
 * channels. Missing output channels are zeros.
 *
 * @param widths the vectors of each panel of a group, whole blocks
 */
record WinogradWeights(
    Correlation c, WinogradTile tile, WinogradLines lines, int lanes, List<Integer> widths) {
  /** Input channels in one task. */
  private static final int SLICE = 16;

  static WinogradWeights of(
      Correlation c, WinogradTile tile, WinogradRows rows, WinogradLines lines) {
    List<Integer> widths = new ArrayList<>();
    int left = Layout.blocks(c.outputs()) * Layout.BLOCK / rows.lanes();
    while (left > 0) {
      int width = Math.min(Integer.highestOneBit(left), rows.mostVectors());
      widths.add(width);
      left -= width;
    }
    return new WinogradWeights(c, tile, lines, rows.lanes(), List.copyOf(widths));
  }

  /** How many floats the transformed weights take. */
  static long floats(Correlation c, WinogradTile tile) {
    long outputs = (long) Layout.blocks(c.outputs()) * Layout.BLOCK;
    return c.groups() * outputs * c.channels() * tile.points();
  }

  int perGroup() {
    return widths.size();
  }

  /** The vectors of a panel of a group. */
  int vectors(int panel) {
    return widths.get(panel);
  }

  /** The floats in a row of the widest panel. */
  int widest() {
    return widths.getFirst() * lanes;
  }

  /** The first output channel of a panel within its group. */
  int firstChannel(int panel) {
    return widths.subList(0, panel).stream().mapToInt(Integer::intValue).sum() * lanes;
  }

  /** Where the weights of a panel of a group begin for one point. */
  int at(int group, int panel, int point) {
    int outputs = Layout.blocks(c.outputs()) * Layout.BLOCK;
    int all = (group * outputs + firstChannel(panel)) * c.channels() * tile.points();
    return Alignment.BEGIN + all + point * c.channels() * vectors(panel) * lanes;
  }

  /** The tasks that transform the weights between them. */
  private int tasks() {
    return c.groups() * perGroup() * slices();
  }

  private int slices() {
    return Math.ceilDiv(c.channels(), SLICE);
  }

  float[] packed(float[] weights, Threads threads) {
    float[] packed = new float[Math.toIntExact(Alignment.BEGIN + floats(c, tile))];
    threads.forEach(tasks(), task -> pack(weights, task, packed));
    return packed;
  }

  /** Transforms a slice of the channels of one panel. */
  private void pack(float[] weights, int task, float[] packed) {
    int first = task % slices() * SLICE;
    int panel = task / slices() % perGroup();
    int group = task / slices() / perGroup();
    int width = vectors(panel) * lanes;
    int outputs = Math.min(width, c.outputs() - firstChannel(panel));
    WinogradKernels kernels = new WinogradKernels(c, tile, lines, width);
    float[] taps = new float[c.taps() * width];
    float[] work = new float[kernels.workFloats()];
    for (int channel = first; channel < Math.min(first + SLICE, c.channels()); channel++) {
      for (int tap = 0; tap < c.taps(); tap++) {
        for (int k = 0; k < outputs; k++) {
          taps[tap * width + k] = weights[c.weightAt(group, firstChannel(panel) + k, channel, tap)];
        }
      }
      int to = at(group, panel, 0) + channel * width;
      kernels.transform(taps, 0, packed, to, c.channels() * width, work, 0);
    }
  }
}
