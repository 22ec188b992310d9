package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Regions;
import voxcam.op.Shape;

/**
 * What must know where the maximum of each region lies, on blocked tensors. Both kernels look for
 * it, sixteen channels at a time.
 */
final class BlockedPeaks {
  private static final int BLOCK = Layout.BLOCK;
  private static final WindowLanes LANES = WindowLanes.PREFERRED;

  private final Blocks blocks;
  private final Taps depth;
  private final Taps height;
  private final Taps width;

  BlockedPeaks(Regions regions, Shape x) {
    blocks = Blocks.of(x);
    List<Taps> axes = CpuPool.threeAxes(regions, x);
    depth = axes.get(0);
    height = axes.get(1);
    width = axes.get(2);
  }

  /** The values of the second input where the first is largest. */
  void pick(float[][] inputs, float[] y, float[] scratch, Threads threads) {
    int plane = height.outputs() * width.outputs();
    threads.forEach(
        blocks.rows() * depth.outputs(),
        task -> {
          int row = task / depth.outputs();
          Window window = new Window(blocks.start(row));
          float[] numbers = new float[BLOCK];
          for (int i = 0; i < plane; i++) {
            int to = (task * plane + i) * BLOCK;
            window.move(task % depth.outputs(), i);
            if (window.count == 0) {
              Arrays.fill(y, to, to + BLOCK, 0);
              continue;
            }
            LANES.peaks(inputs[0], window.from, window.offsets, window.count, numbers);
            for (int c = 0; c < BLOCK; c++) {
              y[to + c] = inputs[1][window.from + window.offsets[(int) numbers[c]] + c];
            }
          }
        });
  }

  /**
   * The adjoint. Windows may overlap: each task owns some planes of the result and looks at every
   * window that reaches them.
   */
  void scatter(float[][] inputs, float[] gx, float[] scratch, Threads threads) {
    int plane = height.inputs() * width.inputs() * BLOCK;
    int planes = Math.clamp(Blocks.SPAN / plane, Math.min(4, depth.inputs()), depth.inputs());
    int slabs = Math.ceilDiv(depth.inputs(), planes);
    threads.forEach(
        blocks.rows() * slabs,
        task -> {
          int row = task / slabs;
          int first = task % slabs * planes;
          int last = Math.min(depth.inputs(), first + planes);
          int start = blocks.start(row);
          Arrays.fill(gx, start + first * plane, start + last * plane, 0);
          for (int z = 0; z < depth.outputs(); z++) {
            if (reaches(z, first, last)) {
              scatter(inputs, gx, row, z, first * plane, last * plane);
            }
          }
        });
  }

  private boolean reaches(int z, int first, int last) {
    for (int tap = depth.start(z); tap < depth.end(z); tap++) {
      if (depth.source(tap) >= first && depth.source(tap) < last) {
        return true;
      }
    }
    return false;
  }

  /** One plane of windows, as far as the positions between two bounds see it. */
  private void scatter(float[][] inputs, float[] gx, int row, int z, int low, int high) {
    int positions = height.outputs() * width.outputs();
    Window window = new Window(blocks.start(row));
    float[] numbers = new float[BLOCK];
    for (int i = 0; i < positions; i++) {
      window.move(z, i);
      if (window.count == 0) {
        continue;
      }
      LANES.peaks(inputs[0], window.from, window.offsets, window.count, numbers);
      int from = ((row * depth.outputs() + z) * positions + i) * BLOCK;
      for (int t = 0; t < window.count; t++) {
        int offset = window.offsets[t];
        if (offset >= low && offset < high) {
          LANES.addWhere(numbers, t, inputs[1], from, gx, window.from + offset);
        }
      }
    }
  }

  /** The positions that one output position looks at. */
  private final class Window {
    /** Where the row of blocks begins, to which offsets count. */
    private final int from;

    private final int[] offsets = new int[depth.most() * height.most() * width.most()];
    private int count;

    Window(int from) {
      this.from = from;
    }

    void move(int z, int position) {
      int p = position / width.outputs();
      int q = position % width.outputs();
      count = 0;
      for (int i = depth.start(z); i < depth.end(z); i++) {
        for (int j = height.start(p); j < height.end(p); j++) {
          int line = (depth.source(i) * height.inputs() + height.source(j)) * width.inputs();
          for (int k = width.start(q); k < width.end(q); k++) {
            offsets[count++] = (line + width.source(k)) * BLOCK;
          }
        }
      }
    }
  }
}
