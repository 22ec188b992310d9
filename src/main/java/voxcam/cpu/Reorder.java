package voxcam.cpu;

import voxcam.op.Shape;

/** A tensor in another layout. */
final class Reorder {
  private Reorder() {}

  static Kernel of(Shape shape, Layout from, Layout to) {
    int channels = shape.dim(1);
    int space = (int) shape.size(2, shape.rank());
    int blocks = Layout.blocks(channels);
    boolean blocking = from == Layout.PLAIN && to == Layout.BLOCKED;
    return (inputs, output, scratch, threads) ->
        threads.forEach(
            shape.dim(0) * blocks,
            task -> {
              int n = task / blocks;
              int first = task % blocks * Layout.BLOCK;
              int blocked = task * space * Layout.BLOCK;
              for (int i = 0; i < Math.min(Layout.BLOCK, channels - first); i++) {
                int plain = (n * channels + first + i) * space;
                for (int j = 0; j < space; j++) {
                  int at = blocked + j * Layout.BLOCK + i;
                  if (blocking) {
                    output[at] = inputs[0][plain + j];
                  } else {
                    output[plain + j] = inputs[0][at];
                  }
                }
              }
            });
  }
}
