package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Broadcast;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Matrix products. A constant right matrix, as weights are, is packed once. */
final class CpuLinear {
  /** Multiplications below which a product of a batch is one task. */
  private static final long SMALL = 1 << 18;

  private static final float[] NOT_PACKED = {};

  private CpuLinear() {}

  static Kernel kernel(
      Linear op, List<Shape> inputs, Shape output, List<Optional<Tensor>> constants) {
    return switch (op) {
      case Linear.MatMul _ -> matMul(inputs, output, constants.get(1));
      case Linear.Gemm gemm -> gemm(gemm, inputs, output, constants.get(1));
    };
  }

  private static Kernel matMul(List<Shape> inputs, Shape output, Optional<Tensor> constant) {
    Shape a = inputs.get(0);
    Shape b = inputs.get(1);
    int depth = a.dim(-1);
    int columns = b.rank() == 1 ? 1 : b.dim(-1);
    if (b.rank() <= 2) {
      int rows = a.length() / depth;
      var layout = new MatrixProduct.Layout(rows, columns, depth, depth, 1, columns, 1);
      return new Single(new MatrixProduct(layout, false), constant);
    }
    int rows = a.rank() == 1 ? 1 : a.dim(-2);
    var layout = new MatrixProduct.Layout(rows, columns, depth, depth, 1, columns, 1);
    boolean small = (long) rows * columns * depth < SMALL;
    Shape batch =
        Shape.of(Arrays.copyOf(output.dims(), b.rank() > a.rank() ? b.rank() - 2 : a.rank() - 2));
    return new Batched(
        new MatrixProduct(layout, small),
        small,
        batch,
        offsets(a, batch),
        offsets(b, batch),
        rows * columns);
  }

  /** For each axis of the batch how far apart the matrices of an input lie. */
  private static long[] offsets(Shape input, Shape batch) {
    int leading = Math.max(0, input.rank() - 2);
    Shape outer = Shape.of(Arrays.copyOf(input.dims(), leading));
    long matrix = input.size(leading, input.rank());
    long[] strides = Broadcast.strides(outer, batch);
    for (int i = 0; i < strides.length; i++) {
      strides[i] *= matrix;
    }
    return strides;
  }

  private static Kernel gemm(
      Linear.Gemm op, List<Shape> inputs, Shape output, Optional<Tensor> constant) {
    Shape a = inputs.get(0);
    int rows = output.dim(0);
    int columns = output.dim(1);
    int depth = a.dim(op.transA() ? 0 : 1);
    var layout =
        new MatrixProduct.Layout(
            rows,
            columns,
            depth,
            op.transA() ? 1 : depth,
            op.transA() ? rows : 1,
            op.transB() ? 1 : columns,
            op.transB() ? depth : 1);
    Single product = new Single(new MatrixProduct(layout, false), constant);
    if (inputs.size() == 2 && op.alpha() == 1) {
      return product;
    }
    Optional<Shape> c = inputs.size() > 2 ? Optional.of(inputs.get(2)) : Optional.empty();
    return new Affine(
        product, op.alpha(), op.beta(), output, c.map(shape -> Broadcast.strides(shape, output)));
  }

  /** One product. */
  private static final class Single implements Kernel {
    private final MatrixProduct product;
    private final float[] packed;

    Single(MatrixProduct product, Optional<Tensor> constant) {
      this.product = product;
      this.packed = constant.map(tensor -> product.pack(tensor.floats())).orElse(NOT_PACKED);
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      product.run(inputs[0], 0, inputs[1], 0, packed, output, 0, scratch, threads);
    }

    @Override
    public long scratch() {
      return product.scratch();
    }

    @Override
    public long weightBytes() {
      return (long) packed.length * Float.BYTES;
    }

    @Override
    public boolean reads(int index) {
      return index != 1 || packed.length == 0;
    }
  }

  /** One product for each position of a batch. */
  private static final class Batched implements Kernel {
    private final MatrixProduct product;
    private final boolean small;
    private final Shape batch;
    private final long[] aSteps;
    private final long[] bSteps;
    private final int matrix;

    Batched(
        MatrixProduct product,
        boolean small,
        Shape batch,
        long[] aSteps,
        long[] bSteps,
        int matrix) {
      this.product = product;
      this.small = small;
      this.batch = batch;
      this.aSteps = aSteps;
      this.bSteps = bSteps;
      this.matrix = matrix;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      int count = batch.length();
      Threads inside = small ? new Threads(1) : threads;
      Threads outside = small ? threads : new Threads(1);
      outside.forEach(
          count,
          i ->
              product.run(
                  inputs[0],
                  offset(i, aSteps),
                  inputs[1],
                  offset(i, bSteps),
                  NOT_PACKED,
                  output,
                  i * matrix,
                  scratch,
                  inside));
    }

    private int offset(int position, long[] steps) {
      long offset = 0;
      int rest = position;
      for (int axis = batch.rank() - 1; axis >= 0; axis--) {
        offset += rest % batch.dim(axis) * steps[axis];
        rest /= batch.dim(axis);
      }
      return (int) offset;
    }

    @Override
    public long scratch() {
      return product.scratch();
    }
  }

  /** {@code alpha} times a product, plus {@code beta c}. */
  private record Affine(Single product, double alpha, double beta, Shape shape, Optional<long[]> c)
      implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      product.run(inputs, output, scratch, threads);
      int columns = shape.dim(1);
      int bundle = Math.max(1, (1 << 14) / columns);
      threads.forEach(
          Math.ceilDiv(shape.dim(0), bundle),
          task -> {
            for (int row = task * bundle;
                row < Math.min(shape.dim(0), (task + 1) * bundle);
                row++) {
              finish(inputs, output, row, columns);
            }
          });
    }

    private void finish(float[][] inputs, float[] y, int row, int columns) {
      int from = row * columns;
      if (c.isEmpty()) {
        for (int j = 0; j < columns; j++) {
          y[from + j] = (float) (alpha * y[from + j]);
        }
        return;
      }
      int at = (int) (row * c.get()[0]);
      int step = (int) c.get()[1];
      for (int j = 0; j < columns; j++) {
        y[from + j] = (float) (alpha * y[from + j] + beta * inputs[2][at + j * step]);
      }
    }

    @Override
    public long scratch() {
      return product.scratch();
    }

    @Override
    public long weightBytes() {
      return product.weightBytes();
    }

    @Override
    public boolean reads(int index) {
      return product.reads(index);
    }
  }
}
