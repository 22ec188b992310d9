package voxcam.cpu;

import java.util.List;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

/**
 * Convolutions in plain double loops, with the sum of magnitudes beside each sum as a measure of
 * what rounding may do.
 */
final class ConvOracle {
  final double[] values;
  final double[] magnitudes;

  private ConvOracle(int length) {
    values = new double[length];
    magnitudes = new double[length];
  }

  /** What links an input, a weight and an output position. */
  private interface Link {
    void at(int x, int w, int y);
  }

  static ConvOracle of(Conv op, List<Shape> shapes, Shape output, float[][] inputs) {
    ConvOracle result = new ConvOracle(output.length());
    float[] a = inputs[0];
    float[] b = inputs[1];
    switch (op) {
      case Conv.Forward _, Conv.Fused _ ->
          links(op, shapes.get(0), shapes.get(1), output, (x, w, y) -> result.add(y, a[x], b[w]));
      case Conv.Transposed _, Conv.InputGrad _ ->
          links(op, output, shapes.get(1), shapes.get(0), (x, w, y) -> result.add(x, a[y], b[w]));
      case Conv.WeightGrad _ ->
          links(op, shapes.get(0), output, shapes.get(1), (x, w, y) -> result.add(w, a[x], b[y]));
    }
    result.finish(op, output, inputs);
    return result;
  }

  private void add(int at, double a, double b) {
    values[at] += a * b;
    magnitudes[at] += Math.abs(a * b);
  }

  private void finish(Conv op, Shape output, float[][] inputs) {
    int plane = output.rank() < 3 ? 1 : (int) output.size(2, output.rank());
    for (int i = 0; i < values.length; i++) {
      if (inputs.length > 2) {
        double bias = inputs[2][i / plane % output.dim(1)];
        values[i] += bias;
        magnitudes[i] += Math.abs(bias);
      }
      if (inputs.length > 3) {
        values[i] += inputs[3][i];
        magnitudes[i] += Math.abs(inputs[3][i]);
      }
      if (op instanceof Conv.Fused fused && fused.activation().isPresent()) {
        values[i] = activated(fused.activation().get(), values[i]);
      }
    }
  }

  private static double activated(Unary function, double v) {
    return switch (function) {
      case Unary.Relu _ -> Math.max(v, 0);
      case Unary.LeakyRelu(double alpha) -> v > 0 ? v : alpha * v;
      case Unary.Sigmoid _ -> 1 / (1 + Math.exp(-v));
      case Unary.Tanh _ -> Math.tanh(v);
      default -> throw new IllegalArgumentException(function.name());
    };
  }

  /** Visits all products of the forward convolution of x with w to y. */
  private static void links(Conv op, Shape x, Shape w, Shape y, Link link) {
    Window window = op.window().volumetric();
    int perGroup = w.dim(1);
    int outputs = w.dim(0) / op.groups();
    int[] in = spatial(x);
    int[] kernel = spatial(w);
    int[] out = spatial(y);
    for (int n = 0; n < x.dim(0); n++) {
      for (int k = 0; k < w.dim(0); k++) {
        for (int c = 0; c < perGroup; c++) {
          int channel = k / outputs * perGroup + c;
          int xAt = (n * perGroup * op.groups() + channel) * in[0] * in[1] * in[2];
          int wAt = (k * perGroup + c) * kernel[0] * kernel[1] * kernel[2];
          int yAt = (n * w.dim(0) + k) * out[0] * out[1] * out[2];
          axis(window, 0, in, kernel, out, xAt, wAt, yAt, 0, 0, 0, link);
        }
      }
    }
  }

  private static void axis(
      Window window,
      int axis,
      int[] in,
      int[] kernel,
      int[] out,
      int xAt,
      int wAt,
      int yAt,
      int x,
      int w,
      int y,
      Link link) {
    Window.Axis a = window.axis(axis);
    if (axis == 2) {
      row(
          a,
          in[2],
          kernel[2],
          out[2],
          xAt + x * in[2],
          wAt + w * kernel[2],
          yAt + y * out[2],
          link);
      return;
    }
    for (int o = 0; o < out[axis]; o++) {
      for (int t = 0; t < kernel[axis]; t++) {
        int i = o * a.stride() - a.padBegin() + t * a.dilation();
        if (i >= 0 && i < in[axis]) {
          axis(
              window,
              axis + 1,
              in,
              kernel,
              out,
              xAt,
              wAt,
              yAt,
              x * in[axis] + i,
              w * kernel[axis] + t,
              y * out[axis] + o,
              link);
        }
      }
    }
  }

  /** The last axis, where most of the time goes. */
  private static void row(
      Window.Axis a, int in, int kernel, int out, int xAt, int wAt, int yAt, Link link) {
    for (int o = 0; o < out; o++) {
      int first = o * a.stride() - a.padBegin();
      for (int t = 0; t < kernel; t++) {
        int i = first + t * a.dilation();
        if (i >= 0 && i < in) {
          link.at(xAt + i, wAt + t, yAt + o);
        }
      }
    }
  }

  private static int[] spatial(Shape shape) {
    int[] sizes = {1, 1, 1};
    for (int i = 2; i < shape.rank(); i++) {
      sizes[3 - shape.rank() + i] = shape.dim(i);
    }
    return sizes;
  }
}
