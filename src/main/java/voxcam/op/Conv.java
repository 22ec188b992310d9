package voxcam.op;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Convolution (cross-correlation, as everywhere in this field) over one to three spatial axes and
 * its relatives. Letters: input {@code [N,C,D,H,W]}, weight {@code [K,C/groups,T,R,S]}, output
 * {@code [N,K,Z,P,Q]}.
 */
public sealed interface Conv extends Op {
  Window window();

  int groups();

  /** {@code y = x * w + b}. Inputs: x, w, and optionally b {@code [K]}. ONNX {@code Conv}. */
  record Forward(Window window, int groups) implements Conv {
    @Override
    public String name() {
      return "Conv";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 3);
      return output(this, inputs);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return macs(inputs.get(1), infer(inputs)) * 2;
    }
  }

  /**
   * Convolution with what follows it: {@code activation(x * w + b + r)}. Inputs: x, w, b, and r of
   * the output's shape if {@code residual}. Made by the compiler; it has no gradient because
   * gradients are taken before.
   */
  record Fused(Window window, int groups, Optional<Unary> activation, boolean residual)
      implements Conv {
    @Override
    public Shape infer(List<Shape> inputs) {
      int count = residual ? 4 : 3;
      Arguments.count(this, inputs, count, count);
      Shape output = output(this, inputs);
      Arguments.require(
          !residual || inputs.get(3).equals(output),
          this,
          "the added tensor must be " + output,
          inputs);
      return output;
    }

    @Override
    public long flops(List<Shape> inputs) {
      return macs(inputs.get(1), infer(inputs)) * 2;
    }
  }

  /**
   * The transposed convolution. Inputs: x {@code [N,C,...]}, w {@code [C,K/groups,T,R,S]}, and
   * optionally b {@code [K]}. ONNX {@code ConvTranspose}.
   */
  record Transposed(Window window, int groups, List<Integer> outputPadding) implements Conv {
    public Transposed {
      outputPadding = List.copyOf(outputPadding);
    }

    @Override
    public String name() {
      return "ConvTranspose";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 3);
      Shape x = inputs.get(0);
      Shape w = inputs.get(1);
      ranks(this, inputs, x, w);
      Arguments.require(
          x.dim(1) == w.dim(0),
          this,
          "input has " + x.dim(1) + " channels, weight expects " + w.dim(0),
          inputs);
      Arguments.require(
          x.dim(1) % groups == 0,
          this,
          x.dim(1) + " channels do not divide into " + groups + " groups",
          inputs);
      int channels = w.dim(1) * groups;
      Arguments.perChannel(this, inputs, 2, "bias", channels);
      Arguments.require(
          outputPadding.size() == window.rank(),
          this,
          "output padding needs one value per axis",
          inputs);
      List<Integer> sizes = new ArrayList<>();
      for (int i = 0; i < window.rank(); i++) {
        int padding = outputPadding.get(i);
        Window.Axis axis = window.axis(i);
        Arguments.require(
            padding >= 0 && padding < Math.max(axis.stride(), axis.dilation()),
            this,
            "output padding " + padding + " must be below the stride or the dilation",
            inputs);
        int size = axis.transposed(x.dim(i + 2), padding);
        Arguments.require(size >= 1, this, "output would have size " + size, inputs);
        sizes.add(size);
      }
      return Arguments.spatial(x.dim(0), channels, sizes);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return inputs.get(0).size() * inputs.get(1).size(1, inputs.get(1).rank()) * 2;
    }
  }

  /**
   * The gradient of {@link Forward} for its input. Inputs: gy {@code [N,K,Z,P,Q]}, w {@code
   * [K,C/groups,T,R,S]}; output {@code [N,C,D,H,W]} with the spatial sizes given.
   */
  record InputGrad(Window window, int groups, List<Integer> spatial) implements Conv {
    public InputGrad {
      spatial = List.copyOf(spatial);
    }

    @Override
    public String name() {
      return "ConvInputGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Shape gy = inputs.get(0);
      Shape w = inputs.get(1);
      ranks(this, inputs, gy, w);
      Shape x = Arguments.spatial(gy.dim(0), w.dim(1) * groups, spatial);
      Shape forward = output(this, List.of(x, w));
      Arguments.require(
          forward.equals(gy), this, "the output's gradient should be " + forward, inputs);
      return x;
    }

    @Override
    public long flops(List<Shape> inputs) {
      return macs(inputs.get(1), inputs.get(0)) * 2;
    }
  }

  /**
   * The gradient of {@link Forward} for its weight. Inputs: x {@code [N,C,D,H,W]}, gy {@code
   * [N,K,Z,P,Q]}; output {@code [K,C/groups,T,R,S]}.
   */
  record WeightGrad(Window window, int groups) implements Conv {
    @Override
    public String name() {
      return "ConvWeightGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Shape x = inputs.get(0);
      Shape gy = inputs.get(1);
      Arguments.require(
          x.rank() == window.rank() + 2 && gy.rank() == x.rank(),
          this,
          "ranks do not suit the window",
          inputs);
      Arguments.require(
          x.dim(1) % groups == 0,
          this,
          x.dim(1) + " channels do not divide into " + groups + " groups",
          inputs);
      Shape w = Arguments.spatial(gy.dim(1), x.dim(1) / groups, window.kernel());
      Shape forward = output(this, List.of(x, w));
      Arguments.require(
          forward.equals(gy), this, "the output's gradient should be " + forward, inputs);
      return w;
    }

    @Override
    public long flops(List<Shape> inputs) {
      return macs(infer(inputs), inputs.get(1)) * 2;
    }
  }

  private static void ranks(Conv op, List<Shape> inputs, Shape x, Shape w) {
    int rank = op.window().rank();
    if (x.rank() != rank + 2 || w.rank() != rank + 2) {
      String what = "expected rank " + (rank + 2) + " for input and weight";
      throw Arguments.refusal(op, what, inputs);
    }
    for (int i = 0; i < rank; i++) {
      if (w.dim(i + 2) != op.window().axis(i).kernel()) {
        String what = "weight does not have the kernel " + op.window().kernel();
        throw Arguments.refusal(op, what, inputs);
      }
    }
    if (op.groups() < 1) {
      throw Arguments.refusal(op, "groups is " + op.groups() + ", must be at least 1", inputs);
    }
  }

  private static Shape output(Conv op, List<Shape> inputs) {
    Shape x = inputs.get(0);
    Shape w = inputs.get(1);
    ranks(op, inputs, x, w);
    int groups = op.groups();
    int channels = w.dim(1) * groups;
    if (x.dim(1) != channels) {
      throw new InputException(
          "conv: input has %d channels, weight expects %d (input %s, weight %s)"
              .formatted(x.dim(1), channels, x, w));
    }
    if (w.dim(0) % groups != 0) {
      String what = w.dim(0) + " outputs do not divide into " + groups + " groups";
      throw Arguments.refusal(op, what, inputs);
    }
    Arguments.perChannel(op, inputs, 2, "bias", w.dim(0));
    List<Integer> sizes = op.window().output(op, Arguments.list(x, 2), false, inputs);
    return Arguments.spatial(x.dim(0), w.dim(0), sizes);
  }

  private static long macs(Shape w, Shape y) {
    return y.size() * w.size(1, w.rank());
  }
}
