package voxcam.bench;

import java.util.List;
import voxcam.op.Op;
import voxcam.op.Shape;

/**
 * One operation as a real network has it.
 *
 * @param place where in which network
 * @param op the operation
 * @param data how many of the inputs are data; the others are weights
 * @param inputs all shapes, data first
 */
record OpShape(String place, Op op, int data, List<Shape> inputs) {
  OpShape {
    inputs = List.copyOf(inputs);
  }

  static OpShape of(String place, Op op, int data, Shape... inputs) {
    return new OpShape(place, op, data, List.of(inputs));
  }

  Shape output() {
    return op.infer(inputs);
  }

  /** Operations of the direct algorithm. */
  long flops() {
    return op.flops(inputs);
  }

  /** What must be moved at least: every input read once, the output written once. */
  long bytes() {
    long elements = output().size();
    for (Shape input : inputs) {
      elements += input.size();
    }
    return elements * Float.BYTES;
  }

  /** The shapes in short, {@code 64x24x24x24 to 64x24x24x24}; a batch of 1 is not shown. */
  String sizes() {
    return sizes(inputs.get(0)) + " to " + sizes(output());
  }

  private static String sizes(Shape shape) {
    StringBuilder text = new StringBuilder();
    for (int axis = shape.rank() > 1 && shape.dim(0) == 1 ? 1 : 0; axis < shape.rank(); axis++) {
      text.append(text.isEmpty() ? "" : "x").append(shape.dim(axis));
    }
    return text.toString();
  }
}
