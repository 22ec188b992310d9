package voxcam.cpu;

import java.util.List;

/**
 * Interpolation to a finer grid. Rows of the input are stretched first, each once for all output
 * planes that are near; then planes and rows are mixed in straight lines, so that most of the time
 * goes to writing.
 */
final class Enlargement implements Kernel {
  private static final int SPAN = 1 << 15;

  private final int outer;
  private final Axis depth;
  private final Axis height;
  private final Axis width;
  private final int planes;

  private Enlargement(int outer, List<Taps> axes) {
    this.outer = outer;
    this.depth = axes.size() > 2 ? new Axis(axes.get(0)) : Axis.ONE;
    this.height = axes.size() > 1 ? new Axis(axes.get(axes.size() - 2)) : Axis.ONE;
    this.width = new Axis(axes.getLast());
    int plane = height.outputs * width.outputs;
    this.planes = Math.clamp(SPAN / plane, 1, depth.outputs);
  }

  /** A kernel for these axes: this one where the last axis grows and all of them interpolate. */
  static Kernel of(int outer, List<Taps> axes) {
    boolean grows = axes.getLast().outputs() >= axes.getLast().inputs();
    return grows && axes.size() <= 3 && axes.stream().allMatch(Enlargement::interpolates)
        ? new Enlargement(outer, axes)
        : new Separable(Separable.Kind.SUM, outer, axes);
  }

  /** Whether each output is one input, or a mixture of two neighbours. */
  private static boolean interpolates(Taps taps) {
    for (int i = 0; i < taps.outputs(); i++) {
      int from = taps.start(i);
      boolean one = taps.end(i) == from + 1 && taps.weight(from) == 1;
      boolean two = taps.end(i) == from + 2 && taps.source(from + 1) == taps.source(from) + 1;
      if (!one && !two) {
        return false;
      }
    }
    return true;
  }

  /** One or two taps for each output; where there is one, the second has no weight. */
  private static final class Axis {
    static final Axis ONE = new Axis(Taps.identity());

    final int inputs;
    final int outputs;
    final int[] first;
    final int[] second;
    final float[] firstWeight;
    final float[] secondWeight;

    Axis(Taps taps) {
      inputs = taps.inputs();
      outputs = taps.outputs();
      first = new int[outputs];
      second = new int[outputs];
      firstWeight = new float[outputs];
      secondWeight = new float[outputs];
      for (int i = 0; i < outputs; i++) {
        int from = taps.start(i);
        int to = taps.end(i) - 1;
        first[i] = taps.source(from);
        second[i] = taps.source(to);
        firstWeight[i] = (float) taps.weight(from);
        secondWeight[i] = to == from ? 0 : (float) taps.weight(to);
      }
    }

    boolean isOne(int output) {
      return first[output] == second[output];
    }
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    int parts = Math.ceilDiv(depth.outputs, planes);
    threads.forEach(
        outer * parts,
        task -> {
          Mixer mixer = new Mixer(inputs[0], task / parts, output);
          int from = task % parts * planes;
          for (int z = from; z < Math.min(depth.outputs, from + planes); z++) {
            mixer.plane(z);
          }
        });
  }

  /** Makes output planes one after the other. */
  private final class Mixer {
    private final float[] x;
    private final int tensor;
    private final float[] y;
    private final int length = height.inputs * width.outputs;

    /** Two input planes with stretched rows, and which they are. */
    private final float[][] stretched = new float[2][length];

    private final int[] numbers = {-1, -1};
    private final float[] mixed = new float[length];

    Mixer(float[] x, int tensor, float[] y) {
      this.x = x;
      this.tensor = tensor;
      this.y = y;
    }

    void plane(int z) {
      float[] source = stretched(depth.first[z]);
      if (!depth.isOne(z)) {
        float[] next = stretched(depth.second[z]);
        mix(source, 0, depth.firstWeight[z], next, 0, depth.secondWeight[z], mixed, 0, length);
        source = mixed;
      }
      int count = width.outputs;
      int at = (tensor * depth.outputs + z) * height.outputs * count;
      for (int p = 0; p < height.outputs; p++) {
        int first = height.first[p] * count;
        int second = height.second[p] * count;
        if (height.isOne(p)) {
          System.arraycopy(source, first, y, at + p * count, count);
        } else {
          float weight = height.firstWeight[p];
          float other = height.secondWeight[p];
          mix(source, first, weight, source, second, other, y, at + p * count, count);
        }
      }
    }

    /** An input plane; neighbours take turns, so that two of them are there at once. */
    private float[] stretched(int plane) {
      int slot = plane & 1;
      if (numbers[slot] != plane) {
        numbers[slot] = plane;
        for (int row = 0; row < height.inputs; row++) {
          int from = ((tensor * depth.inputs + plane) * height.inputs + row) * width.inputs;
          stretch(from, stretched[slot], row * width.outputs);
        }
      }
      return stretched[slot];
    }

    private void stretch(int from, float[] line, int at) {
      for (int q = 0; q < width.outputs; q++) {
        float value = x[from + width.first[q]];
        line[at + q] =
            width.isOne(q)
                ? value
                : width.firstWeight[q] * value + width.secondWeight[q] * x[from + width.second[q]];
      }
    }
  }

  private static void mix(
      float[] a, int aAt, float f, float[] b, int bAt, float g, float[] y, int at, int count) {
    for (int i = 0; i < count; i++) {
      y[at + i] = f * a[aAt + i] + g * b[bAt + i];
    }
  }
}
