package voxcam.cuda;

import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Window;

/**
 * A convolution as kernels/conv.cu sees it: a result of {@code rows} channels per group is summed
 * over a source of {@code channels} channels per group and the taps.
 *
 * @param backward whether the result is the convolution's input and the source its output
 * @param source the spatial sizes of what is read
 * @param result the spatial sizes of what is written
 */
record CudaConvGeometry(
    long batch,
    int groups,
    long rows,
    long channels,
    Window window,
    int[] source,
    int[] result,
    boolean backward) {

  /** Of {@link Conv.Forward} and what is fused with it. */
  static CudaConvGeometry forward(Conv op, Shape x, Shape y) {
    return of(op, x, y, false);
  }

  /** Of {@link Conv.InputGrad}, and of a transposed convolution, whose input is like a gradient. */
  static CudaConvGeometry backward(Conv op, Shape gy, Shape gx) {
    return of(op, gy, gx, true);
  }

  private static CudaConvGeometry of(Conv op, Shape source, Shape result, boolean backward) {
    int groups = op.groups();
    return new CudaConvGeometry(
        source.dim(0),
        groups,
        result.dim(1) / groups,
        source.dim(1) / groups,
        op.window().volumetric(),
        spatial(source),
        spatial(result),
        backward);
  }

  /** The sizes along D, H and W; those that a tensor lacks are 1. */
  static int[] spatial(Shape shape) {
    int[] sizes = {1, 1, 1};
    for (int axis = 2; axis < shape.rank(); axis++) {
      sizes[3 - shape.rank() + axis] = shape.dim(axis);
    }
    return sizes;
  }

  /**
   * How many remainders of the stride the result's positions have, each a convolution of its own.
   */
  long phases() {
    long phases = 1;
    for (Window.Axis axis : window.axes()) {
      phases *= backward ? axis.stride() : 1;
    }
    return phases;
  }

  /** The positions of the largest phase, over the batch. */
  long positions() {
    long positions = batch;
    for (int i = 0; i < 3; i++) {
      positions *= Math.ceilDiv(result[i], backward ? window.axis(i).stride() : 1);
    }
    return positions;
  }

  /** The terms of a sum in the phase that has most. */
  long depth() {
    long depth = channels;
    for (int i = 0; i < 3; i++) {
      depth *= Math.ceilDiv(window.axis(i).kernel(), backward ? tapEvery(i) : 1);
    }
    return depth;
  }

  /** The elements of the result. */
  long count() {
    return batch * groups * rows * plane();
  }

  /** The positions of one channel of the result. */
  long plane() {
    return (long) result[0] * result[1] * result[2];
  }

  /** The weights of one row. */
  long columns() {
    return channels * window.taps();
  }

  /** In one phase every tap of this number meets the grid of the source. */
  private int tapEvery(int axis) {
    int stride = window.axis(axis).stride();
    int a = stride;
    int b = window.axis(axis).dilation();
    while (b != 0) {
      int rest = a % b;
      a = b;
      b = rest;
    }
    return stride / a;
  }

  /** The struct {@code ConvGeometry}. */
  Argument.Geometry argument(long splits, boolean bias, boolean residual, Activation activation) {
    long taps = window.taps();
    long[] values = new long[34];
    int at = 0;
    for (long value : new long[] {batch, groups, rows, channels}) {
      values[at++] = value;
    }
    for (int i = 0; i < 3; i++) {
      Window.Axis axis = window.axis(i);
      values[at + i] = source[i];
      values[at + 3 + i] = result[i];
      values[at + 6 + i] = axis.kernel();
      values[at + 9 + i] = axis.stride();
      values[at + 12 + i] = axis.padBegin();
      values[at + 15 + i] = axis.dilation();
      values[at + 18 + i] = tapEvery(i);
    }
    at += 21;
    long[] rest = {
      rows * channels * taps,
      backward ? taps : channels * taps,
      backward ? rows * taps : taps,
      backward ? 1 : 0,
      phases(),
      splits,
      bias ? 1 : 0,
      residual ? 1 : 0,
      activation.kind()
    };
    System.arraycopy(rest, 0, values, at, rest.length);
    return new Argument.Geometry(values);
  }
}
