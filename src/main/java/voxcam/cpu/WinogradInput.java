package voxcam.cpu;

import java.util.Arrays;

/**
 * The first stage of {@link WinogradConv}: the inputs of one tile and one block of channels become
 * a value for each point.
 */
final class WinogradInput {
  private final WinogradGrid grid;
  private final WinogradLines lines;
  private final Layout layout;
  private final int nh;
  private final int nw;
  private final int patch;

  WinogradInput(WinogradGrid grid, WinogradLines lines, Layout layout) {
    this.grid = grid;
    this.lines = lines;
    this.layout = layout;
    this.nh = grid.h().inputs();
    this.nw = grid.w().inputs();
    this.patch = grid.points() * Layout.BLOCK;
  }

  /** The floats of memory that {@link #tile} works in. */
  int workFloats() {
    return 2 * patch;
  }

  /**
   * Transforms.
   *
   * @param block which channels, counted over all groups
   * @param v gets the value of point p at {@code vFrom + p pointStride}
   * @param work {@link #workFloats} from {@code workFrom}
   */
  void tile(
      float[] x,
      int tile,
      int block,
      float[] v,
      int vFrom,
      int pointStride,
      float[] work,
      int workFrom) {
    int n = grid.batch(tile);
    int d = grid.d(tile);
    int h = grid.h(tile);
    int w = grid.w(tile);
    boolean inside =
        layout == Layout.BLOCKED && grid.d().inside(d) && grid.h().inside(h) && grid.w().inside(w);
    if (inside) {
      int row = grid.w().inputSize() * Layout.BLOCK;
      int plane = grid.h().inputSize() * row;
      int blocks = Layout.blocks(grid.c().groups() * grid.c().channels());
      int at =
          ((n * blocks + block) * grid.d().inputSize() + grid.d().firstInput(d)) * plane
              + grid.h().firstInput(h) * row
              + grid.w().firstInput(w) * Layout.BLOCK;
      transform(
          x,
          at,
          grid.d().step() * plane,
          grid.h().step() * row,
          grid.w().step() * Layout.BLOCK,
          v,
          vFrom,
          pointStride,
          work,
          workFrom + patch);
      return;
    }
    if (layout == Layout.BLOCKED) {
      copyBlocked(x, n, block, d, h, w, work, workFrom);
    } else {
      Arrays.fill(work, workFrom, workFrom + patch, 0);
      copyPlain(x, n, block, d, h, w, work, workFrom);
    }
    int row = nw * Layout.BLOCK;
    transform(
        work, workFrom, nh * row, row, Layout.BLOCK, v, vFrom, pointStride, work, workFrom + patch);
  }

  /** Transforms along W, H, and D; the last transform leaves its results in v. */
  private void transform(
      float[] x,
      int xFrom,
      int xd,
      int xh,
      int xw,
      float[] v,
      int vFrom,
      int pointStride,
      float[] work,
      int workFrom) {
    int md = grid.d().outputs();
    int mh = grid.h().outputs();
    int mw = grid.w().outputs();
    int nd = grid.d().inputs();
    int row = nw * Layout.BLOCK;
    int plane = nh * row;
    int vRow = nw * pointStride;
    int vPlane = nh * vRow;
    float[] from = x;
    int at = xFrom;
    int sd = xd;
    int sh = xh;
    int sw = xw;
    if (mw > 1) {
      if (mh == 1 && md == 1) {
        lines.input(mw, from, at, sd, sh, sw, v, vFrom, vPlane, vRow, pointStride, nd, nh);
        return;
      }
      lines.input(mw, from, at, sd, sh, sw, work, workFrom, plane, row, Layout.BLOCK, nd, nh);
      from = work;
      at = workFrom;
      sd = plane;
      sh = row;
      sw = Layout.BLOCK;
    }
    if (mh > 1) {
      if (md == 1) {
        lines.input(mh, from, at, sd, sw, sh, v, vFrom, vPlane, pointStride, vRow, nd, nw);
        return;
      }
      lines.input(mh, from, at, sd, sw, sh, work, workFrom, plane, Layout.BLOCK, row, nd, nw);
      from = work;
      at = workFrom;
      sd = plane;
      sh = row;
      sw = Layout.BLOCK;
    }
    lines.input(md, from, at, sh, sw, sd, v, vFrom, vRow, pointStride, vPlane, nh, nw);
  }

  private void copyBlocked(
      float[] x, int n, int block, int d, int h, int w, float[] work, int workFrom) {
    int blocks = Layout.blocks(grid.c().groups() * grid.c().channels());
    int fromW = grid.w().fromInput(w);
    int toW = grid.w().toInput(w);
    int q = grid.w().firstInput(w) + fromW * grid.w().step();
    int step = grid.w().step() * Layout.BLOCK;
    int to = workFrom;
    for (int i = 0; i < grid.d().inputs(); i++) {
      int z = grid.d().firstInput(d) + i * grid.d().step();
      for (int j = 0; j < nh; j++) {
        int p = grid.h().firstInput(h) + j * grid.h().step();
        boolean valid = z >= 0 && z < grid.d().inputSize() && p >= 0 && p < grid.h().inputSize();
        int row = ((n * blocks + block) * grid.d().inputSize() + z) * grid.h().inputSize() + p;
        int at = (row * grid.w().inputSize() + q) * Layout.BLOCK;
        lines.copy(x, at, step, work, to, fromW, valid ? toW : fromW, nw);
        to += nw * Layout.BLOCK;
      }
    }
  }

  private void copyPlain(
      float[] x, int n, int block, int d, int h, int w, float[] work, int workFrom) {
    int all = grid.c().groups() * grid.c().channels();
    int channels = Math.min(Layout.BLOCK, all - block * Layout.BLOCK);
    int fromW = grid.w().fromInput(w);
    int toW = grid.w().toInput(w);
    int step = grid.w().step();
    for (int channel = 0; channel < channels; channel++) {
      int volume = (n * all + block * Layout.BLOCK + channel) * grid.d().inputSize();
      for (int i = grid.d().fromInput(d); i < grid.d().toInput(d); i++) {
        int z = grid.d().firstInput(d) + i * grid.d().step();
        for (int j = grid.h().fromInput(h); j < grid.h().toInput(h); j++) {
          int p = grid.h().firstInput(h) + j * grid.h().step();
          int row = ((volume + z) * grid.h().inputSize() + p) * grid.w().inputSize();
          int at = row + grid.w().firstInput(w);
          int to = workFrom + (i * nh + j) * nw * Layout.BLOCK + channel;
          for (int k = fromW; k < toW; k++) {
            work[to + k * Layout.BLOCK] = x[at + k * step];
          }
        }
      }
    }
  }
}
