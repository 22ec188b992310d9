package voxcam.check;

import static voxcam.check.Fill.coarse;
import static voxcam.check.Fill.positions;
import static voxcam.check.Fill.signed;

import java.util.List;
import voxcam.op.Index;
import voxcam.op.Shape;

final class IndexCases {
  private IndexCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    list.exact("over channels", new Index.ArgMax(1, false), signed(2, 5, 3, 4, 17));
    list.exact("over channels, kept", new Index.ArgMax(1, true), signed(1, 18, 3, 4, 5));
    list.exact("the first of equals, last axis", new Index.ArgMax(-1, false), coarse(3, 37));
    list.exact("the first of equals, first axis", new Index.ArgMax(0, false), coarse(20, 17));
    list.exact("of a vector", new Index.ArgMax(0, false), signed(33));
    for (Index.Part part : Index.Part.values()) {
      String what = part == Index.Part.VALUES ? "values" : "indices";
      list.exact(what + ", last axis", new Index.TopK(3, -1, true, part), signed(4, 17));
      list.exact(what + ", smallest", new Index.TopK(2, -1, false, part), signed(4, 17));
      list.exact(what + ", channels", new Index.TopK(4, 1, true, part), signed(2, 6, 3, 5));
      list.exact(what + ", equals", new Index.TopK(5, 0, true, part), coarse(18, 3));
      list.exact(what + ", smallest of equals", new Index.TopK(5, 0, false, part), coarse(18, 3));
      list.exact(what + ", all", new Index.TopK(7, 0, true, part), signed(7));
    }
    gather(list, 0, new int[] {7, 5}, 4);
    gather(list, 1, new int[] {2, 6, 3, 17}, 9);
    gather(list, -1, new int[] {3, 18}, 2, 5);
    gather(list, 1, new int[] {2, 6, 17});
    elements(list, 0, new int[] {5, 17}, 8, 17);
    elements(list, 1, new int[] {2, 6, 3, 5}, 2, 4, 3, 5);
    elements(list, -1, new int[] {3, 18}, 2, 33);
    return list.cases();
  }

  private static void gather(CaseList list, int axis, int[] x, int... indices) {
    Shape shape = Shape.of(x);
    int size = shape.dim(axis);
    Index.Gather op = new Index.Gather(axis);
    int[] output = op.infer(List.of(shape, Shape.of(indices))).dims();
    String what = "of " + shape + " along " + axis + " at " + Shape.of(indices);
    list.exact(what, op, signed(x), positions(size, indices));
    list.add(what, new Index.GatherGrad(axis, shape), signed(output), positions(size, indices));
  }

  private static void elements(CaseList list, int axis, int[] x, int... indices) {
    Shape shape = Shape.of(x);
    int size = shape.dim(axis);
    String what = "of " + shape + " along " + axis + " at " + Shape.of(indices);
    list.exact(what, new Index.GatherElements(axis), signed(x), positions(size, indices));
    list.add(
        what, new Index.GatherElementsGrad(axis, shape), signed(indices), positions(size, indices));
  }
}
