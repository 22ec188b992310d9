package voxcam.cpu;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Shape;

/** What all kernels of the family of convolutions begin with. */
final class CpuConv {
  private CpuConv() {}

  static Kernel weightGrad(Node node) {
    Shape x = node.input(0).shape();
    Shape gy = node.input(1).shape();
    return WeightGradConv.of((Conv.WeightGrad) node.op(), x, gy, node.shape(), ConvTiles.PREFERRED);
  }

  static List<Correlation> correlations(Conv op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    Shape w = inputs.get(1);
    return switch (op) {
      case Conv.Forward _, Conv.Fused _ ->
          Correlations.forward(op.window(), op.groups(), x, w, output);
      case Conv.Transposed _, Conv.InputGrad _ ->
          Correlations.backward(op.window(), op.groups(), x, w, output);
      case Conv.WeightGrad _ -> List.of();
    };
  }

  static ConvEpilogue epilogue(Conv op, List<Shape> inputs) {
    int bias = inputs.size() > 2 ? 2 : -1;
    return op instanceof Conv.Fused fused
        ? new ConvEpilogue(bias, fused.residual() ? 3 : -1, fused.activation())
        : new ConvEpilogue(bias, -1, Optional.empty());
  }

  /**
   * Kernels that fill parts of one output, one after the other.
   *
   * @param packed whether they hold the weights, so that input 1 is not read
   * @param residual which input is added to the sums, -1 if none
   */
  record Parts(List<Kernel> kernels, boolean packed, int residual) implements Kernel {
    @Override
    public boolean overwrites(int index) {
      return index == residual;
    }

    @Override
    public boolean reads(int index) {
      return !(packed && index == 1);
    }

    @Override
    public long scratch() {
      return kernels.stream().mapToLong(Kernel::scratch).max().orElse(0);
    }

    @Override
    public long weightBytes() {
      return kernels.stream().mapToLong(Kernel::weightBytes).sum();
    }

    @Override
    public String algorithm() {
      return kernels.stream().map(Kernel::algorithm).distinct().collect(Collectors.joining(" + "));
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      for (Kernel kernel : kernels) {
        kernel.run(inputs, output, scratch, threads);
      }
    }
  }
}
