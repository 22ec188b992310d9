package voxcam.grad;

import java.util.Arrays;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Source;
import voxcam.op.Unary;

/**
 * Gradients of {@link Unary}, {@link Binary} and {@link voxcam.op.Where}. Where a derivative can be
 * told from the output it is, so that the compiler may still fuse the activation into the operation
 * before it.
 */
final class ElementwiseRules {
  private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  private ElementwiseRules() {}

  static Node unary(Algebra a, Unary op, Step s) {
    Node x = s.x();
    Node y = s.y();
    Node gy = s.gy();
    return switch (op) {
      case Unary.Relu _ -> a.only(a.greater(y, 0), gy);
      case Unary.LeakyRelu(double alpha) ->
          // The output has the input's sign unless alpha turns it.
          a.where(a.greater(alpha < 0 ? x : y, 0), gy, a.mul(gy, alpha));
      case Unary.Elu(double alpha) ->
          a.where(a.greater(alpha < 0 ? x : y, 0), gy, a.mul(gy, a.add(y, alpha)));
      case Unary.Gelu(boolean tanh) -> a.mul(gy, tanh ? geluTanh(a, x) : geluErf(a, x));
      case Unary.Silu _ -> {
        // sigmoid + x sigmoid (1 - sigmoid) = sigmoid + y (1 - sigmoid)
        Node sigmoid = a.apply(new Unary.Sigmoid(), x);
        yield a.mul(gy, a.add(sigmoid, a.mul(y, a.sub(a.number(1), sigmoid))));
      }
      case Unary.Sigmoid _ -> a.mul(gy, a.mul(y, a.sub(a.number(1), y)));
      case Unary.Tanh _ -> a.mul(gy, a.sub(a.number(1), a.mul(y, y)));
      case Unary.Softplus _ -> a.mul(gy, a.apply(new Unary.Sigmoid(), x));
      case Unary.HardSwish _ -> {
        Node inside = a.add(a.mul(x, 1 / 3.0), 0.5);
        yield a.only(a.greater(x, -3), a.where(a.less(x, 3), a.mul(gy, inside), gy));
      }
      case Unary.HardSigmoid(double alpha, double _) -> a.mul(between(a, y, gy, 0, 1), alpha);
      case Unary.Exp _ -> a.mul(gy, y);
      case Unary.Log _ -> a.div(gy, x);
      case Unary.Sqrt _ -> a.div(a.mul(gy, 0.5), y);
      case Unary.Reciprocal _ -> a.apply(new Unary.Neg(), a.mul(gy, a.mul(y, y)));
      case Unary.Abs _ -> a.mul(gy, a.apply(new Unary.Sign(), x));
      case Unary.Neg _ -> a.apply(new Unary.Neg(), gy);
      case Unary.Sign _ -> throw Rules.constant(s);
      case Unary.Erf _ -> a.mul(gy, bell(a, x, 1, 2 / Math.sqrt(Math.PI)));
      case Unary.Clip(double min, double max) -> between(a, y, gy, min, max);
    };
  }

  /** The gradient where {@code min < y < max}, 0 elsewhere. */
  private static Node between(Algebra a, Node y, Node gy, double min, double max) {
    Node above = min == Double.NEGATIVE_INFINITY ? gy : a.only(a.greater(y, min), gy);
    return max == Double.POSITIVE_INFINITY ? above : a.only(a.less(y, max), above);
  }

  /** {@code height exp(-sharpness x^2)}. */
  private static Node bell(Algebra a, Node x, double sharpness, double height) {
    return a.mul(a.apply(new Unary.Exp(), a.mul(a.mul(x, x), -sharpness)), height);
  }

  /** {@code Phi(x) + x phi(x)} of the normal distribution. */
  private static Node geluErf(Algebra a, Node x) {
    Node erf = a.apply(new Unary.Erf(), a.mul(x, Math.sqrt(0.5)));
    Node density = bell(a, x, 0.5, 1 / Math.sqrt(2 * Math.PI));
    return a.add(a.add(a.mul(erf, 0.5), 0.5), a.mul(x, density));
  }

