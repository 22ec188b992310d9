package voxcam.check;

import static voxcam.check.Fill.positive;
import static voxcam.check.Fill.signed;
import static voxcam.check.Fill.vector;
import static voxcam.check.Fill.wide;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Unary;

final class NormCases {
  private NormCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    int[][] shapes = {
      {2, 3, 4, 5, 7}, {1, 17, 3, 3, 9}, {2, 16, 33}, {1, 20, 5, 7}, {1, 1, 3, 3, 3}
    };
    for (int[] dims : shapes) {
      String what = "of " + Shape.of(dims);
      int c = dims[1];
      list.add(
          what, new Norm.Batch(1e-5), wide(dims), signed(c), signed(c), signed(c), positive(c));
      list.add(what, new Norm.Instance(1e-5), wide(dims));
      list.add(
          what + ", scale and bias", new Norm.Instance(1e-3), wide(dims), signed(c), signed(c));
      list.add(what + ", 1 group", new Norm.Group(1, 1e-5), wide(dims));
      list.add(
          what + ", all groups, scale and bias",
          new Norm.Group(c, 1e-5),
          wide(dims),
          signed(c),
          signed(c));
      list.add(
          what + ", batch and relu",
          new Norm.Activated(new Norm.Batch(1e-5), new Unary.Relu()),
          wide(dims),
          signed(c),
          signed(c),
          signed(c),
          positive(c));
      list.add(
          what + ", instance and leaky relu",
          new Norm.Activated(new Norm.Instance(1e-5), new Unary.LeakyRelu(0.1)),
          wide(dims));
      list.add(
          what + ", group and silu",
          new Norm.Activated(new Norm.Group(1, 1e-5), new Unary.Silu()),
          wide(dims),
          signed(c),
          signed(c));
      list.add(what + ", 1 group", new Norm.GroupGrad(1, 1e-5), wide(dims), signed(dims));
      list.add(
          what + ", all groups, scale",
          new Norm.GroupGrad(c, 1e-3),
          wide(dims),
          signed(dims),
          signed(c));
      list.add(what + ", along channels", new Norm.L2(1), wide(dims));
      list.add(what + ", along the last axis", new Norm.L2(-1), wide(dims));
    }
    list.add(
        "of rows",
        new Norm.Batch(1e-3),
        wide(5, 18),
        signed(18),
        signed(18),
        signed(18),
        positive(18));
    list.add(
        "3 groups of 6", new Norm.Group(3, 1e-5), wide(2, 18, 3, 4, 5), signed(18), signed(18));
    list.add(
        "2 groups of 16", new Norm.Group(2, 1e-5), wide(1, 32, 3, 4, 5), signed(32), signed(32));
    list.add(
        "3 groups of 6",
        new Norm.GroupGrad(3, 1e-5),
        wide(2, 18, 3, 4, 5),
        signed(2, 18, 3, 4, 5),
        signed(18));
    list.add("of rows", new Norm.GroupGrad(2, 1e-5), wide(3, 6), signed(3, 6), signed(6));
    list.add("of rows", new Norm.Group(2, 1e-5), wide(3, 6), signed(6), signed(6));
    list.add("zero stays zero", new Norm.L2(0), vector(0, 0, 0));
    list.add("of a tiny vector", new Norm.L2(0), vector(3e-13, -4e-13));
    layers(list, 2, 5, 33);
    layers(list, 3, 4, 5, 7);
    layers(list, 1, 2, 3, 4, 17);
    return list.cases();
  }

  private static void layers(CaseList list, int... dims) {
    Shape shape = Shape.of(dims);
    for (int axis : new int[] {-1, 1}) {
      int[] normal = Arrays.copyOfRange(dims, shape.axis(axis), dims.length);
      String what = "of " + shape + " from " + axis;
      list.add(what, new Norm.Layer(axis, 1e-5), wide(dims));
      list.add(what + ", scale", new Norm.Layer(axis, 1e-5), wide(dims), signed(normal));
      list.add(
          what + ", scale and bias",
          new Norm.Layer(axis, 1e-3),
          wide(dims),
          signed(normal),
          signed(normal));
    }
  }
}
