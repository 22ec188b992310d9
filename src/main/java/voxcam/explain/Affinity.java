package voxcam.explain;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Softmax;
import voxcam.op.Source;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * Which operations are locally affine: near a given input, {@code y = J x + b}. A part of a network
 * made of such operations alone splits its score exactly into shares of its inputs and of its
 * biases; a gate or a normalisation by the input's own statistics does not.
 */
final class Affinity {
  private Affinity() {}

  /**
   * Whether a node is locally affine in those of its inputs that are in {@code tail}, the others
   * held fixed.
   */
  static boolean isLocallyAffine(Node node, Set<Node> tail) {
    return switch (node.op()) {
      case Source _ -> true;
      case Unary op -> unary(op);
      case Binary(var kind) ->
          switch (kind) {
            case Add, Sub, Min, Max -> true;
            case Mul -> !tail.contains(node.input(0)) || !tail.contains(node.input(1));
            case Div, PRelu -> !tail.contains(node.input(1));
            case Pow -> false;
            // Piecewise constant: counts as a constant wherever it stands.
            case Equal, Greater, Less -> true;
          };
      case Where _, Pool _, Movement _, Resize _ -> true;
      case Chain _ -> throw fused(node);
      case Conv _ -> !tail.contains(node.input(0)) || !tail.contains(node.input(1));
      case Linear _ -> !tail.contains(node.input(0)) || !tail.contains(node.input(1));
      case Norm op -> op instanceof Norm.Batch && !statistics(node, tail);
      case Softmax _ -> false;
      case Reduce(var kind, _, _) ->
          switch (kind) {
            case Sum, Mean, Max, Min, L1 -> true;
            case LogSumExp, L2 -> false;
          };
      case Index _ -> true;
      case Cam _ -> false;
    };
  }

  private static boolean unary(Unary op) {
    return switch (op) {
      case Unary.Relu _, Unary.LeakyRelu _, Unary.Abs _, Unary.Neg _, Unary.Sign _ -> true;
      case Unary.Clip _, Unary.HardSigmoid _ -> true;
      case Unary.Elu _, Unary.Gelu _, Unary.Silu _, Unary.Sigmoid _, Unary.Tanh _ -> false;
      case Unary.Softplus _, Unary.HardSwish _, Unary.Exp _, Unary.Log _, Unary.Sqrt _ -> false;
      case Unary.Reciprocal _, Unary.Erf _ -> false;
    };
  }

  private static boolean statistics(Node norm, Set<Node> tail) {
    return norm.inputs().stream().skip(1).anyMatch(tail::contains);
  }

  /**
   * The inputs that a locally affine operation adds, each taken with its own gradient: biases, and
   * values that pass by.
   */
  static List<Integer> addends(Node node) {
    int count = node.inputs().size();
    return switch (node.op()) {
      case Conv _ -> from(2, count);
      case Linear _ -> from(2, count);
      case Norm.Batch _ -> List.of();
      case Norm _ -> from(2, count);
      case Binary(var kind) ->
          switch (kind) {
            case Add, Sub, Min, Max -> List.of(0, 1);
            case Mul, Div, Pow, PRelu, Equal, Greater, Less -> List.of();
          };
      case Where _ -> List.of(1, 2);
      case Chain _ -> throw fused(node);
      case Movement.Concat _ -> from(0, count);
      case Source _, Unary _, Pool _, Softmax _, Reduce _, Index _, Movement _, Resize _, Cam _ ->
          List.of();
    };
  }

  private static IllegalStateException fused(Node node) {
    return new IllegalStateException(node + " is looked at before graphs are compiled");
  }

  private static List<Integer> from(int first, int end) {
    return IntStream.range(first, end).boxed().toList();
  }
}
