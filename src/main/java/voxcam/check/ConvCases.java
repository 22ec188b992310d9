package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

final class ConvCases {
  private ConvCases() {}

  /** Sizes and window of one convolution. */
  private record Geometry(
      String what, int n, int c, int k, int groups, Window window, int... spatial) {
    int[] input() {
      return dims(n, c, spatial);
    }

    int[] weight() {
      return dims(k, c / groups, window.axes().stream().mapToInt(Window.Axis::kernel).toArray());
    }

    int[] output() {
      Shape shape =
          new Conv.Forward(window, groups).infer(List.of(Shape.of(input()), Shape.of(weight())));
      return shape.dims();
    }
  }

  static List<OpCase> all() {
    CaseList list = new CaseList();
    int number = 0;
    for (Geometry geometry : geometries()) {
      forward(list, geometry, number);
      fused(list, geometry, number);
      gradients(list, geometry);
      number++;
    }
    for (Geometry row : rows()) {
      forward(list, row, number);
      gradients(list, row);
      number++;
    }
    transposed(list);
    return list.cases();
  }

  /** With a bias every other time. */
  private static void forward(CaseList list, Geometry g, int number) {
    Conv op = new Conv.Forward(g.window, g.groups);
    if (number % 2 == 0) {
      list.add(g.what, op, signed(g.input()), signed(g.weight()), signed(g.k));
    } else {
      list.add(g.what, op, signed(g.input()), signed(g.weight()));
    }
  }

  /** With each activation and with and without an added tensor in turn. */
  private static void fused(CaseList list, Geometry g, int number) {
    List<Optional<Unary>> activations =
        List.of(
            Optional.of(new Unary.Relu()),
            Optional.empty(),
            Optional.of(new Unary.LeakyRelu(0.1)),
            Optional.of(new Unary.Gelu(false)),
            Optional.of(new Unary.Clip(0, 0.5)));
    boolean residual = number % 2 == 0;
    Conv op =
        new Conv.Fused(g.window, g.groups, activations.get(number % activations.size()), residual);
    if (residual) {
      list.add(g.what, op, signed(g.input()), signed(g.weight()), signed(g.k), signed(g.output()));
    } else {
      list.add(g.what, op, signed(g.input()), signed(g.weight()), signed(g.k));
    }
  }

  private static void gradients(CaseList list, Geometry g) {
    List<Integer> spatial = new ArrayList<>();
    for (int size : g.spatial) {
      spatial.add(size);
    }
    Conv inputGrad = new Conv.InputGrad(g.window, g.groups, spatial);
    list.add(g.what, inputGrad, signed(g.output()), signed(g.weight()));
    list.add(
        g.what, new Conv.WeightGrad(g.window, g.groups), signed(g.input()), signed(g.output()));
  }

