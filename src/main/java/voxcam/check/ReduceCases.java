package voxcam.check;

import static voxcam.check.Fill.signed;
import static voxcam.check.Fill.vector;
import static voxcam.check.Fill.wide;

import java.util.List;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Softmax;

final class ReduceCases {
  private ReduceCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      reduce(list, kind, List.of(), false, 2, 3, 4, 5, 7);
      reduce(list, kind, List.of(), true, 3, 37);
      reduce(list, kind, List.of(1), false, 2, 17, 3, 4, 9);
      reduce(list, kind, List.of(-1), true, 2, 5, 33);
      reduce(list, kind, List.of(2, 3, 4), true, 2, 5, 3, 4, 17);
      reduce(list, kind, List.of(0, 2, 3, 4), false, 2, 17, 3, 4, 5);
      reduce(list, kind, List.of(0, -2), false, 5, 4, 3, 18);
      reduce(list, kind, List.of(), false);
    }
    list.add(
        "of large values",
        new Reduce(Reduce.Kind.LogSumExp, List.of(), false),
        vector(1000, 999, -1000));
    for (int[] dims : new int[][] {{2, 3, 4, 5, 7}, {3, 37}, {1, 18, 3, 4, 5}, {16}}) {
      for (int axis : dims.length == 1 ? new int[] {0, -1} : new int[] {0, 1, -1}) {
        softmax(list, "of " + Shape.of(dims) + " along " + axis, axis, wide(dims));
      }
    }
    softmax(list, "of large values", 0, vector(1000, 999, -1000, 998.5));
    softmax(list, "of one value", 0, signed(1));
    softmax(list, "with values left out", 0, vector(1, Double.NEGATIVE_INFINITY, 2));
    return list.cases();
  }

  private static void reduce(
      CaseList list, Reduce.Kind kind, List<Integer> axes, boolean keep, int... dims) {
    Reduce op = new Reduce(kind, axes, keep);
    String what =
        "of "
            + Shape.of(dims)
            + " along "
            + (axes.isEmpty() ? "all" : axes)
            + (keep ? ", kept" : "");
    switch (kind) {
      case Max, Min -> list.exact(what, op, signed(dims));
      case Sum, Mean, LogSumExp, L1, L2 -> list.add(what, op, wide(dims));
    }
  }

  private static void softmax(CaseList list, String what, int axis, Fill x) {
    list.add(what, new Softmax.Plain(axis), x);
    list.add(what, new Softmax.Log(axis), x);
  }
}
