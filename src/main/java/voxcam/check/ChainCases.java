package voxcam.check;

import static voxcam.check.Fill.flags;
import static voxcam.check.Fill.positive;
import static voxcam.check.Fill.signed;
import static voxcam.check.Fill.vector;
import static voxcam.check.Fill.wide;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import voxcam.op.Binary;
import voxcam.op.Chain;
import voxcam.op.Op;
import voxcam.op.Unary;
import voxcam.op.Where;

final class ChainCases {
  private static final int V = Chain.VALUE;

  private ChainCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    Chain gelu =
        chain(
            step(Binary.Kind.Div, 0, 1),
            step(new Unary.Erf(), V),
            step(Binary.Kind.Add, V, 2),
            step(Binary.Kind.Mul, 0, V),
            step(Binary.Kind.Mul, V, 3));
    list.add("gelu in parts", gelu, wide(2, 3, 3, 5, 7), vector(1.5), vector(1), vector(0.5));
    Chain silu = chain(step(new Unary.Sigmoid(), 0), step(Binary.Kind.Mul, 0, V));
    list.add("silu in parts", silu, wide(64));
    list.add("silu in parts, edges", silu, vector(0, -0.0, 1, -100, 100, Double.NaN, 6));
    Chain block =
        chain(step(Binary.Kind.Mul, 0, 1), step(Binary.Kind.Add, V, 2), step(new Unary.Relu(), V));
    list.add(
        "scaled by channel", block, wide(2, 5, 3, 4, 8), wide(2, 5, 1, 1, 1), wide(5, 1, 1, 1));
    list.add("odd planes", block, wide(2, 5, 3, 3, 3), wide(2, 5, 1, 1, 1), wide(2, 5, 3, 3, 3));
    list.add("rows and columns", block, wide(3, 4, 33), wide(4, 1), wide(33));
    list.add("both stretch", block, wide(4, 1, 16), wide(1, 5, 1), wide());
    list.add("value left", chain(step(new Unary.Neg(), 0), step(Binary.Kind.Sub, V, 0)), wide(37));
    list.add(
        "value right",
        chain(step(new Unary.Exp(), 0), step(Binary.Kind.Sub, 1, V)),
        signed(9),
        wide());
    list.add(
        "value twice", chain(step(new Unary.Tanh(), 0), step(Binary.Kind.Mul, V, V)), wide(3, 7));
    list.add(
        "chosen",
        chain(
            step(Binary.Kind.Greater, 0, 1),
            step(new Where(), V, 0, 2),
            step(new Where(), 3, 4, V),
            step(new Unary.LeakyRelu(0.1), V)),
        wide(3, 4, 8),
        wide(4, 1),
        wide(3, 1, 1),
        flags(3, 4, 8),
        wide(8));
    list.add(
        "eight steps of five",
        chain(
            step(Binary.Kind.Mul, 0, 1),
            step(new Unary.Clip(-3, 2.5), V),
            step(Binary.Kind.Add, V, 2),
            step(new Unary.Elu(0.7), V),
            step(Binary.Kind.Max, 3, V),
            step(new Unary.HardSigmoid(0.2, 0.5), V),
            step(Binary.Kind.Div, V, 4),
            step(Binary.Kind.PRelu, V, 1)),
        wide(2, 3, 4, 5),
        wide(3, 1, 1),
        wide(2, 3, 4, 5),
        wide(),
        positive(2, 1, 1, 1));
    return list.cases();
  }

  private static Chain chain(Chain.Step... steps) {
    return new Chain(Arrays.asList(steps));
  }

  private static Chain.Step step(Binary.Kind kind, Integer... arguments) {
    return step(new Binary(kind), arguments);
  }

  private static Chain.Step step(Op op, Integer... arguments) {
    return new Chain.Step(op, Stream.of(arguments).toList());
  }
}
