package voxcam.op;

import java.util.List;

/** {@code condition != 0 ? a : b}, element by element, with broadcasting of all three. */
public record Where() implements Op {
  @Override
  public Shape infer(List<Shape> inputs) {
    Arguments.count(this, inputs, 3, 3);
    return Broadcast.shape(name(), inputs);
  }
}
