package voxcam.grad;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Case of what moves, picks and reduces values. */
final class DataCases {
  private DataCases() {}

  static List<Case> all(Values v) {
    List<Case> all = new ArrayList<>();
    reductions(all, v);
    indices(all, v);
    movements(all, v);
    pads(all, v);
    resizes(all, v);
    return all;
  }

  private static void reductions(List<Case> all, Values v) {
    int[] x = {2, 3, 4};
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      for (List<Integer> axes : List.of(List.<Integer>of(), List.of(1), List.of(-1, 0))) {
        for (boolean keep : new boolean[] {false, true}) {
          Reduce op = new Reduce(kind, axes, keep);
          all.add(
              switch (kind) {
                case Sum, Mean -> Case.linear(op, v.normal(x));
                case Max, Min -> Case.of(op, v.distinct(x));
                case L1 -> Case.of(op, v.away(x, 0));
                case LogSumExp, L2 -> Case.of(op, v.normal(x));
              });
        }
      }
    }
  }

  private static void indices(List<Case> all, Values v) {
    for (int axis : new int[] {0, 1, -1}) {
      all.add(Case.of(new Index.ArgMax(axis, false), v.distinct(2, 3, 4)));
      for (boolean largest : new boolean[] {false, true}) {
        for (Index.Part part : Index.Part.values()) {
          all.add(Case.of(new Index.TopK(2, axis, largest, part), v.distinct(2, 3, 4)));
        }
      }
      // Indices repeat, and some count from the end: their gradients add up.
      Tensor where = v.whole(-2, 2, 2, 5);
      Index.Gather gather = new Index.Gather(axis);
      all.add(Case.linear(gather, v.normal(2, 3, 4), where).holding(1));
      all.add(Case.linear(gather, v.normal(2, 3, 4), v.whole(0, 2)).holding(1));
      Shape picked = gather.infer(List.of(Shape.of(2, 3, 4), where.shape()));
      Index.GatherGrad back = new Index.GatherGrad(axis, Shape.of(2, 3, 4));
      all.add(Case.linear(back, v.normal(picked.dims()), where).holding(1));
      int[] elements = Shape.of(2, 2, 3).with(axis, 5).dims();
      Tensor each = v.whole(-2, 2, elements);
      all.add(Case.linear(new Index.GatherElements(axis), v.normal(2, 3, 4), each).holding(1));
      Index.GatherElementsGrad grad = new Index.GatherElementsGrad(axis, Shape.of(2, 3, 4));
      all.add(Case.linear(grad, v.normal(elements), each).holding(1));
    }
  }

  private static void movements(List<Case> all, Values v) {
    all.add(Case.linear(new Movement.Reshape(List.of(0, -1)), v.normal(2, 3, 4)));
    all.add(Case.linear(new Movement.Reshape(List.of()), v.normal(1, 1)));
    all.add(Case.linear(new Movement.Flatten(1), v.normal(2, 3, 4)));
    all.add(Case.linear(new Movement.Flatten(0), v.normal(2, 3)));
    all.add(Case.linear(new Movement.Transpose(List.of(2, 0, 1)), v.normal(2, 3, 4)));
    all.add(Case.linear(new Movement.Transpose(List.of(0, 3, 1, 2)), v.normal(1, 2, 3, 4)));
    all.add(Case.of(new Movement.Concat(1), v.normal(2, 3, 2), v.normal(2, 1, 2)));
    all.add(Case.of(new Movement.Concat(-1), v.normal(3, 1), v.normal(3, 4), v.normal(3, 2)));
    all.add(Case.linear(new Movement.Concat(0), v.normal(2, 2)));
    slice(all, v, List.of(new Movement.Range(1, 1, 6, 2)), 2, 7);
    slice(
        all,
        v,
        List.of(new Movement.Range(-1, -1, Integer.MIN_VALUE, -2), new Movement.Range(0, 1, 99, 1)),
        3,
        2,
        4);
    all.add(Case.linear(new Movement.Expand(Shape.of(2, 3, 4)), v.normal(3, 1)));
    all.add(Case.linear(new Movement.Expand(Shape.of(3, 1)), v.normal(2, 1, 4)));
    all.add(Case.linear(new Movement.Expand(Shape.of(2, 2)), v.normal()));
    all.add(Case.linear(new Movement.Squeeze(List.of(1)), v.normal(2, 1, 3, 1)));
    all.add(Case.linear(new Movement.Squeeze(List.of()), v.normal(2, 1, 3, 1)));
    all.add(Case.linear(new Movement.Unsqueeze(List.of(0, -1)), v.normal(2, 3)));
    all.add(Case.linear(new Movement.Identity(), v.normal(2, 3)));
    all.add(Case.linear(new Movement.Dropout(), v.normal(2, 3)));
  }

  private static void slice(List<Case> all, Values v, List<Movement.Range> ranges, int... x) {
    Movement.Slice slice = new Movement.Slice(ranges);
    int[] y = slice.infer(List.of(Shape.of(x))).dims();
    all.add(Case.linear(slice, v.normal(x)));
    all.add(Case.linear(new Movement.Embed(ranges, Shape.of(x)), v.normal(y)));
  }

  private static void pads(List<Case> all, Values v) {
    List<List<Integer>> amounts =
        List.of(List.of(0, 1, 2), List.of(2, 0, 0), List.of(-1, 1, 0), List.of(1, -1, -1));
    for (Movement.PadMode mode : Movement.PadMode.values()) {
      for (int i = 0; i < amounts.size(); i += 2) {
        List<Integer> before = amounts.get(i);
        List<Integer> after = amounts.get(i + 1);
        Shape x = Shape.of(3, 2, 4);
        Movement.Pad pad = new Movement.Pad(mode, before, after, 0);
        all.add(Case.linear(pad, v.normal(3, 2, 4)));
        all.add(Case.of(new Movement.Pad(mode, before, after, 1.5), v.normal(3, 2, 4)));
        int[] y = pad.infer(List.of(x)).dims();
        all.add(Case.linear(new Movement.PadGrad(mode, before, after, x), v.normal(y)));
      }
    }
  }

  private static void resizes(List<Case> all, Values v) {
    for (Resize.Mode mode : Resize.Mode.values()) {
      for (Resize.Coordinates coordinates : Resize.Coordinates.values()) {
        var sampling = new Resize.Sampling(mode, coordinates, Resize.Rounding.FLOOR);
        resize(all, v, new Resize.Forward(sampling, List.of(5), List.of()), 2, 1, 3);
        resize(all, v, new Resize.Forward(sampling, List.of(), List.of(2.0, 0.5)), 1, 2, 3, 4);
        resize(all, v, new Resize.Forward(sampling, List.of(4, 1, 3), List.of()), 1, 1, 2, 3, 2);
      }
    }
  }

  private static void resize(List<Case> all, Values v, Resize.Forward forward, int... x) {
    int[] y = forward.infer(List.of(Shape.of(x))).dims();
    all.add(Case.linear(forward, v.normal(x)));
    all.add(Case.linear(new Resize.Grad(forward, ConvRules.spatial(Shape.of(x))), v.normal(y)));
  }
}
