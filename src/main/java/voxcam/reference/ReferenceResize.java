package voxcam.reference;

import java.util.List;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Interpolation and its adjoint, one spatial axis after the other: the weights are products over
 * the axes.
 */
final class ReferenceResize {
  /**
   * Along one axis each output position takes {@code (1 - fraction)} of input {@code low} and
   * {@code fraction} of {@code high}.
   */
  private static final class Taps {
    final int[] low;
    final int[] high;
    final double[] fraction;

    Taps(Resize.Sampling sampling, int inputSize, int outputSize, double scale) {
      low = new int[outputSize];
      high = new int[outputSize];
      fraction = new double[outputSize];
      for (int i = 0; i < outputSize; i++) {
        switch (sampling.mode()) {
          case NEAREST -> {
            low[i] = sampling.nearest(i, inputSize, outputSize, scale);
            high[i] = low[i];
          }
          case LINEAR -> {
            double source =
                Math.clamp(sampling.source(i, inputSize, outputSize, scale), 0, inputSize - 1.0);
            low[i] = (int) source;
            high[i] = Math.min(low[i] + 1, inputSize - 1);
            fraction[i] = source - low[i];
          }
        }
      }
    }
  }

  private ReferenceResize() {}

  static void run(Resize resize, List<Tensor> inputs, Shape shape, double[] y) {
    Shape given = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    double[] result =
        switch (resize) {
          case Resize.Forward op -> forward(op, given, x, shape);
          case Resize.Grad(Resize.Forward op, _) -> grad(op, given, x, shape);
        };
    System.arraycopy(result, 0, y, 0, y.length);
  }

  private static double[] forward(Resize.Forward op, Shape from, double[] x, Shape to) {
    Shape shape = from;
    double[] values = x;
    for (int axis = 2; axis < from.rank(); axis++) {
      Taps taps = taps(op, axis, from, to);
      Shape next = shape.with(axis, to.dim(axis));
      double[] resized = new double[next.length()];
      Lines in = new Lines(shape, axis);
      for (Lines out = new Lines(next, axis); out.next() && in.next(); ) {
        for (int i = 0; i < out.length(); i++) {
          double fraction = taps.fraction[i];
          resized[out.at(i)] =
              (1 - fraction) * values[in.at(taps.low[i])] + fraction * values[in.at(taps.high[i])];
        }
      }
      shape = next;
      values = resized;
    }
    return values;
  }

  private static double[] grad(Resize.Forward op, Shape from, double[] gy, Shape to) {
    Shape shape = from;
    double[] values = gy;
    for (int axis = 2; axis < from.rank(); axis++) {
      Taps taps = taps(op, axis, to, from);
      Shape next = shape.with(axis, to.dim(axis));
      double[] gathered = new double[next.length()];
      Lines in = new Lines(shape, axis);
      for (Lines out = new Lines(next, axis); out.next() && in.next(); ) {
        for (int i = 0; i < in.length(); i++) {
          double value = values[in.at(i)];
          gathered[out.at(taps.low[i])] += (1 - taps.fraction[i]) * value;
          gathered[out.at(taps.high[i])] += taps.fraction[i] * value;
        }
      }
      shape = next;
      values = gathered;
    }
    return values;
  }

  private static Taps taps(Resize.Forward op, int axis, Shape small, Shape large) {
    int size = small.dim(axis);
    return new Taps(op.sampling(), size, large.dim(axis), op.scale(axis - 2, size));
  }
}
