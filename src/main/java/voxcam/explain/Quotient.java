package voxcam.explain;

import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Where;

/** Division in maps. */
final class Quotient {
  private Quotient() {}

  /** {@code a / b}, and 0 where {@code b} is 0. */
  static Node orZero(GraphBuilder builder, Node a, Node b) {
    Node zero = builder.scalar(0);
    Node none = builder.add(new Binary(Binary.Kind.Equal), b, zero);
    Node divisor = builder.add(new Where(), none, builder.scalar(1), b);
    Node quotient = builder.add(new Binary(Binary.Kind.Div), a, divisor);
    return builder.add(new Where(), none, zero, quotient);
  }
}
