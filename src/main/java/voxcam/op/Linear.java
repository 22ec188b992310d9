package voxcam.op;

import java.util.Arrays;
import java.util.List;

/** Matrix products. */
public sealed interface Linear extends Op {
  /**
   * {@code a b} over the last two axes, the others broadcast; a vector on the left is a row, on the
   * right a column, and that axis goes again. Inputs: a {@code [...,M,K]}, b {@code [...,K,N]}.
   */
  record MatMul() implements Linear {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 2);
      Shape a = inputs.get(0);
      Shape b = inputs.get(1);
      Arguments.require(a.rank() >= 1 && b.rank() >= 1, this, "a scalar has no product", inputs);
      int depth = a.dim(-1);
      int other = b.dim(b.rank() == 1 ? 0 : -2);
      Arguments.require(
          depth == other, this, "inner sizes " + depth + " and " + other + " differ", inputs);
      Shape batch = Broadcast.shape(name(), List.of(leading(a), leading(b)));
      int[] dims =
          Arrays.copyOf(
              batch.dims(), batch.rank() + (a.rank() > 1 ? 1 : 0) + (b.rank() > 1 ? 1 : 0));
      int at = batch.rank();
      if (a.rank() > 1) {
        dims[at++] = a.dim(-2);
      }
      if (b.rank() > 1) {
        dims[at] = b.dim(-1);
      }
      return Shape.of(dims);
    }

    @Override
    public long flops(List<Shape> inputs) {
      return infer(inputs).size() * inputs.get(0).dim(-1) * 2;
    }

    private static Shape leading(Shape shape) {
      return Shape.of(Arrays.copyOf(shape.dims(), Math.max(0, shape.rank() - 2)));
    }
  }

  /**
   * {@code alpha a' b' + beta c}, a' and b' transposed where asked. Inputs: a {@code [M,K]}, b
   * {@code [K,N]}, and optionally c that broadcasts to {@code [M,N]}.
   */
  record Gemm(double alpha, double beta, boolean transA, boolean transB) implements Linear {
    @Override
    public Shape infer(List<Shape> inputs) {
      Arguments.count(this, inputs, 2, 3);
      Shape a = inputs.get(0);
      Shape b = inputs.get(1);
      Arguments.require(a.rank() == 2 && b.rank() == 2, this, "needs matrices", inputs);
      int depth = a.dim(transA ? 0 : 1);
      int other = b.dim(transB ? 1 : 0);
      Arguments.require(
          depth == other, this, "inner sizes " + depth + " and " + other + " differ", inputs);
      Shape y = Shape.of(a.dim(transA ? 1 : 0), b.dim(transB ? 0 : 1));
      if (inputs.size() == 3) {
        Shape whole = Broadcast.shape(name(), List.of(y, inputs.get(2)));
        Arguments.require(whole.equals(y), this, "c does not broadcast to " + y, inputs);
      }
      return y;
    }

    @Override
    public long flops(List<Shape> inputs) {
      return infer(inputs).size() * inputs.get(0).dim(transA ? 0 : 1) * 2;
    }
  }
}
