package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Resize;
import voxcam.op.Shape;

final class ResizeCases {
  private ResizeCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    for (Resize.Coordinates coordinates : Resize.Coordinates.values()) {
      for (Resize.Sampling sampling : samplings(coordinates)) {
        String name = name(sampling);
        sizes(list, name + "up", sampling, List.of(6, 10, 35), 1, 3, 3, 5, 17);
        sizes(list, name + "down", sampling, List.of(3, 1, 7), 2, 3, 5, 4, 18);
        scales(list, name + "by 1.7 and 0.6", sampling, List.of(1.7, 0.6), 1, 5, 7, 9);
      }
    }
    Resize.Sampling linear = Resize.Sampling.TRILINEAR;
    sizes(list, "2D", linear, List.of(7, 33), 2, 3, 5, 8);
    sizes(list, "1D", linear, List.of(33), 2, 3, 8);
    sizes(list, "from one point", linear, List.of(3, 4, 17), 1, 2, 1, 1, 1);
    sizes(list, "to the same size", linear, List.of(3, 4, 17), 1, 2, 3, 4, 17);
    sizes(list, "a little smaller", linear, List.of(7, 6, 15), 1, 2, 8, 8, 17);
    sizes(list, "many times larger", linear, List.of(20, 20, 40), 1, 1, 2, 3, 4);
    // Of its gradient's tables each ends where the next one begins: 1 + 1 + 62 and 2 x 32 numbers.
    sizes(list, "tables without a gap", linear, List.of(62), 1, 2, 32);
    scales(list, "doubled", linear, List.of(2.0, 2.0, 2.0), 1, 17, 3, 4, 5);
    return list.cases();
  }

  private static List<Resize.Sampling> samplings(Resize.Coordinates coordinates) {
    List<Resize.Sampling> all = new ArrayList<>();
    all.add(new Resize.Sampling(Resize.Mode.LINEAR, coordinates, Resize.Rounding.FLOOR));
    for (Resize.Rounding rounding : Resize.Rounding.values()) {
      all.add(new Resize.Sampling(Resize.Mode.NEAREST, coordinates, rounding));
    }
    return all;
  }

  private static String name(Resize.Sampling sampling) {
    String rounding = sampling.mode() == Resize.Mode.LINEAR ? "" : sampling.rounding() + " ";
    return sampling.mode() + " " + sampling.coordinates() + " " + rounding;
  }

  private static void sizes(
      CaseList list, String what, Resize.Sampling sampling, List<Integer> sizes, int... dims) {
    add(list, what, new Resize.Forward(sampling, sizes, List.of()), dims);
  }

  private static void scales(
      CaseList list, String what, Resize.Sampling sampling, List<Double> scales, int... dims) {
    add(list, what, new Resize.Forward(sampling, List.of(), scales), dims);
  }

  private static void add(CaseList list, String what, Resize.Forward op, int... dims) {
    List<Integer> spatial = new ArrayList<>();
    for (int i = 2; i < dims.length; i++) {
      spatial.add(dims[i]);
    }
    int[] output = op.infer(List.of(Shape.of(dims))).dims();
    list.add(what, op, signed(dims));
    list.add(what, new Resize.Grad(op, spatial), signed(output));
  }
}
