package voxcam.reference;

import java.util.List;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Normalisations. Mean first, then the mean square distance from it. */
final class ReferenceNorm {
  private ReferenceNorm() {}

  static void run(Norm norm, List<Tensor> inputs, Shape shape, double[] y) {
    switch (norm) {
      case Norm.Batch(double epsilon) -> batch(epsilon, inputs, shape, y);
      case Norm.Instance(double epsilon) -> perChannel(shape.dim(1), epsilon, inputs, shape, y);
      case Norm.Group(int groups, double epsilon) -> perChannel(groups, epsilon, inputs, shape, y);
      case Norm.GroupGrad(int groups, double epsilon) ->
          perChannelGrad(groups, epsilon, inputs, shape, y);
      case Norm.Layer(int axis, double epsilon) ->
          layer(shape.axis(axis), epsilon, inputs, shape, y);
      case Norm.Activated(Norm first, var activation) -> {
        run(first, inputs, shape, y);
        for (int i = 0; i < y.length; i++) {
          y[i] = ReferenceElementwise.apply(activation, y[i]);
        }
      }
      case Norm.L2(int axis) -> l2(shape.axis(axis), inputs.get(0).doubles(), shape, y);
    }
  }

  private static void batch(double epsilon, List<Tensor> inputs, Shape shape, double[] y) {
    double[] x = inputs.get(0).doubles();
    double[] scale = inputs.get(1).doubles();
    double[] bias = inputs.get(2).doubles();
    double[] mean = inputs.get(3).doubles();
    double[] variance = inputs.get(4).doubles();
    int plane = (int) shape.size(2, shape.rank());
    for (int i = 0; i < y.length; i++) {
      int c = i / plane % shape.dim(1);
      y[i] = (x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) * scale[c] + bias[c];
    }
  }

  private static void perChannel(
      int groups, double epsilon, List<Tensor> inputs, Shape shape, double[] y) {
    double[] x = inputs.get(0).doubles();
    int plane = (int) shape.size(2, shape.rank());
    int length = shape.dim(1) / groups * plane;
    for (int from = 0; from < y.length; from += length) {
      standardise(x, y, from, length, epsilon);
    }
    if (inputs.size() > 1) {
      double[] scale = inputs.get(1).doubles();
      double[] bias = inputs.get(2).doubles();
      for (int i = 0; i < y.length; i++) {
        int c = i / plane % shape.dim(1);
        y[i] = y[i] * scale[c] + bias[c];
      }
    }
  }

  private static void perChannelGrad(
      int groups, double epsilon, List<Tensor> inputs, Shape shape, double[] y) {
    double[] x = inputs.get(0).doubles();
    double[] g = inputs.get(1).doubles().clone();
    int plane = (int) shape.size(2, shape.rank());
    int length = shape.dim(1) / groups * plane;
    if (inputs.size() > 2) {
      double[] scale = inputs.get(2).doubles();
      for (int i = 0; i < g.length; i++) {
        g[i] *= scale[i / plane % shape.dim(1)];
      }
    }
    double[] normal = new double[y.length];
    for (int from = 0; from < y.length; from += length) {
      double deviation = standardise(x, normal, from, length, epsilon);
      double sum = 0;
      double product = 0;
      for (int i = from; i < from + length; i++) {
        sum += g[i];
        product += g[i] * normal[i];
      }
      for (int i = from; i < from + length; i++) {
        y[i] = (g[i] - sum / length - normal[i] * product / length) / deviation;
      }
    }
  }

  private static void layer(
      int axis, double epsilon, List<Tensor> inputs, Shape shape, double[] y) {
    double[] x = inputs.get(0).doubles();
    int length = (int) shape.size(axis, shape.rank());
    for (int from = 0; from < y.length; from += length) {
      standardise(x, y, from, length, epsilon);
    }
    for (int i = 0; i < y.length; i++) {
      y[i] *= inputs.size() > 1 ? inputs.get(1).doubles()[i % length] : 1;
      y[i] += inputs.size() > 2 ? inputs.get(2).doubles()[i % length] : 0;
    }
  }

  /** Brings a stretch of x to mean 0 and variance 1, and returns its deviation. */
  private static double standardise(double[] x, double[] y, int from, int length, double epsilon) {
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += x[i];
    }
    double mean = sum / length;
    double squares = 0;
    for (int i = from; i < from + length; i++) {
      squares += (x[i] - mean) * (x[i] - mean);
    }
    double deviation = Math.sqrt(squares / length + epsilon);
    for (int i = from; i < from + length; i++) {
      y[i] = (x[i] - mean) / deviation;
    }
    return deviation;
  }

  private static void l2(int axis, double[] x, Shape shape, double[] y) {
    for (Lines lines = new Lines(shape, axis); lines.next(); ) {
      double squares = 0;
      for (int i = 0; i < lines.length(); i++) {
        squares += x[lines.at(i)] * x[lines.at(i)];
      }
      double norm = Math.max(Math.sqrt(squares), Norm.L2.FLOOR);
      for (int i = 0; i < lines.length(); i++) {
        y[lines.at(i)] = x[lines.at(i)] / norm;
      }
    }
  }
}
