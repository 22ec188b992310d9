package voxcam.grad;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import voxcam.op.Binary;
import voxcam.op.Index;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/**
 * An operation with inputs at which its gradients are checked.
 *
 * @param fixed inputs that are not varied: indices and conditions
 * @param linear the inputs in which the operation is linear, if the others are held
 */
public record Case(Op op, List<Tensor> inputs, Set<Integer> fixed, Set<Integer> linear) {
  private static final Set<Binary.Kind> COMPARISONS =
      Set.of(Binary.Kind.Equal, Binary.Kind.Greater, Binary.Kind.Less);

  static Case of(Op op, Tensor... inputs) {
    return new Case(op, List.of(inputs), Set.of(), Set.of());
  }

  /** A case of an operation that is linear in its first input. */
  static Case linear(Op op, Tensor... inputs) {
    return of(op, inputs).linearIn(0);
  }

  Case linearIn(Integer... positions) {
    return new Case(op, inputs, fixed, Set.of(positions));
  }

  Case holding(Integer... positions) {
    return new Case(op, inputs, Set.of(positions), linear);
  }

  /** Every operation's cases. */
  public static List<Case> all() {
    Values values = new Values(20240601);
    List<Case> all = new ArrayList<>();
    all.addAll(ElementwiseCases.all(values));
    all.addAll(LayerCases.all(values));
    all.addAll(DataCases.all(values));
    return all;
  }

  /** The inputs that are to have a gradient. */
  Set<Integer> dependent() {
    Set<Integer> dependent = new TreeSet<>(Algebra.axes(0, inputs.size()));
    dependent.removeAll(fixed);
    switch (op) {
      case Unary.Sign _, Index.ArgMax _ -> dependent.clear();
      case Index.TopK(int _, int _, boolean _, var part) when part == Index.Part.INDICES ->
          dependent.clear();
      case Binary(var kind) when COMPARISONS.contains(kind) -> dependent.clear();
      case Pool.MaxPick _, Pool.MaxScatter _ -> dependent.remove(0);
      default -> {}
    }
    return dependent;
  }

  @Override
  public String toString() {
    return op + " of " + inputs.stream().map(Tensor::shape).toList();
  }
}
