package voxcam.op;

import java.util.List;

/**
 * Functions of two values, element by element, with broadcasting. Comparisons give 1 for true and 0
 * for false.
 */
public record Binary(Kind kind) implements Op {
  /** Which function; the names are ONNX's. {@code PRelu} takes the slope as its second input. */
  public enum Kind {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    PRelu,
    Equal,
    Greater,
    Less
  }

  @Override
  public String name() {
    return kind.name();
  }

  @Override
  public Shape infer(List<Shape> inputs) {
    Arguments.count(this, inputs, 2, 2);
    Shape shape = Broadcast.shape(name(), inputs);
    if (kind == Kind.PRelu) {
      Arguments.require(
          shape.equals(inputs.get(0)), this, "the slope does not broadcast to the input", inputs);
    }
    return shape;
  }
}