  private static List<Geometry> geometries() {
    List<Geometry> all = new ArrayList<>();
    Window three = Window.cube(3, 3, 1, 1, 1);
    int[][] channels = {
      {1, 5}, {3, 16}, {5, 17}, {16, 1}, {17, 20}, {20, 33}, {32, 3}, {33, 32}, {16, 16}
    };
    for (int[] pair : channels) {
      all.add(
          new Geometry(
              pair[0] + " to " + pair[1] + " channels", 1, pair[0], pair[1], 1, three, 2, 3, 9));
    }
    for (int kernel : new int[] {1, 3, 5, 7}) {
      Window window = Window.cube(3, kernel, 1, kernel / 2, 1);
      all.add(new Geometry("kernel " + kernel, 1, 3, 17, 1, window, 3, 3, 11));
    }
    all.add(new Geometry("batch 2", 2, 5, 16, 1, three, 3, 5, 6));
    all.add(
        new Geometry(
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
        new Geometry(
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
        new Geometry(
            "kernel 2x3x4",
            1,
            3,
            20,
            1,
            window(pad(2, 1, 0), pad(3, 1, 0), pad(4, 1, 1)),
            4,
            5,
            10));
    all.add(new Geometry("no padding", 1, 3, 16, 1, Window.cube(3, 3, 1, 0, 1), 5, 4, 19));
    all.add(new Geometry("output of size 1", 2, 6, 17, 1, Window.cube(3, 4, 1, 0, 1), 4, 4, 4));
    all.add(new Geometry("stride 2", 1, 5, 16, 1, Window.cube(3, 3, 2, 1, 1), 6, 7, 21));
    all.add(new Geometry("stride 3", 1, 3, 5, 1, Window.cube(3, 3, 3, 1, 1), 7, 8, 20));
    all.add(new Geometry("stride 2, kernel 1", 1, 16, 32, 1, Window.cube(3, 1, 2, 0, 1), 5, 6, 19));
    all.add(
        new Geometry(
            "stride 1x2x2, kernel 3x7x7",
            1,
            3,
            16,
            1,
            window(pad(3, 1, 1), pad(7, 2, 3), pad(7, 2, 3)),
            3,
            10,
            13));
    all.add(new Geometry("stride 2, kernel 7", 1, 1, 16, 1, Window.cube(3, 7, 2, 3, 1), 6, 9, 13));
    all.add(new Geometry("dilation 2", 1, 5, 16, 1, Window.cube(3, 3, 1, 2, 2), 5, 6, 18));
    all.add(
        new Geometry(
            "dilation 4, mostly padding", 1, 5, 5, 1, Window.cube(3, 3, 1, 4, 4), 3, 5, 11));
    all.add(
        new Geometry(
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
        new Geometry(
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
        new Geometry(
            "padding wider than kernel",
            1,
            2,
            5,
            1,
            window(axis(1, 1, 2, 1, 1), axis(2, 1, 3, 3, 1), axis(3, 1, 5, 4, 1)),
            2,
            3,
            4));
    all.add(new Geometry("2 groups", 1, 6, 8, 2, three, 3, 4, 9));
    all.add(new Geometry("2 groups of 16", 2, 32, 32, 2, three, 3, 3, 10));
    all.add(new Geometry("4 groups with stride", 1, 4, 12, 4, Window.cube(3, 3, 2, 1, 1), 5, 5, 9));
    all.add(new Geometry("5 depthwise", 1, 5, 5, 5, three, 4, 5, 18));
    all.add(new Geometry("17 depthwise", 2, 17, 17, 17, Window.cube(3, 3, 2, 1, 1), 4, 5, 7));
    all.add(new Geometry("32 depthwise, 2 for each", 1, 32, 64, 32, three, 2, 3, 9));
    all.add(new Geometry("1D", 2, 3, 17, 1, Window.cube(1, 3, 1, 1, 1), 37));
    all.add(new Geometry("1D, stride 2, dilation 3", 1, 16, 16, 1, Window.cube(1, 3, 2, 3, 3), 41));
    all.add(new Geometry("2D", 2, 3, 16, 1, Window.cube(2, 3, 1, 1, 1), 7, 19));
    all.add(
        new Geometry("2D, stride 2, kernel 7", 1, 3, 32, 1, Window.cube(2, 7, 2, 3, 1), 15, 17));
    all.add(
        new Geometry("2D, 2 groups, dilation 2", 1, 10, 6, 2, Window.cube(2, 3, 1, 2, 2), 6, 9));
    all.add(new Geometry("wide pointwise", 1, 33, 20, 1, Window.cube(3, 1, 1, 0, 1), 3, 5, 7));
    return all;
  }

  /** Rows of every length around the width of vectors. */
  private static List<Geometry> rows() {
    List<Geometry> all = new ArrayList<>();
    for (int w = 1; w <= 40; w++) {
      all.add(new Geometry("row of " + w, 1, 5, 17, 1, Window.cube(3, 3, 1, 1, 1), 2, 1, w));
    }
    for (int w : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 33}) {
      all.add(
          new Geometry("pointwise row of " + w, 1, 16, 32, 1, Window.cube(3, 1, 1, 0, 1), 1, 2, w));
    }
    return all;
  }

  private static void transposed(CaseList list) {
    Window doubling = Window.cube(3, 2, 2, 0, 1);
    transposed(list, "kernel 2, stride 2", 2, 5, 17, 1, doubling, List.of(0, 0, 0), true, 3, 4, 9);
    transposed(
        list, "16 to 16 channels", 1, 16, 16, 1, doubling, List.of(0, 0, 0), false, 2, 3, 17);
    transposed(
        list,
        "kernel 3, stride 2, output padding",
        1,
        17,
        3,
        1,
        Window.cube(3, 3, 2, 1, 1),
        List.of(1, 1, 1),
        true,
        3,
        4,
        5);
    transposed(
        list,
        "kernel 3, stride 1",
        1,
        3,
        20,
        1,
        Window.cube(3, 3, 1, 1, 1),
        List.of(0, 0, 0),
        true,
        3,
        4,
        18);
    transposed(
        list,
        "kernel 4, stride 2",
        1,
        32,
        5,
        1,
        Window.cube(3, 4, 2, 1, 1),
        List.of(0, 0, 0),
        false,
        3,
        4,
        5);
    transposed(
        list,
        "kernel 1x2x2",
        1,
        4,
        6,
        1,
        window(pad(1, 1, 0), pad(2, 2, 0), pad(2, 2, 0)),
        List.of(0, 0, 0),
        true,
        3,
        4,
        5);
    transposed(
        list,
        "stride wider than kernel",
        1,
        3,
        5,
        1,
        Window.cube(3, 2, 3, 0, 1),
        List.of(2, 0, 1),
        true,
        2,
        3,
        4);
    transposed(
        list,
        "dilation 2",
        1,
        3,
        5,
        1,
        Window.cube(3, 3, 2, 2, 2),
        List.of(0, 1, 0),
        false,
        3,
        4,
        5);
    transposed(
        list,
        "padding at one end",
        1,
        3,
        5,
        1,
        window(axis(3, 2, 1, 0, 1), axis(3, 2, 0, 1, 1), axis(3, 1, 2, 0, 1)),
        List.of(0, 0, 0),
        true,
        3,
        4,
        5);
    transposed(list, "2 groups", 1, 6, 8, 2, doubling, List.of(0, 0, 0), true, 2, 3, 4);
    transposed(
        list,
        "5 depthwise",
        1,
        5,
        5,
        5,
        Window.cube(3, 4, 2, 1, 1),
        List.of(0, 0, 0),
        false,
        2,
        3,
        9);
    transposed(list, "1D", 2, 3, 4, 1, Window.cube(1, 4, 2, 1, 1), List.of(1), true, 13);
    transposed(list, "2D", 2, 17, 3, 1, Window.cube(2, 3, 2, 1, 1), List.of(1, 0), true, 5, 7);
  }

  private static void transposed(
      CaseList list,
      String what,
      int n,
      int c,
      int k,
      int groups,
      Window window,
      List<Integer> outputPadding,
      boolean bias,
      int... spatial) {
    Conv op = new Conv.Transposed(window, groups, outputPadding);
    Fill x = signed(dims(n, c, spatial));
    Fill w =
        signed(dims(c, k / groups, window.axes().stream().mapToInt(Window.Axis::kernel).toArray()));
    if (bias) {
      list.add(what, op, x, w, signed(k));
    } else {
      list.add(what, op, x, w);
    }
  }

  private static Window window(Window.Axis... axes) {
    return new Window(List.of(axes));
  }

  private static Window.Axis axis(int kernel, int stride, int padBegin, int padEnd, int dilation) {
    return new Window.Axis(kernel, stride, padBegin, padEnd, dilation);
  }

  private static Window.Axis pad(int kernel, int stride, int pad) {
    return new Window.Axis(kernel, stride, pad, pad, 1);
  }

  private static int[] dims(int first, int second, int[] rest) {
    int[] dims = new int[rest.length + 2];
    dims[0] = first;
    dims[1] = second;
    System.arraycopy(rest, 0, dims, 2, rest.length);
    return dims;
  }
}
