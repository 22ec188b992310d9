package voxcam.cpu;

import voxcam.op.Shape;

/**
 * A tensor {@code [N,C,...]} in the other layout. Positions are taken in tiles that stay in the
 * innermost cache, four channels at a time: rows of channels often lie a power of two apart, and
 * more of them at once would push each other out. Missing channels become 0.
 */
final class Reorder implements Kernel {
  private static final int BLOCK = Layout.BLOCK;
  private static final int TILE = 128;

  private final Blocks blocks;
  private final Layout to;

  /**
   * @param to the layout of the output; the input has the other one
   */
  Reorder(Shape shape, Layout to) {
    this.blocks = Blocks.of(shape);
    this.to = to;
  }

  @Override
  public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
    float[] x = inputs[0];
    int space = blocks.space();
    blocks.forEach(
        threads,
        (row, from, end) -> {
          int plain = (blocks.sample(row) * blocks.channels() + blocks.channel(row)) * space;
          int present = blocks.present(row);
          for (int p = from; p < end; p += TILE) {
            int count = Math.min(TILE, end - p);
            int blocked = blocks.start(row) + p * BLOCK;
            if (to == Layout.BLOCKED) {
              block(x, plain + p, space, output, blocked, present, count);
            } else {
              unblock(x, blocked, output, plain + p, space, present, count);
            }
          }
        });
  }

  private static void block(
      float[] x, int from, int step, float[] y, int at, int present, int count) {
    for (int c = 0; c < BLOCK; c += 4) {
      int first = from + c * step;
      if (c + 4 <= present) {
        interleave(x, first, first + step, first + 2 * step, first + 3 * step, y, at + c, count);
      } else {
        for (int lane = c; lane < c + 4; lane++) {
          for (int p = 0; p < count; p++) {
            y[at + p * BLOCK + lane] = lane < present ? x[from + lane * step + p] : 0;
          }
        }
      }
    }
  }

  private static void interleave(
      float[] x, int x0, int x1, int x2, int x3, float[] y, int at, int count) {
    for (int p = 0; p < count; p++) {
      int to = at + p * BLOCK;
      y[to] = x[x0 + p];
      y[to + 1] = x[x1 + p];
      y[to + 2] = x[x2 + p];
      y[to + 3] = x[x3 + p];
    }
  }

  private static void unblock(
      float[] x, int from, float[] y, int at, int step, int present, int count) {
    for (int c = 0; c < present; c += 4) {
      int first = at + c * step;
      if (c + 4 <= present) {
        separate(x, from + c, y, first, first + step, first + 2 * step, first + 3 * step, count);
      } else {
        for (int lane = c; lane < present; lane++) {
          for (int p = 0; p < count; p++) {
            y[at + lane * step + p] = x[from + p * BLOCK + lane];
          }
        }
      }
    }
  }

  private static void separate(
      float[] x, int from, float[] y, int y0, int y1, int y2, int y3, int count) {
    for (int p = 0; p < count; p++) {
      int source = from + p * BLOCK;
      y[y0 + p] = x[source];
      y[y1 + p] = x[source + 1];
      y[y2 + p] = x[source + 2];
      y[y3 + p] = x[source + 3];
    }
  }
}
