package voxcam.grad;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Op;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/** Case of functions of each element. */
final class ElementwiseCases {
  private static final int[][] SHAPES = {{5}, {2, 3, 4}, {1, 2, 3, 2, 3}};
  private static final int[][][] PAIRS = {
    {{2, 3, 4}, {2, 3, 4}}, {{2, 3, 4}, {3, 1}}, {{4}, {2, 3, 4}}, {{2, 1, 4}, {3, 1}}, {{}, {2, 2}}
  };

  private ElementwiseCases() {}

  static List<Case> all(Values v) {
    List<Case> all = new ArrayList<>();
    for (int[] shape : SHAPES) {
      for (Op op : smooth()) {
        all.add(Case.of(op, v.normal(shape)));
      }
      all.add(Case.linear(new Unary.Neg(), v.normal(shape)));
      for (Op op : bent()) {
        all.add(Case.of(op, v.away(shape, 0)));
      }
      all.add(Case.of(new Unary.HardSwish(), v.away(shape, -3, 3)));
      all.add(Case.of(new Unary.HardSigmoid(0.2, 0.5), v.away(shape, -2.5, 2.5)));
      all.add(Case.of(new Unary.Clip(-1, 1.5), v.away(shape, -1, 1.5)));
      all.add(Case.of(new Unary.Clip(0.5, Double.POSITIVE_INFINITY), v.away(shape, 0.5)));
      all.add(Case.of(new Unary.Clip(Double.NEGATIVE_INFINITY, 0.5), v.away(shape, 0.5)));
      all.add(Case.of(new Unary.Log(), v.positive(shape)));
      all.add(Case.of(new Unary.Sqrt(), v.positive(shape)));
      all.add(Case.of(new Unary.Reciprocal(), v.positive(shape)));
    }
    for (int[][] pair : PAIRS) {
      binary(all, v, pair[0], pair[1]);
    }
    int[] small = {2, 3};
    Tensor condition = v.whole(0, 2, small);
    all.add(Case.of(new Where(), condition, v.normal(2, 3), v.normal(2, 3)).holding(0));
    all.add(Case.of(new Where(), condition, v.normal(4, 1, 3), v.normal()).holding(0));
    all.add(Case.of(new Where(), v.whole(0, 2, 3), v.normal(2, 1), v.normal(2, 2, 3)).holding(0));
    return all;
  }

  private static List<Op> smooth() {
    return List.of(
        new Unary.Gelu(false),
        new Unary.Gelu(true),
        new Unary.Silu(),
        new Unary.Sigmoid(),
        new Unary.Tanh(),
        new Unary.Softplus(),
        new Unary.Exp(),
        new Unary.Erf());
  }

  /** With a kink at 0. */
  private static List<Op> bent() {
    return List.of(
        new Unary.Relu(),
        new Unary.LeakyRelu(0.1),
        new Unary.LeakyRelu(0),
        new Unary.LeakyRelu(-0.5),
        new Unary.Elu(1),
        new Unary.Elu(0.7),
        new Unary.Elu(-0.4),
        new Unary.Abs(),
        new Unary.Sign());
  }

  private static void binary(List<Case> all, Values v, int[] left, int[] right) {
    all.add(Case.of(new Binary(Binary.Kind.Add), v.normal(left), v.normal(right)));
    all.add(Case.of(new Binary(Binary.Kind.Sub), v.normal(left), v.normal(right)));
    all.add(Case.of(new Binary(Binary.Kind.Mul), v.normal(left), v.normal(right)).linearIn(0, 1));
    all.add(Case.of(new Binary(Binary.Kind.Div), v.normal(left), v.positive(right)).linearIn(0));
    all.add(Case.of(new Binary(Binary.Kind.Pow), v.positive(left), v.normal(right)));
    for (var kind :
        List.of(
            Binary.Kind.Min,
            Binary.Kind.Max,
            Binary.Kind.Equal,
            Binary.Kind.Greater,
            Binary.Kind.Less)) {
      all.add(Case.of(new Binary(kind), v.distinct(left), v.distinct(0.5, right)));
    }
    if (left.length >= right.length && left.length == 3 && left[1] == 3) {
      all.add(Case.of(new Binary(Binary.Kind.PRelu), v.away(left, 0), v.normal(right)));
    }
  }
}
