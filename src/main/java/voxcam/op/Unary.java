package voxcam.op;

import java.util.List;

/** Functions of one value, applied to each element. */
public sealed interface Unary extends Op {
  @Override
  default Shape infer(List<Shape> inputs) {
    return Arguments.only(this, inputs);
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Unary {}

  /** {@code x} above zero, {@code alpha x} below. */
  record LeakyRelu(double alpha) implements Unary {}

  /** {@code x} above zero, {@code alpha (exp(x) - 1)} below. */
  record Elu(double alpha) implements Unary {}

  /** {@code x Phi(x)} with the normal distribution, or its tanh approximation. */
  record Gelu(boolean tanh) implements Unary {}

  /** {@code x sigmoid(x)}. ONNX has it only from opset 24, as Swish. */
  record Silu() implements Unary {}

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements Unary {}

  /** Hyperbolic tangent. */
  record Tanh() implements Unary {}

  /** {@code log(1 + exp(x))}. */
  record Softplus() implements Unary {}

  /** {@code x max(0, min(1, x/6 + 1/2))}. */
  record HardSwish() implements Unary {}

  /** {@code max(0, min(1, alpha x + beta))}. */
  record HardSigmoid(double alpha, double beta) implements Unary {}

  /** {@code e^x}. */
  record Exp() implements Unary {}

  /** Natural logarithm. */
  record Log() implements Unary {}

  /** Square root. */
  record Sqrt() implements Unary {}

  /** {@code 1 / x}. */
  record Reciprocal() implements Unary {}

  /** {@code |x|}. */
  record Abs() implements Unary {}

  /** {@code -x}. */
  record Neg() implements Unary {}

  /** -1, 0 or 1. */
  record Sign() implements Unary {}

  /** The error function. */
  record Erf() implements Unary {}

  /** {@code min(max(x, min), max)}; infinite bounds are none. */
  record Clip(double min, double max) implements Unary {}
}
