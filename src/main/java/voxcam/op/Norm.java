package voxcam.op;

import java.util.List;

/**
 * Normalisations: {@code (x - mean) / sqrt(variance + epsilon)}, then scale and bias where given;
 * variances are biased.
 */
public sealed interface Norm extends Op {
  /**
   * By stored statistics, as in inference. Inputs: x, scale, bias, mean, variance, each {@code
   * [C]}.
   */
  record Batch(double epsilon) implements Norm {
    @Override
    public String name() {
      return "BatchNormalization";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 5, 5);
      Shape x = channels(this, inputs, 2);
      Arguments.perChannel(this, inputs, 1, "scale", x.dim(1));
      Arguments.perChannel(this, inputs, 2, "bias", x.dim(1));
      Arguments.perChannel(this, inputs, 3, "mean", x.dim(1));
      Arguments.perChannel(this, inputs, 4, "variance", x.dim(1));
      return x;
    }
  }

  /**
   * Each channel of each sample by its own statistics. Inputs: x, and both or none of scale, bias
   * {@code [C]}.
   */
  record Instance(double epsilon) implements Norm {
    @Override
    public String name() {
      return "InstanceNormalization";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = channels(this, inputs, 3);
      affine(this, inputs, x.dim(1));
      return x;
    }
  }

  /**
   * Each group of channels of each sample by its own statistics. Inputs: x, and both or none of
   * scale, bias {@code [C]}.
   */
  record Group(int groups, double epsilon) implements Norm {
    @Override
    public String name() {
      return "GroupNormalization";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = channels(this, inputs, 2);
      divides(this, x.dim(1), groups, inputs);
      affine(this, inputs, x.dim(1));
      return x;
    }
  }

  /**
   * The gradient of {@link Group} at its x; with as many groups as channels that of {@link
   * Instance}: {@code r (g - mean(g) - n mean(g n))} for each group, with n the normalised x, r one
   * over its deviation and g the output's gradient times the scale. Inputs: x, gy of one shape, and
   * optionally scale {@code [C]}.
   */
  record GroupGrad(int groups, double epsilon) implements Norm {
    @Override
    public String name() {
      return "GroupNormalizationGrad";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 3);
      Shape x = channels(this, inputs, 2);
      Arguments.require(
          x.equals(inputs.get(1)), this, "x and the output's gradient need one shape", inputs);
      divides(this, x.dim(1), groups, inputs);
      Arguments.perChannel(this, inputs, 2, "scale", x.dim(1));
      return x;
    }
  }

  /**
   * Over all axes from {@code axis} on. Inputs: x, and optionally scale, bias of those axes' sizes.
   */
  record Layer(int axis, double epsilon) implements Norm {
    @Override
    public String name() {
      return "LayerNormalization";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 1, 3);
      Shape x = inputs.get(0);
      int from = x.axis(axis);
      for (int i = 1; i < inputs.size(); i++) {
        Arguments.require(
            Arguments.list(inputs.get(i), 0).equals(Arguments.list(x, from)),
            this,
            "scale and bias must have the sizes " + Arguments.list(x, from),
            inputs);
      }
      return x;
    }
  }

  /** {@code x / max(||x||_2, 1e-12)} along one axis. ONNX {@code LpNormalization} with p = 2. */
  record L2(int axis) implements Norm {
    /** What the norm is kept above, so that a zero vector stays zero. */
    public static final double FLOOR = 1e-12;

    @Override
    public String name() {
      return "LpNormalization";
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      Shape x = Arguments.only(this, inputs);
      x.axis(axis);
      return x;
    }
  }

  /**
   * A normalisation of channels and the activation behind it. Inputs: those of the normalisation.
   * Made by the compiler; it has no gradient because gradients are taken before.
   */
  record Activated(Norm norm, Unary activation) implements Norm {
    public Activated {
      if (!takes(norm)) {
        throw new IllegalArgumentException(norm.name() + " is not for channels");
      }
    }

    /** Whether this is a normalisation that an activation can be joined to. */
    public static boolean takes(Norm norm) {
      return switch (norm) {
        case Batch _, Instance _, Group _ -> true;
        case GroupGrad _, Layer _, L2 _, Activated _ -> false;
      };
    }

    @Override
    public Shape infer(List<Shape> inputs) {
      return norm.infer(inputs);
    }
  }

  @Override
  default long flops(List<Shape> inputs) {
    // Two sums, and one multiply and add to apply them.
    int each =
        switch (this) {
          case Batch _ -> 2;
          case GroupGrad _ -> 10;
          case Instance _, Group _, Layer _, L2 _ -> 5;
          case Activated(var norm, var _) -> norm instanceof Batch ? 3 : 6;
        };
    return inputs.get(0).size() * each;
  }

  private static Shape channels(Op op, List<Shape> inputs, int leastRank) {
    Arguments.count(op, inputs, 1, 5);
    Shape x = inputs.get(0);
    Arguments.require(
        x.rank() >= leastRank, op, "needs [N,C,...] of rank " + leastRank + " or more", inputs);
    return x;
  }

  private static void divides(Op op, int channels, int groups, List<Shape> inputs) {
    Arguments.require(
        groups >= 1 && channels % groups == 0,
        op,
        channels + " channels do not divide into " + groups + " groups",
        inputs);
  }

  private static void affine(Op op, List<Shape> inputs, int channels) {
    Arguments.require(
        inputs.size() == 1 || inputs.size() == 3,
        op,
        "takes scale and bias, or neither of them",
        inputs);
    Arguments.perChannel(op, inputs, 1, "scale", channels);
    Arguments.perChannel(op, inputs, 2, "bias", channels);
  }
}
