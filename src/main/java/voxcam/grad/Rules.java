package voxcam.grad;

import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * The table of gradients: for each operation which inputs have one, and the gradient of each of
 * those as operations. One file per family holds the entries. Every switch is exhaustive: a new
 * operation does not compile until it has its entry.
 */
final class Rules {
  private Rules() {}

  /**
   * Whether an operation's output depends on an input in a way that has a gradient. False for
   * piecewise constant operations and for inputs that only select: those count as constants.
   */
  static boolean passes(Op op, int input) {
    return switch (op) {
      case Source _ -> false;
      case Unary unary -> !(unary instanceof Unary.Sign);
      case Binary(var kind) -> ElementwiseRules.passes(kind);
      case Where _ -> input != 0;
      case Conv _ -> true;
      case Pool pool ->
          switch (pool) {
            case Pool.MaxPick _, Pool.MaxScatter _ -> input == 1;
            case Pool.Max _, Pool.Average _, Pool.AverageGrad _ -> true;
            case Pool.GlobalAverage _, Pool.GlobalMax _ -> true;
          };
      case Chain _, Norm _, Softmax _, Linear _, Reduce _ -> true;
      case Index index ->
          switch (index) {
            case Index.ArgMax _ -> false;
            case Index.TopK top -> top.part() == Index.Part.VALUES;
            case Index.Gather _, Index.GatherGrad _ -> input == 0;
            case Index.GatherElements _, Index.GatherElementsGrad _ -> input == 0;
          };
      case Movement _, Resize _, Cam _ -> true;
    };
  }

  /** The gradient at one input that {@linkplain #passes passes}, of that input's shape. */
  static Node gradient(Algebra a, Step step) {
    return switch (step.node().op()) {
      case Source _ -> throw constant(step);
      case Unary op -> ElementwiseRules.unary(a, op, step);
      case Binary op -> ElementwiseRules.binary(a, op.kind(), step);
      case Where _ -> ElementwiseRules.where(a, step);
      case Chain _ -> throw refused(step, "gradients are taken before fusing");
      case Conv op -> ConvRules.gradient(a, op, step);
      case Pool op -> PoolRules.gradient(a, op, step);
      case Norm op -> NormRules.norm(a, op, step);
      case Softmax op -> NormRules.softmax(a, op, step);
      case Linear op -> LinearRules.linear(a, op, step);
      case Reduce op -> LinearRules.reduce(a, op, step);
      case Index op -> MovementRules.index(a, op, step);
      case Movement op -> MovementRules.movement(a, op, step);
      case Resize op -> MovementRules.resize(a, op, step);
      case Cam op -> CamRules.gradient(a, op, step);
    };
  }

  /** For entries of the table that the walk never asks for. */
  static IllegalStateException constant(Step step) {
    return new IllegalStateException(
        step.node()
            + ": the gradient at input "
            + step.input()
            + " was asked for, but it counts as constant");
  }

  /** For operations that have no gradient and are not constant either. */
  static InputException refused(Step step, String why) {
    return new InputException(
        "gradient: "
            + step.node().name()
            + ": "
            + step.node().op().name()
            + " is not differentiable; "
            + why);
  }
}
