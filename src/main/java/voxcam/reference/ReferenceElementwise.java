package voxcam.reference;

import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Broadcast;
import voxcam.op.Chain;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Functions of single elements. A NaN that comes in goes out. */
final class ReferenceElementwise {
  private ReferenceElementwise() {}

  static void unary(Unary op, List<Tensor> inputs, double[] y) {
    double[] x = inputs.get(0).doubles();
    for (int i = 0; i < y.length; i++) {
      y[i] = apply(op, x[i]);
    }
  }

  static void binary(Binary op, List<Tensor> inputs, Shape shape, double[] y) {
    double[] a = inputs.get(0).doubles();
    double[] b = inputs.get(1).doubles();
    Cursor atA = cursor(inputs.get(0), shape);
    Cursor atB = cursor(inputs.get(1), shape);
    for (int i = 0; i < y.length; i++) {
      y[i] = apply(op.kind(), a[atA.next()], b[atB.next()]);
    }
  }

  static void where(List<Tensor> inputs, Shape shape, double[] y) {
    double[] condition = inputs.get(0).doubles();
    double[] a = inputs.get(1).doubles();
    double[] b = inputs.get(2).doubles();
    Cursor atCondition = cursor(inputs.get(0), shape);
    Cursor atA = cursor(inputs.get(1), shape);
    Cursor atB = cursor(inputs.get(2), shape);
    for (int i = 0; i < y.length; i++) {
      double taken = a[atA.next()];
      double other = b[atB.next()];
      y[i] = condition[atCondition.next()] != 0 ? taken : other;
    }
  }

  static void chain(Chain op, List<Tensor> inputs, Shape shape, double[] y) {
    double[] value = y;
    for (Chain.Step step : op.steps()) {
      Tensor last = Tensor.of(shape, value);
      List<Tensor> arguments =
          step.arguments().stream().map(i -> i == Chain.VALUE ? last : inputs.get(i)).toList();
      value = new double[y.length];
      switch (step.op()) {
        case Unary unary -> unary(unary, arguments, value);
        case Binary binary -> binary(binary, arguments, shape, value);
        default -> where(arguments, shape, value);
      }
    }
    System.arraycopy(value, 0, y, 0, y.length);
  }

  private static Cursor cursor(Tensor input, Shape output) {
    return Cursor.strided(output, Broadcast.strides(input.shape(), output));
  }

  static double apply(Unary op, double x) {
    return switch (op) {
      case Unary.Relu _ -> Math.max(x, 0);
      case Unary.LeakyRelu(double alpha) -> x > 0 ? x : alpha * x;
      case Unary.Elu(double alpha) -> x > 0 ? x : alpha * Math.expm1(x);
      case Unary.Gelu(boolean tanh) ->
          tanh ? geluByTanh(x) : x * ErrorFunction.erfc(-x / Math.sqrt(2)) / 2;
      case Unary.Silu _ -> x * sigmoid(x);
      case Unary.Sigmoid _ -> sigmoid(x);
      case Unary.Tanh _ -> Math.tanh(x);
      case Unary.Softplus _ -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      case Unary.HardSwish _ -> x * clip(x / 6 + 0.5, 0, 1);
      case Unary.HardSigmoid(double alpha, double beta) -> clip(alpha * x + beta, 0, 1);
      case Unary.Exp _ -> Math.exp(x);
      case Unary.Log _ -> Math.log(x);
      case Unary.Sqrt _ -> Math.sqrt(x);
      case Unary.Reciprocal _ -> 1 / x;
      case Unary.Abs _ -> Math.abs(x);
      case Unary.Neg _ -> -x;
      case Unary.Sign _ -> Math.signum(x);
      case Unary.Erf _ -> ErrorFunction.erf(x);
      case Unary.Clip(double min, double max) -> clip(x, min, max);
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double clip(double x, double min, double max) {
    return Math.min(Math.max(x, min), max);
  }

  private static double geluByTanh(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }

  private static double apply(Binary.Kind kind, double a, double b) {
    return switch (kind) {
      case Add -> a + b;
      case Sub -> a - b;
      case Mul -> a * b;
      case Div -> a / b;
      case Pow -> Math.pow(a, b);
      case Min -> Math.min(a, b);
      case Max -> Math.max(a, b);
      case PRelu -> a > 0 ? a : b * a;
      case Equal -> a == b ? 1 : 0;
      case Greater -> a > b ? 1 : 0;
      case Less -> a < b ? 1 : 0;
    };
  }
}
