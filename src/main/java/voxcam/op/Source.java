package voxcam.op;

import java.util.List;

/** Where values come from: operations with no inputs of their own. */
public sealed interface Source extends Op {
  /** What the caller gives to every run. */
  record Input(FreeShape shape) implements Source {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 0, 0);
      return shape
          .fixed()
          .orElseThrow(() ->
              new InputException(
                  "input: shape " + shape + " has free sizes; give the input's shape"));
    }

    @Override
    public long flops(List<Shape> inputs) {
      return 0;
    }
  }

  /** What is known beforehand: a weight, or a number that a gradient needs. */
  record Constant(Tensor value) implements Source {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 0, 0);
      return value.shape();
    }

    @Override
    public long flops(List<Shape> inputs) {
      return 0;
    }
  }
}
