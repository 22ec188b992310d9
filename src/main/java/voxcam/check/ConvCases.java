package voxcam.check;

import static voxcam.check.ConvGeometry.axis;
import static voxcam.check.ConvGeometry.dims;
import static voxcam.check.ConvGeometry.pad;
import static voxcam.check.ConvGeometry.window;
import static voxcam.check.Fill.signed;

import java.util.List;
import java.util.Optional;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

final class ConvCases {
  private ConvCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    int number = 0;
    for (ConvGeometry geometry : ConvGeometry.volumes()) {
      forward(list, geometry, number);
      fused(list, geometry, number);
      gradients(list, geometry);
      number++;
    }
    for (ConvGeometry row : ConvGeometry.rows()) {
      forward(list, row, number);
      // Every third length still meets every remainder of the vectors' width.
      if (number % 3 == 0) {
        gradients(list, row);
      }
      number++;
    }
    transposed(list);
    return list.cases();
  }

  /** With a bias every other time. */
  private static void forward(CaseList list, ConvGeometry g, int number) {
    Conv op = new Conv.Forward(g.window(), g.groups());
    if (number % 2 == 0) {
      list.add(g.what(), op, signed(g.input()), signed(g.weight()), signed(g.k()));
    } else {
      list.add(g.what(), op, signed(g.input()), signed(g.weight()));
    }
  }

  /** With each activation and with and without an added tensor in turn. */
  private static void fused(CaseList list, ConvGeometry g, int number) {
    List<Optional<Unary>> activations =
        List.of(
            Optional.of(new Unary.Relu()),
            Optional.empty(),
            Optional.of(new Unary.LeakyRelu(0.1)),
            Optional.of(new Unary.Gelu(false)),
            Optional.of(new Unary.Clip(0, 0.5)));
    boolean residual = number % 2 == 0;
    Conv op =
        new Conv.Fused(
            g.window(), g.groups(), activations.get(number % activations.size()), residual);
    if (residual) {
      list.add(
          g.what(), op, signed(g.input()), signed(g.weight()), signed(g.k()), signed(g.output()));
    } else {
      list.add(g.what(), op, signed(g.input()), signed(g.weight()), signed(g.k()));
    }
  }

  private static void gradients(CaseList list, ConvGeometry g) {
    Conv inputGrad = new Conv.InputGrad(g.window(), g.groups(), g.spatial());
    list.add(g.what(), inputGrad, signed(g.output()), signed(g.weight()));
    list.add(
        g.what(),
        new Conv.WeightGrad(g.window(), g.groups()),
        signed(g.input()),
        signed(g.output()));
  }

  private static void transposed(CaseList list) {
    Window doubling = Window.cube(3, 2, 2, 0, 1);
    Window even = Window.cube(3, 4, 2, 1, 1);
    Window odd = Window.cube(3, 3, 2, 1, 1);
    biased(list, "kernel 2, stride 2", transposed(doubling, 0, 0, 0), Shape.of(2, 5, 3, 4, 9), 17);
    plain(list, "16 to 16 channels", transposed(doubling, 0, 0, 0), Shape.of(1, 16, 2, 3, 17), 16);
    biased(list, "output padding", transposed(odd, 1, 1, 1), Shape.of(1, 17, 3, 4, 5), 3);
    Window single = Window.cube(3, 3, 1, 1, 1);
    biased(list, "kernel 3, stride 1", transposed(single, 0, 0, 0), Shape.of(1, 3, 3, 4, 18), 20);
    plain(list, "kernel 4, stride 2", transposed(even, 0, 0, 0), Shape.of(1, 32, 3, 4, 5), 5);
    Window slices = window(pad(1, 1, 0), pad(2, 2, 0), pad(2, 2, 0));
    biased(list, "kernel 1x2x2", transposed(slices, 0, 0, 0), Shape.of(1, 4, 3, 4, 5), 6);
    Window gaps = Window.cube(3, 2, 3, 0, 1);
    plain(list, "stride wider than kernel", transposed(gaps, 2, 0, 1), Shape.of(1, 3, 2, 3, 4), 5);
    Window dilated = Window.cube(3, 3, 2, 2, 2);
    plain(list, "dilation 2", transposed(dilated, 0, 1, 0), Shape.of(1, 3, 3, 4, 5), 5);
    Window uneven = window(axis(3, 2, 1, 0, 1), axis(3, 2, 0, 1, 1), axis(3, 1, 2, 0, 1));
    plain(list, "padding at one end", transposed(uneven, 0, 0, 0), Shape.of(1, 3, 3, 4, 5), 5);
    Conv twoGroups = new Conv.Transposed(doubling, 2, List.of(0, 0, 0));
    biased(list, "2 groups", twoGroups, Shape.of(1, 6, 2, 3, 4), 8);
    Conv depthwise = new Conv.Transposed(even, 5, List.of(0, 0, 0));
    plain(list, "5 depthwise", depthwise, Shape.of(1, 5, 2, 3, 9), 5);
    biased(list, "1D", transposed(Window.cube(1, 4, 2, 1, 1), 1), Shape.of(2, 3, 13), 4);
    biased(list, "2D", transposed(Window.cube(2, 3, 2, 1, 1), 1, 0), Shape.of(2, 17, 5, 7), 3);
  }

  private static Conv transposed(Window window, Integer... outputPadding) {
    return new Conv.Transposed(window, 1, List.of(outputPadding));
  }

  private static void plain(CaseList list, String what, Conv op, Shape x, int k) {
    list.add(what, op, signed(x.dims()), signed(transposedWeight(op, x, k)));
  }

  private static void biased(CaseList list, String what, Conv op, Shape x, int k) {
    list.add(what, op, signed(x.dims()), signed(transposedWeight(op, x, k)), signed(k));
  }

  private static int[] transposedWeight(Conv op, Shape x, int k) {
    return dims(x.dim(1), k / op.groups(), ConvGeometry.kernel(op.window()));
  }
}