  /**
   * The derivative of {@code x (1 + tanh(u)) / 2} with {@code u = sqrt(2/pi) (x + 0.044715 x^3)}.
   */
  private static Node geluTanh(Algebra a, Node x) {
    Node square = a.mul(x, x);
    Node u = a.mul(x, a.add(a.mul(square, GELU_SLOPE * GELU_CUBIC), GELU_SLOPE));
    Node slope = a.add(a.mul(square, 3 * GELU_SLOPE * GELU_CUBIC), GELU_SLOPE);
    Node tanh = a.apply(new Unary.Tanh(), u);
    Node bend = a.mul(a.mul(x, a.sub(a.number(1), a.mul(tanh, tanh))), slope);
    return a.mul(a.add(a.add(tanh, 1), bend), 0.5);
  }

  static boolean passes(Binary.Kind kind) {
    return switch (kind) {
      case Add, Sub, Mul, Div, Pow, Min, Max, PRelu -> true;
      case Equal, Greater, Less -> false;
    };
  }

  static Node binary(Algebra a, Binary.Kind kind, Step s) {
    Node gy = s.gy();
    boolean first = s.input() == 0;
    Node other = s.x(first ? 1 : 0);
    Node stretched =
        switch (kind) {
          case Add -> gy;
          case Sub -> first ? gy : a.apply(new Unary.Neg(), gy);
          case Mul -> a.mul(gy, other);
          case Div ->
              first ? a.div(gy, other) : a.apply(new Unary.Neg(), a.div(a.mul(gy, s.y()), s.x(1)));
          case Pow -> first ? base(a, s) : exponent(a, s);
          case Min -> extreme(a, Binary.Kind.Less, s, other);
          case Max -> extreme(a, Binary.Kind.Greater, s, other);
          case PRelu -> {
            // With positive slopes the output has the input's sign.
            Node positive = a.greater(isPositive(s.x(1)) ? s.y() : s.x(), 0);
            yield first
                ? a.where(positive, gy, a.mul(gy, s.x(1)))
                : a.where(positive, a.number(0), a.mul(gy, s.x()));
          }
          case Equal, Greater, Less -> throw Rules.constant(s);
        };
    return a.unbroadcast(stretched, s.shape());
  }

  private static boolean isPositive(Node node) {
    return node.op() instanceof Source.Constant(var value)
        && Arrays.stream(value.doubles()).allMatch(each -> each > 0);
  }

  /** Whole where this input wins, half where both are equal. */
  private static Node extreme(Algebra a, Binary.Kind wins, Step s, Node other) {
    Node own = s.x(s.input());
    Node tie = a.only(a.binary(Binary.Kind.Equal, own, other), a.mul(s.gy(), 0.5));
    return a.where(a.binary(wins, own, other), s.gy(), tie);
  }

  /** {@code e b^(e-1)}, and 0 for e = 0, where b^(e-1) may be infinite. */
  private static Node base(Algebra a, Step s) {
    Node exponent = s.x(1);
    if (exponent.op() instanceof Source.Constant(var value) && value.shape().size() == 1) {
      double e = value.doubles()[0];
      if (e == 2) {
        return a.mul(s.gy(), a.mul(s.x(), 2));
      }
    }
    Node lower = a.binary(Binary.Kind.Pow, s.x(), a.add(exponent, -1));
    Node flat = a.binary(Binary.Kind.Equal, exponent, a.number(0));
    return a.mul(s.gy(), a.where(flat, a.number(0), a.mul(exponent, lower)));
  }

  /** {@code b^e log(b)}, and 0 for b = 0, its limit for e > 0. */
  private static Node exponent(Algebra a, Step s) {
    Node zero = a.binary(Binary.Kind.Equal, s.x(), a.number(0));
    Node log = a.apply(new Unary.Log(), a.where(zero, a.number(1), s.x()));
    return a.mul(s.gy(), a.mul(s.y(), log));
  }

  static Node where(Algebra a, Step s) {
    Node condition = s.x();
    Node stretched =
        s.input() == 1 ? a.only(condition, s.gy()) : a.where(condition, a.number(0), s.gy());
    return a.unbroadcast(stretched, s.shape());
  }
}
