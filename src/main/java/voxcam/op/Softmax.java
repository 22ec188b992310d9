package voxcam.op;

import java.util.List;

/** Exponentials that sum to 1 along one axis. */
public sealed interface Softmax extends Op {
  int axis();

  @Override
  default Shape infer(List<Shape> inputs) {
    Shape x = Arguments.only(this, inputs);
    x.axis(axis());
    return x;
  }

  @Override
  default long flops(List<Shape> inputs) {
    return inputs.get(0).size() * 4;
  }

  /** {@code exp(x) / sum(exp(x))}. */
  record Plain(int axis) implements Softmax {
    @Override
    public String name() {
      return "Softmax";
    }
  }

  /** {@code x - log(sum(exp(x)))}. */
  record Log(int axis) implements Softmax {
    @Override
    public String name() {
      return "LogSoftmax";
    }
  }
}
