package voxcam.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pooling over spatial regions of {@code [N,C,...]}, and what its gradients need. Padding never
 * wins a maximum; among equal values the first in row-major order wins.
 */
public sealed interface Pool extends Op {
  /** The largest value of each region. ONNX {@code MaxPool}, or our {@code AdaptiveMaxPool}. */
  record Max(Regions regions) implements Pool {
    @Override
    public String name() {
      return regions instanceof Regions.Adaptive ? "AdaptiveMaxPool" : "MaxPool";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return output(this, regions, Arguments.only(this, inputs), inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  /**
   * The value of {@code v} where {@code x} is largest in each region. Inputs: x, v of one shape.
   */
  record MaxPick(Regions regions) implements Pool {
    @Override
    public String name() {
      return "MaxPoolPick";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Arguments.require(
          inputs.get(0).equals(inputs.get(1)), this, "both inputs need one shape", inputs);
      return output(this, regions, inputs.get(0), inputs);
    }
  }

  /**
   * The adjoint of {@link MaxPick}: adds each value of {@code gy} where {@code x} is largest in its
   * region. Inputs: x, gy; output of x's shape.
   */
  record MaxScatter(Regions regions) implements Pool {
    @Override
    public String name() {
      return "MaxPoolScatter";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Shape y = output(this, regions, inputs.get(0), inputs);
      Arguments.require(inputs.get(1).equals(y), this, "the second input should be " + y, inputs);
      return inputs.get(0);
    }
  }

  /** The mean of each region. ONNX {@code AveragePool}, or our {@code AdaptiveAveragePool}. */
  record Average(Regions regions, boolean countIncludePad) implements Pool {
    @Override
    public String name() {
      return regions instanceof Regions.Adaptive ? "AdaptiveAveragePool" : "AveragePool";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return output(this, regions, Arguments.only(this, inputs), inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  /** The adjoint of {@link Average}. Input: gy; output has the spatial sizes given. */
  record AverageGrad(Regions regions, boolean countIncludePad, List<Integer> spatial)
      implements Pool {
    public AverageGrad {
      spatial = List.copyOf(spatial);
    }

    @Override
    public String name() {
      return "AveragePoolGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape gy = Arguments.only(this, inputs);
      Arguments.require(
          gy.rank() == spatial.size() + 2, this, "rank does not suit " + spatial, inputs);
      Shape x = Arguments.spatial(gy.dim(0), gy.dim(1), spatial);
      Shape y = output(this, regions, x, inputs);
      Arguments.require(gy.equals(y), this, "the output's gradient should be " + y, inputs);
      return x;
    }
  }

  /** The mean over all spatial axes, which stay with size 1. */
  record GlobalAverage() implements Pool {
    @Override
    public String name() {
      return "GlobalAveragePool";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return ones(this, inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  /** The largest value over all spatial axes, which stay with size 1. */
  record GlobalMax() implements Pool {
    @Override
    public String name() {
      return "GlobalMaxPool";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return ones(this, inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size();
    }
  }

  private static Shape output(Op op, Regions regions, Shape x, List<Shape> inputs) {
    Arguments.require(
        x.rank() == regions.rank() + 2,
        op,
        "expected rank " + (regions.rank() + 2) + ", [N,C,...]",
        inputs);
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < regions.rank(); i++) {
      int size = regions.output(i, x.dim(i + 2));
      Arguments.require(
          size >= 1, op, "the window does not fit an axis of " + x.dim(i + 2), inputs);
      if (regions instanceof Regions.Sliding(Window window, boolean ceil)) {
        Window.Axis axis = window.axis(i);
        Arguments.require(
            axis.padBegin() < axis.extent() && axis.padEnd() < axis.extent(),
            op,
            "padding must be below the window's extent "
                + axis.extent()
                + (ceil ? " (ceil mode)" : ""),
            inputs);
        // Such a window may step over the whole axis, from the padding before it to that behind it.
        Arguments.require(
            axis.padBegin() == 0 || axis.kernel() == 1 || axis.dilation() <= x.dim(i + 2),
            op,
            "dilation "
                + axis.dilation()
                + " with padding is too wide for an axis of "
                + x.dim(i + 2),
            inputs);
      }
      sizes.add(size);
    }
    return Arguments.spatial(x.dim(0), x.dim(1), sizes);
  }

  private static Shape ones(Op op, List<Shape> inputs) {
    Shape x = Arguments.only(op, inputs);
    Arguments.require(x.rank() >= 3, op, "needs spatial axes, [N,C,...]", inputs);
    int[] dims = x.dims();
    Arrays.fill(dims, 2, dims.length, 1);
    return Shape.of(dims);
  }
}
