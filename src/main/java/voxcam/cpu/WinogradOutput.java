package voxcam.cpu;

import voxcam.op.Unary;

/**
 * The last stage of {@link WinogradConv}: the products of one tile and one block of output channels
 * become outputs, with bias, residual and activation; what lies outside of the tensor is dropped.
 */
final class WinogradOutput {
  private static final float[] NOTHING = {};

  private final WinogradGrid grid;
  private final WinogradLines lines;
  private final ConvEpilogue epilogue;
  private final Layout layout;
  private final boolean relu;

  WinogradOutput(WinogradGrid grid, WinogradLines lines, ConvEpilogue epilogue, Layout layout) {
    this.grid = grid;
    this.lines = lines;
    this.epilogue = epilogue;
    this.layout = layout;
    this.relu =
        epilogue.activation().isPresent() && epilogue.activation().get() instanceof Unary.Relu;
  }

  private int outputs() {
    return grid.d().outputs() * grid.h().outputs() * grid.w().outputs();
  }

  /** The floats of memory that {@link #tile} works in. */
  int workFloats() {
    return (grid.points() + 2 * outputs()) * Layout.BLOCK;
  }

  /**
   * Transforms and stores.
   *
   * @param block which channels, counted over all groups
   * @param m holds the product of point p at {@code mFrom + p pointStride}
   * @param bias of all blocks, zeros where there is none
   * @param work {@link #workFloats} from {@code workFrom}
   */
  void tile(
      float[] m,
      int mFrom,
      int pointStride,
      int tile,
      int block,
      float[][] inputs,
      float[] bias,
      float[] output,
      float[] work,
      int workFrom) {
    int sums = workFrom + grid.points() * Layout.BLOCK;
    transform(m, mFrom, pointStride, work, workFrom, sums);
    float[] added = epilogue.residual() < 0 ? NOTHING : inputs[epilogue.residual()];
    if (layout == Layout.BLOCKED) {
      storeBlocked(work, sums, tile, block, bias, added, output);
    } else {
      storePlain(work, sums, tile, block, bias, added, output);
    }
  }

  /** Transforms along D, H, and W; the last transform leaves its results at {@code sums}. */
  private void transform(
      float[] m, int mFrom, int pointStride, float[] work, int workFrom, int sums) {
    int nh = grid.h().inputs();
    int nw = grid.w().inputs();
    int md = grid.d().outputs();
    int mh = grid.h().outputs();
    int mw = grid.w().outputs();
    int row = nw * Layout.BLOCK;
    int plane = nh * row;
    int sumsRow = mw * Layout.BLOCK;
    int sumsPlane = mh * sumsRow;
    float[] from = m;
    int at = mFrom;
    int sw = pointStride;
    int sh = nw * sw;
    int sd = nh * sh;
    if (md > 1) {
      if (mh == 1 && mw == 1) {
        lines.output(
            md, from, at, sh, sw, sd, work, sums, sumsRow, Layout.BLOCK, sumsPlane, nh, nw);
        return;
      }
      lines.output(md, from, at, sh, sw, sd, work, workFrom, row, Layout.BLOCK, plane, nh, nw);
      from = work;
      at = workFrom;
      sw = Layout.BLOCK;
      sh = row;
      sd = plane;
    }
    if (mh > 1) {
      if (mw == 1) {
        lines.output(
            mh, from, at, sd, sw, sh, work, sums, sumsPlane, Layout.BLOCK, sumsRow, md, nw);
        return;
      }
      lines.output(mh, from, at, sd, sw, sh, work, workFrom, plane, Layout.BLOCK, row, md, nw);
      from = work;
      at = workFrom;
      sw = Layout.BLOCK;
      sh = row;
      sd = plane;
    }
    lines.output(mw, from, at, sd, sh, sw, work, sums, sumsPlane, sumsRow, Layout.BLOCK, md, mh);
  }

  private void storeBlocked(
      float[] work, int sums, int tile, int block, float[] bias, float[] added, float[] output) {
    int blocks = Layout.blocks(grid.c().groups() * grid.c().outputs());
    int d = grid.d(tile);
    int h = grid.h(tile);
    int w = grid.w(tile);
    int volume = (grid.batch(tile) * blocks + block) * grid.d().outputSize();
    int count = grid.w().validOutputs(w);
    int step = grid.w().step() * Layout.BLOCK;
    for (int i = 0; i < grid.d().validOutputs(d); i++) {
      int z = grid.d().firstOutput(d) + i * grid.d().step();
      for (int j = 0; j < grid.h().validOutputs(h); j++) {
        int p = grid.h().firstOutput(h) + j * grid.h().step();
        int row = ((volume + z) * grid.h().outputSize() + p) * grid.w().outputSize();
        int at = (row + grid.w().firstOutput(w)) * Layout.BLOCK;
        int from = sums + (i * grid.h().outputs() + j) * grid.w().outputs() * Layout.BLOCK;
        lines.store(work, from, count, bias, block * Layout.BLOCK, added, relu, output, at, step);
        activate(output, at, count, step);
      }
    }
  }

  private void activate(float[] output, int at, int count, int step) {
    if (epilogue.activation().isEmpty() || relu) {
      return;
    }
    Unary function = epilogue.activation().get();
    if (step == Layout.BLOCK) {
      CpuUnary.apply(function, output, at, output, at, count * Layout.BLOCK);
      return;
    }
    for (int i = 0; i < count; i++) {
      CpuUnary.apply(function, output, at + i * step, output, at + i * step, Layout.BLOCK);
    }
  }

  private void storePlain(
      float[] work, int sums, int tile, int block, float[] bias, float[] added, float[] output) {
    int all = grid.c().groups() * grid.c().outputs();
    int channels = Math.min(Layout.BLOCK, all - block * Layout.BLOCK);
    int d = grid.d(tile);
    int h = grid.h(tile);
    int w = grid.w(tile);
    int line = sums + outputs() * Layout.BLOCK;
    int count = grid.w().validOutputs(w);
    int step = grid.w().step();
    for (int channel = 0; channel < channels; channel++) {
      int k = block * Layout.BLOCK + channel;
      int volume = (grid.batch(tile) * all + k) * grid.d().outputSize();
      for (int i = 0; i < grid.d().validOutputs(d); i++) {
        int z = grid.d().firstOutput(d) + i * grid.d().step();
        for (int j = 0; j < grid.h().validOutputs(h); j++) {
          int p = grid.h().firstOutput(h) + j * grid.h().step();
          int row = ((volume + z) * grid.h().outputSize() + p) * grid.w().outputSize();
          int at = row + grid.w().firstOutput(w);
          int from =
              sums + (i * grid.h().outputs() + j) * grid.w().outputs() * Layout.BLOCK + channel;
          for (int q = 0; q < count; q++) {
            float sum = work[from + q * Layout.BLOCK] + bias[k];
            sum += added.length > 0 ? added[at + q * step] : 0;
            work[line + q] = relu && sum <= 0 ? 0 : sum; // keeps NaN
          }
          if (epilogue.activation().isPresent() && !relu) {
            CpuUnary.apply(epilogue.activation().get(), work, line, work, line, count);
          }
          for (int q = 0; q < count; q++) {
            output[at + q * step] = work[line + q];
          }
        }
      }
    }
  }
}
