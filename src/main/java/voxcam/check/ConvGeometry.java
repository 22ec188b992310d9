package voxcam.check;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Window;

/** Sizes and window of one convolution, and the list of those that are tried. */
record ConvGeometry(
    String what, int n, int c, int k, int groups, Window window, List<Integer> spatial) {

  private ConvGeometry(
      String what, int n, int c, int k, int groups, Window window, int... spatial) {
    this(what, n, c, k, groups, window, IntStream.of(spatial).boxed().toList());
  }

  int[] input() {
    return dims(n, c, spatial);
  }

  int[] weight() {
    return dims(k, c / groups, kernel(window));
  }

  int[] output() {
    Shape shape =
        new Conv.Forward(window, groups).infer(List.of(Shape.of(input()), Shape.of(weight())));
    return shape.dims();
  }

  /** Channel counts, kernels, strides and so on, each in a small volume. */
  static List<ConvGeometry> volumes() {
    List<ConvGeometry> all = new ArrayList<>();
    Window three = Window.cube(3, 3, 1, 1, 1);
    int[][] channels = {
      {1, 5}, {3, 16}, {5, 17}, {16, 1}, {17, 20}, {20, 33}, {32, 3}, {33, 32}, {16, 16}
    };
    for (int[] pair : channels) {
      all.add(
          new ConvGeometry(
              pair[0] + " to " + pair[1] + " channels", 1, pair[0], pair[1], 1, three, 2, 3, 9));
    }
    for (int kernel : new int[] {1, 3, 5, 7}) {
      Window window = Window.cube(3, kernel, 1, kernel / 2, 1);
      all.add(new ConvGeometry("kernel " + kernel, 1, 3, 17, 1, window, 3, 3, 11));
    }
    all.add(new ConvGeometry("batch 2", 2, 5, 16, 1, three, 3, 5, 6));
    all.add(
        new ConvGeometry(
            "kernel 1x3x3",
            1,
            4,
            16,
            1,
            window(pad(1, 1, 0), pad(3, 1, 1), pad(3, 1, 1)),
            3,
            5,
            9));
    all.add(
        new ConvGeometry(
            "kernel 3x1x1",
            1,
            17,
            5,
            1,
            window(pad(3, 1, 1), pad(1, 1, 0), pad(1, 1, 0)),
            5,
            3,
            9));
    all.add(
        new ConvGeometry(
            "kernel 2x3x4",
            1,
            3,
            20,
            1,
            window(pad(2, 1, 0), pad(3, 1, 0), pad(4, 1, 1)),
            4,
            5,
            10));
    all.add(new ConvGeometry("no padding", 1, 3, 16, 1, Window.cube(3, 3, 1, 0, 1), 5, 4, 19));
    all.add(new ConvGeometry("output of size 1", 2, 6, 17, 1, Window.cube(3, 4, 1, 0, 1), 4, 4, 4));
    all.add(new ConvGeometry("stride 2", 1, 5, 16, 1, Window.cube(3, 3, 2, 1, 1), 6, 7, 21));
    all.add(new ConvGeometry("stride 3", 1, 3, 5, 1, Window.cube(3, 3, 3, 1, 1), 7, 8, 20));
    all.add(
        new ConvGeometry("stride 2, kernel 1", 1, 16, 32, 1, Window.cube(3, 1, 2, 0, 1), 5, 6, 19));
    all.add(
        new ConvGeometry(
            "stride 1x2x2, kernel 3x7x7",
            1,
            3,
            16,
            1,
            window(pad(3, 1, 1), pad(7, 2, 3), pad(7, 2, 3)),
            3,
            10,
            13));
    all.add(
        new ConvGeometry("stride 2, kernel 7", 1, 1, 16, 1, Window.cube(3, 7, 2, 3, 1), 6, 9, 13));
    all.add(new ConvGeometry("dilation 2", 1, 5, 16, 1, Window.cube(3, 3, 1, 2, 2), 5, 6, 18));
    all.add(
        new ConvGeometry(
            "dilation 4, mostly padding", 1, 5, 5, 1, Window.cube(3, 3, 1, 4, 4), 3, 5, 11));
    all.add(
        new ConvGeometry(
            "dilation 1x2x3, stride 2x1x2",
            1,
            4,
            6,
            1,
            window(axis(3, 2, 1, 1, 1), axis(3, 1, 2, 2, 2), axis(3, 2, 3, 3, 3)),
            5,
            6,
            17));
    all.add(
        new ConvGeometry(
            "padding at one end",
            1,
            3,
            16,
            1,
            window(axis(3, 1, 2, 0, 1), axis(3, 1, 0, 2, 1), axis(3, 2, 0, 1, 1)),
            4,
            5,
            12));
    all.add(
        new ConvGeometry(
            "padding wider than kernel",
            1,
            2,
            5,
            1,
            window(axis(1, 1, 2, 1, 1), axis(2, 1, 3, 3, 1), axis(3, 1, 5, 4, 1)),
            2,
            3,
            4));
    all.add(new ConvGeometry("2 groups", 1, 6, 8, 2, three, 3, 4, 9));
    all.add(new ConvGeometry("2 groups of 16", 2, 32, 32, 2, three, 3, 3, 10));
    all.add(
        new ConvGeometry("4 groups with stride", 1, 4, 12, 4, Window.cube(3, 3, 2, 1, 1), 5, 5, 9));
    all.add(new ConvGeometry("5 depthwise", 1, 5, 5, 5, three, 4, 5, 18));
    all.add(new ConvGeometry("17 depthwise", 2, 17, 17, 17, Window.cube(3, 3, 2, 1, 1), 4, 5, 7));
    all.add(new ConvGeometry("32 depthwise, 2 for each", 1, 32, 64, 32, three, 2, 3, 9));
    all.add(new ConvGeometry("1D", 2, 3, 17, 1, Window.cube(1, 3, 1, 1, 1), 37));
    all.add(
        new ConvGeometry("1D, stride 2, dilation 3", 1, 16, 16, 1, Window.cube(1, 3, 2, 3, 3), 41));
    all.add(new ConvGeometry("2D", 2, 3, 16, 1, Window.cube(2, 3, 1, 1, 1), 7, 19));
    all.add(
        new ConvGeometry(
            "2D, stride 2, kernel 7", 1, 3, 32, 1, Window.cube(2, 7, 2, 3, 1), 15, 17));
    all.add(
        new ConvGeometry(
            "2D, 2 groups, dilation 2", 1, 10, 6, 2, Window.cube(2, 3, 1, 2, 2), 6, 9));
    all.add(new ConvGeometry("wide pointwise", 1, 33, 20, 1, Window.cube(3, 1, 1, 0, 1), 3, 5, 7));
    return all;
  }

  /** Rows of every length around the width of vectors. */
  static List<ConvGeometry> rows() {
    List<ConvGeometry> all = new ArrayList<>();
    for (int w = 1; w <= 40; w++) {
      all.add(new ConvGeometry("row of " + w, 1, 5, 17, 1, Window.cube(3, 3, 1, 1, 1), 2, 1, w));
    }
    for (int w : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
      all.add(
          new ConvGeometry(
              "pointwise row of " + w, 1, 16, 32, 1, Window.cube(3, 1, 1, 0, 1), 1, 2, w));
    }
    return all;
  }

  static Window window(Window.Axis... axes) {
    return new Window(List.of(axes));
  }

  static Window.Axis axis(int kernel, int stride, int padBegin, int padEnd, int dilation) {
    return new Window.Axis(kernel, stride, padBegin, padEnd, dilation);
  }

  static Window.Axis pad(int kernel, int stride, int pad) {
    return new Window.Axis(kernel, stride, pad, pad, 1);
  }

  static List<Integer> kernel(Window window) {
    return window.axes().stream().map(Window.Axis::kernel).toList();
  }

  static int[] dims(int first, int second, List<Integer> rest) {
    return IntStream.concat(IntStream.of(first, second), rest.stream().mapToInt(i -> i)).toArray();
  }
}
