package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Tensor;

/** Sums, largest values and the like along axes, and what divides by such sums. */
final class ReferenceReduce {
  private ReferenceReduce() {}

  static void reduce(Reduce op, List<Tensor> inputs, double[] y) {
    Shape shape = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    switch (op.kind()) {
      case Sum, Mean -> {
        sum(op, shape, x, y);
        if (op.kind() == Reduce.Kind.Mean) {
          divide(y, (double) x.length / y.length);
        }
      }
      case Max -> max(op, shape, x, y);
      case Min -> {
        max(op, shape, negated(x), y);
        divide(y, -1);
      }
      case LogSumExp -> logSumExp(op, shape, x, y);
      case L1 -> sum(op, shape, Arrays.stream(x).map(Math::abs).toArray(), y);
      case L2 -> {
        sum(op, shape, Arrays.stream(x).map(value -> value * value).toArray(), y);
        Arrays.setAll(y, i -> Math.sqrt(y[i]));
      }
    }
  }

  private static void sum(Reduce op, Shape shape, double[] x, double[] y) {
    Arrays.fill(y, 0);
    Cursor at = cursor(op, shape);
    for (double value : x) {
      y[at.next()] += value;
    }
  }

  private static void max(Reduce op, Shape shape, double[] x, double[] y) {
    Arrays.fill(y, Double.NEGATIVE_INFINITY);
    Cursor at = cursor(op, shape);
    for (double value : x) {
      int o = at.next();
      y[o] = Math.max(y[o], value);
    }
  }

  private static void logSumExp(Reduce op, Shape shape, double[] x, double[] y) {
    double[] max = new double[y.length];
    max(op, shape, x, max);
    Arrays.fill(y, 0);
    Cursor at = cursor(op, shape);
    for (double value : x) {
      int o = at.next();
      y[o] += Math.exp(value - finite(max[o]));
    }
    Arrays.setAll(y, o -> Math.log(y[o]) + finite(max[o]));
  }

  /**
   * What is subtracted before exponentials are taken: nothing where the largest value is infinite.
   */
  private static double finite(double max) {
    return Double.isInfinite(max) ? 0 : max;
  }

  private static void divide(double[] y, double divisor) {
    Arrays.setAll(y, i -> y[i] / divisor);
  }

  private static double[] negated(double[] x) {
    return Arrays.stream(x).map(value -> -value).toArray();
  }

  /** A walk over the input that yields where in the output each element goes. */
  private static Cursor cursor(Reduce op, Shape shape) {
    boolean[] reduced = op.reduced(shape);
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      strides[axis] = reduced[axis] ? 0 : stride;
      stride *= reduced[axis] ? 1 : shape.dim(axis);
    }
    return Cursor.strided(shape, strides);
  }

  static void softmax(Softmax softmax, List<Tensor> inputs, double[] y) {
    Shape shape = inputs.get(0).shape();
    double[] x = inputs.get(0).doubles();
    for (Lines lines = new Lines(shape, shape.axis(softmax.axis())); lines.next(); ) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < lines.length(); i++) {
        max = Math.max(max, x[lines.at(i)]);
      }
      double sum = 0;
      for (int i = 0; i < lines.length(); i++) {
        sum += Math.exp(x[lines.at(i)] - max);
      }
      for (int i = 0; i < lines.length(); i++) {
        double above = x[lines.at(i)] - max;
        y[lines.at(i)] =
            switch (softmax) {
              case Softmax.Plain _ -> Math.exp(above) / sum;
              case Softmax.Log _ -> above - Math.log(sum);
            };
      }
    }
  }
}
