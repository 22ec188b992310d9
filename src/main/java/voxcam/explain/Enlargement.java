package voxcam.explain;

import java.util.stream.IntStream;
import voxcam.op.Shape;

/**
 * Trilinear interpolation of a map whose values are changed first, in one pass: each result is
 * written once, and nothing of its size is in between. Rows of the coarse map are stretched, each
 * once for all planes that are near; then planes and rows are mixed in straight lines. Threads have
 * planes of their own, and results do not depend on how many there are.
 */
final class Enlargement {
  /** Results that are not worth another thread. */
  private static final long FEW = 1 << 17;

  /** What becomes of a value before it is interpolated. */
  interface Change {
    float of(float value);
  }

  private final Axis depth;
  private final Axis height;
  private final Axis width;
  private final int length;
  private final Change change;

  /** From one shape to another of as many axes, one to three. */
  Enlargement(Shape from, Shape to, Change change) {
    depth = axis(from, to, 3);
    height = axis(from, to, 2);
    width = axis(from, to, 1);
    length = to.length();
    this.change = change;
  }

  private static Axis axis(Shape from, Shape to, int fromEnd) {
    return from.rank() < fromEnd ? Axis.of(1, 1) : Axis.of(from.dim(-fromEnd), to.dim(-fromEnd));
  }

  /** The values on the finer grid. */
  float[] run(float[] values, int threads) {
    float[] result = new float[length];
    int planes = depth.size();
    int parts = Math.clamp(Math.min(threads, length / FEW + 1), 1, planes);
    IntStream.range(0, parts)
        .parallel()
        .forEach(part -> {
          Mixer mixer = new Mixer(values, result);
          int end = (int) ((part + 1L) * planes / parts);
          for (int z = (int) ((long) part * planes / parts); z < end; z++) {
            mixer.plane(z);
          }
        });
    return result;
  }

  /**
   * Between which two old positions each new one lies along an axis, and how far it is. In whole
   * numbers: a new position that falls on an old one takes that one alone, on every device.
   */
  private record Axis(int old, int[] low, int[] high, float[] part) {
    static Axis of(int old, int size) {
      Axis axis = new Axis(old, new int[size], new int[size], new float[size]);
      for (int i = 0; i < size; i++) {
        // Twice the size times the source position (i + 0.5) old / size - 0.5, from one step
        // before.
        long source = (2L * i + 1) * old + size;
        long cell = source / (2L * size);
        long rest = source % (2L * size);
        axis.low[i] = (int) Math.max(cell - 1, 0);
        axis.high[i] = rest == 0 ? axis.low[i] : (int) Math.min(cell, old - 1);
        axis.part[i] = axis.high[i] == axis.low[i] ? 0 : (float) (rest / (2.0 * size));
      }
      return axis;
    }

    int size() {
      return low.length;
    }
  }

  /** Makes planes one after the other. */
  private final class Mixer {
    private final float[] x;
    private final float[] y;
    private final float[] row = new float[width.old()];

    /** Two old planes with stretched rows, and which they are. */
    private final float[][] stretched = new float[2][height.old() * width.size()];

    private final int[] numbers = {-1, -1};
    private final float[] mixed = new float[height.old() * width.size()];

    Mixer(float[] x, float[] y) {
      this.x = x;
      this.y = y;
    }

    void plane(int z) {
      int low = depth.low[z];
      float[] source = stretched(low);
      if (depth.high[z] != low) {
        float[] next = stretched(depth.high[z]);
        mix(source, 0, next, 0, depth.part[z], mixed, 0, mixed.length);
        source = mixed;
      }
      int count = width.size();
      int at = z * height.size() * count;
      for (int p = 0; p < height.size(); p++) {
        int a = height.low[p] * count;
        int b = height.high[p] * count;
        if (a == b) {
          System.arraycopy(source, a, y, at + p * count, count);
        } else {
          mix(source, a, source, b, height.part[p], y, at + p * count, count);
        }
      }
    }

    /** An old plane; neighbours take turns, so that two of them are there at once. */
    private float[] stretched(int plane) {
      int slot = plane & 1;
      if (numbers[slot] != plane) {
        numbers[slot] = plane;
        int count = width.size();
        for (int r = 0; r < height.old(); r++) {
          stretch((plane * height.old() + r) * width.old(), stretched[slot], r * count);
        }
      }
      return stretched[slot];
    }

    private void stretch(int from, float[] line, int at) {
      for (int i = 0; i < row.length; i++) {
        row[i] = change.of(x[from + i]);
      }
      for (int q = 0; q < width.size(); q++) {
        float low = row[width.low[q]];
        line[at + q] = low + width.part[q] * (row[width.high[q]] - low);
      }
    }
  }

  private static void mix(
      float[] a, int aAt, float[] b, int bAt, float part, float[] y, int at, int count) {
    for (int i = 0; i < count; i++) {
      float low = a[aAt + i];
      y[at + i] = low + part * (b[bAt + i] - low);
    }
  }
}
