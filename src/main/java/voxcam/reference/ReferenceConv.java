package voxcam.reference;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Convolution, its gradients, and the transposed convolution, each by its definition. */
final class ReferenceConv {
  private ReferenceConv() {}

  static void run(Conv conv, List<Tensor> inputs, Shape shape, double[] y) {
    switch (conv) {
      case Conv.Forward op -> forward(op, inputs, shape, y);
      case Conv.Fused op -> fused(op, inputs, shape, y);
      case Conv.Transposed op -> transposed(op, inputs, shape, y);
      case Conv.InputGrad op -> inputGrad(op, inputs, shape, y);
      case Conv.WeightGrad op -> weightGrad(op, inputs, y);
    }
  }

  private static void forward(Conv conv, List<Tensor> inputs, Shape shape, double[] y) {
    double[] x = inputs.get(0).doubles();
    double[] w = inputs.get(1).doubles();
    bias(inputs, shape, y);
    ConvRows rows =
        new ConvRows(conv.window(), conv.groups(), Grid.of(inputs.get(0).shape()), Grid.of(shape));
    int stride = rows.stride();
    rows.forEach((xRow, yRow, wRow) -> {
      for (int s = 0; s < rows.taps(); s++) {
        double weight = w[wRow + s];
        int from = xRow + rows.offset(s);
        int end = rows.end(s);
        for (int q = rows.begin(s); q < end; q++) {
          y[yRow + q] += weight * x[from + q * stride];
        }
      }
    });
  }

  private static void fused(Conv.Fused op, List<Tensor> inputs, Shape shape, double[] y) {
    forward(op, inputs, shape, y);
    if (op.residual()) {
      double[] added = inputs.get(3).doubles();
      for (int i = 0; i < y.length; i++) {
        y[i] += added[i];
      }
    }
    if (op.activation().isPresent()) {
      Unary activation = op.activation().get();
      for (int i = 0; i < y.length; i++) {
        y[i] = ReferenceElementwise.apply(activation, y[i]);
      }
    }
  }

  private static void inputGrad(Conv.InputGrad op, List<Tensor> inputs, Shape shape, double[] gx) {
    Arrays.fill(gx, 0);
    scatter(op, inputs.get(0), inputs.get(1), shape, gx);
  }

  /**
   * A transposed convolution is the input gradient of the convolution with the same weight, with a
   * bias.
   */
  private static void transposed(Conv.Transposed op, List<Tensor> inputs, Shape shape, double[] y) {
    bias(inputs, shape, y);
    scatter(op, inputs.get(0), inputs.get(1), shape, y);
  }

  /**
   * Adds to {@code gx}, of the given shape, what each element of {@code gy} sends back through the
   * weights.
   */
  private static void scatter(
      Conv conv, Tensor gyTensor, Tensor wTensor, Shape shape, double[] gx) {
    double[] gy = gyTensor.doubles();
    double[] w = wTensor.doubles();
    ConvRows rows =
        new ConvRows(conv.window(), conv.groups(), Grid.of(shape), Grid.of(gyTensor.shape()));
    int stride = rows.stride();
    rows.forEach((xRow, yRow, wRow) -> {
      for (int s = 0; s < rows.taps(); s++) {
        double weight = w[wRow + s];
        int from = xRow + rows.offset(s);
        int end = rows.end(s);
        for (int q = rows.begin(s); q < end; q++) {
          gx[from + q * stride] += weight * gy[yRow + q];
        }
      }
    });
  }

  private static void weightGrad(Conv.WeightGrad op, List<Tensor> inputs, double[] gw) {
    double[] x = inputs.get(0).doubles();
    double[] gy = inputs.get(1).doubles();
    Arrays.fill(gw, 0);
    ConvRows rows =
        new ConvRows(
            op.window(),
            op.groups(),
            Grid.of(inputs.get(0).shape()),
            Grid.of(inputs.get(1).shape()));
    int stride = rows.stride();
    rows.forEach((xRow, yRow, wRow) -> {
      for (int s = 0; s < rows.taps(); s++) {
        double sum = 0;
        int from = xRow + rows.offset(s);
        int end = rows.end(s);
        for (int q = rows.begin(s); q < end; q++) {
          sum += gy[yRow + q] * x[from + q * stride];
        }
        gw[wRow + s] += sum;
      }
    });
  }

  /** Fills each channel of the output with its bias, the third input, or with zeros. */
  private static void bias(List<Tensor> inputs, Shape shape, double[] y) {
    Grid grid = Grid.of(shape);
    double[] bias = inputs.size() > 2 ? inputs.get(2).doubles() : new double[grid.c()];
    for (int n = 0; n < grid.n(); n++) {
      for (int k = 0; k < grid.c(); k++) {
        int from = grid.row(n, k, 0, 0);
        Arrays.fill(y, from, from + grid.plane(), bias[k]);
      }
    }
  }
}
