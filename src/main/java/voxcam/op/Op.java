package voxcam.op;

import java.util.List;

/**
 * One operation of the closed vocabulary: attributes only, with its shape rule and its cost. Names,
 * attributes and meanings are ONNX's (opset 17) wherever ONNX has the operation. Every operation
 * has exactly one output; where ONNX has several, each is an operation of its own. Every consumer
 * is an exhaustive {@code switch}, so the compiler lists what a new operation still lacks.
 */
public sealed interface Op
    permits Source,
        Unary,
        Binary,
        Where,
        Chain,
        Conv,
        Pool,
        Norm,
        Softmax,
        Linear,
        Reduce,
        Index,
        Movement,
        Resize,
        Cam {

  /**
   * The operation's name in error texts, reports and the model file; ONNX's name where there is
   * one.
   */
  default String name() {
    return getClass().getSimpleName();
  }

  /**
   * The output's shape.
   *
   * @throws InputException if the inputs do not suit the operation; nothing is checked again later
   */
  Shape infer(List<Shape> inputs);

  /** Floating-point operations of the direct algorithm; a multiply and an add count as two. */
  default long flops(List<Shape> inputs) {
    return infer(inputs).size();
  }
}
