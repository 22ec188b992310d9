package voxcam.cuda;

import java.util.Optional;
import voxcam.op.Unary;

/**
 * A function of one value as kernels/activation.cuh takes it.
 *
 * @param kind its number there
 * @param alpha the first attribute: a slope, or the lower bound of Clip
 * @param beta the second attribute: an offset, or the upper bound of Clip
 */
record Activation(int kind, float alpha, float beta) {
  /** The value itself. */
  static final Activation NONE = new Activation(0, 0, 0);

  static Activation of(Optional<Unary> op) {
    return op.map(Activation::of).orElse(NONE);
  }

  static Activation of(Unary op) {
    return switch (op) {
      case Unary.Relu _ -> plain(1);
      case Unary.LeakyRelu(double alpha) -> new Activation(2, (float) alpha, 0);
      case Unary.Elu(double alpha) -> new Activation(3, (float) alpha, 0);
      case Unary.Gelu(boolean tanh) -> plain(tanh ? 5 : 4);
      case Unary.Silu _ -> plain(6);
      case Unary.Sigmoid _ -> plain(7);
      case Unary.Tanh _ -> plain(8);
      case Unary.Softplus _ -> plain(9);
      case Unary.HardSwish _ -> plain(10);
      case Unary.HardSigmoid(double alpha, double beta) ->
          new Activation(11, (float) alpha, (float) beta);
      case Unary.Exp _ -> plain(12);
      case Unary.Log _ -> plain(13);
      case Unary.Sqrt _ -> plain(14);
      case Unary.Reciprocal _ -> plain(15);
      case Unary.Abs _ -> plain(16);
      case Unary.Neg _ -> plain(17);
      case Unary.Sign _ -> plain(18);
      case Unary.Erf _ -> plain(19);
      case Unary.Clip(double min, double max) -> new Activation(20, (float) min, (float) max);
    };
  }

  private static Activation plain(int kind) {
    return new Activation(kind, 0, 0);
  }
}
