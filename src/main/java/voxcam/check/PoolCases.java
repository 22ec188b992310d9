package voxcam.check;

import static voxcam.check.Fill.coarse;
import static voxcam.check.Fill.signed;

import java.util.ArrayList;
import java.util.List;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Window;

final class PoolCases {
  private PoolCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    sliding(list, "kernel 2, stride 2", Window.cube(3, 2, 2, 0, 1), false, 2, 3, 4, 6, 34);
    sliding(
        list, "kernel 2, stride 2, odd sizes", Window.cube(3, 2, 2, 0, 1), false, 1, 5, 5, 7, 35);
    sliding(
        list, "kernel 3, stride 2, padding 1", Window.cube(3, 3, 2, 1, 1), false, 1, 17, 5, 6, 9);
    sliding(
        list, "kernel 3, stride 1, padding 1", Window.cube(3, 3, 1, 1, 1), false, 1, 3, 4, 5, 19);
    sliding(list, "ceil", Window.cube(3, 3, 2, 0, 1), true, 1, 3, 4, 6, 10);
    sliding(list, "ceil with padding", Window.cube(3, 3, 2, 1, 1), true, 1, 2, 4, 6, 8);
    sliding(list, "ceil, last window dropped", Window.cube(3, 2, 3, 1, 1), true, 1, 2, 4, 6, 8);
    Window slices = new Window(List.of(Window.Axis.UNIT, axis(2, 2, 0, 0, 1), axis(3, 2, 1, 1, 1)));
    sliding(list, "kernel 1x2x3", slices, false, 2, 3, 3, 6, 17);
    Window uneven =
        new Window(List.of(axis(2, 1, 1, 0, 1), axis(3, 1, 0, 2, 1), axis(3, 2, 2, 1, 1)));
    sliding(list, "padding at one end", uneven, false, 1, 3, 4, 5, 9);
    sliding(list, "dilation 2", Window.cube(3, 2, 1, 1, 2), false, 1, 3, 4, 5, 9);
    sliding(list, "stride wider than kernel", Window.cube(3, 2, 3, 0, 1), false, 1, 3, 5, 8, 20);
    sliding(list, "1D", Window.cube(1, 3, 2, 1, 1), false, 2, 3, 37);
    sliding(list, "2D", Window.cube(2, 3, 2, 1, 1), false, 2, 5, 9, 13);
    sliding(list, "2D, ceil", Window.cube(2, 2, 2, 0, 1), true, 1, 16, 5, 7);
    adaptive(list, "to 1", List.of(1, 1, 1), 2, 5, 3, 4, 17);
    adaptive(list, "to 2x3x4", List.of(2, 3, 4), 1, 3, 5, 7, 10);
    adaptive(list, "to more than there is", List.of(3, 5, 7), 1, 3, 2, 5, 3);
    adaptive(list, "1D", List.of(5), 2, 3, 33);
    adaptive(list, "2D", List.of(3, 7), 1, 3, 8, 9);
    for (int[] dims :
        new int[][] {
          {2, 5, 3, 4, 17}, {1, 17, 1, 1, 1}, {1, 3, 37}, {2, 16, 5, 7}, {1, 1, 9, 9, 9}
        }) {
      String what = "of " + Shape.of(dims);
      list.add(what, new Pool.GlobalAverage(), signed(dims));
      list.exact(what, new Pool.GlobalMax(), signed(dims));
    }
    return list.cases();
  }

  private static void sliding(
      CaseList list, String what, Window window, boolean ceil, int... dims) {
    Regions regions = new Regions.Sliding(window, ceil);
    maximum(list, what, regions, dims);
    average(list, what, regions, false, dims);
    average(list, what + ", padding counts", regions, true, dims);
  }

  private static void adaptive(CaseList list, String what, List<Integer> sizes, int... dims) {
    Regions regions = new Regions.Adaptive(sizes);
    maximum(list, "adaptive " + what, regions, dims);
    average(list, "adaptive " + what, regions, false, dims);
  }

  /** Quarters make ties, whose first element must win. */
  private static void maximum(CaseList list, String what, Regions regions, int... dims) {
    int[] output = new Pool.Max(regions).infer(List.of(Shape.of(dims))).dims();
    list.exact(what, new Pool.Max(regions), signed(dims));
    list.exact(what, new Pool.MaxPick(regions), coarse(dims), signed(dims));
    list.add(what, new Pool.MaxScatter(regions), coarse(dims), signed(output));
  }

  private static void average(
      CaseList list, String what, Regions regions, boolean countIncludePad, int... dims) {
    Pool.Average op = new Pool.Average(regions, countIncludePad);
    List<Integer> spatial = new ArrayList<>();
    for (int i = 2; i < dims.length; i++) {
      spatial.add(dims[i]);
    }
    int[] output = op.infer(List.of(Shape.of(dims))).dims();
    list.add(what, op, signed(dims));
    list.add(what, new Pool.AverageGrad(regions, countIncludePad, spatial), signed(output));
  }

  private static Window.Axis axis(int kernel, int stride, int padBegin, int padEnd, int dilation) {
    return new Window.Axis(kernel, stride, padBegin, padEnd, dilation);
  }
}
