package voxcam.cuda;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Broadcast;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Shape;

/** Launches of kernels/linear.cu: tiles for large products, sums over the depth for small ones. */
final class CudaLinear {
  private static final String FAMILY = "linear";
  private static final int THREADS = 256;

  /** LINEAR_AXES in kernels/linear.cu. */
  private static final int MOST_AXES = 6;

  private static final int TILE_COLUMNS = 64;
  private static final int SLAB = 8;
  private static final long LEAST_DEPTH = 128;

  /** LINEAR_ROWS in kernels/linear.cu. */
  private static final int ROWS_OF_COLUMNS = 4;

  private static final int WARP = 32;
  private static final int WARPS = THREADS / WARP;

  /** From this depth on a result is worth a block. */
  private static final long DEEP = 1024;

  /**
   * One of the two factors.
   *
   * @param row the distance of its rows in memory
   * @param column that of its columns
   * @param batches that of its matrices along each batch axis of the result
   */
  record Factor(long row, long column, long[] batches) {}

  /**
   * A product. For {@code a} the columns, for {@code b} the rows run along the depth.
   *
   * @param sizes of the batch axes
   */
  record Product(
      long rows, long columns, long depth, long[] sizes, Factor a, Factor b, long[] added) {
    long batches() {
      return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    }

    long count() {
      return batches() * rows * columns;
    }

    Argument.Geometry argument(long splits) {
      long[] values = new long[9 + 3 * MOST_AXES + 3];
      long[] first = {rows, columns, depth, batches(), splits, a.row, a.column, b.row, b.column};
      System.arraycopy(first, 0, values, 0, first.length);
      Arrays.fill(values, 9, 9 + MOST_AXES, 1);
      int at = 9 + MOST_AXES - sizes.length;
      System.arraycopy(sizes, 0, values, at, sizes.length);
      System.arraycopy(a.batches, 0, values, at + MOST_AXES, sizes.length);
      System.arraycopy(b.batches, 0, values, at + 2 * MOST_AXES, sizes.length);
      if (added.length > 0) {
        values[9 + 3 * MOST_AXES] = 1;
        System.arraycopy(added, 0, values, 10 + 3 * MOST_AXES, 2);
      }
      return new Argument.Geometry(values);
    }
  }

  private CudaLinear() {}

  static Launches launches(Linear op, List<Shape> inputs, Shape output) {
    Product product = product(op, inputs, output);
    return launches(product, alpha(op), beta(op));
  }

  /** What is multiplied, and how it lies in memory. */
  static Product product(Linear op, List<Shape> inputs, Shape output) {
    return switch (op) {
      case Linear.MatMul _ -> matMul(inputs.get(0), inputs.get(1));
      case Linear.Gemm gemm -> gemm(gemm, inputs, output);
    };
  }

  static float alpha(Linear op) {
    return op instanceof Linear.Gemm gemm ? (float) gemm.alpha() : 1;
  }

  private static float beta(Linear op) {
    return op instanceof Linear.Gemm gemm ? (float) gemm.beta() : 0;
  }

  /** What is left to do where a product without factor lies in scratch memory. */
  static Launch end(Linear op, Product product) {
    return sum(product, 1, alpha(op), beta(op));
  }

  private static Product matMul(Shape a, Shape b) {
    Shape left = a.rank() == 1 ? Shape.of(1, a.dim(0)) : a;
    Shape right = b.rank() == 1 ? Shape.of(b.dim(0), 1) : b;
    long rows = left.dim(-2);
    long depth = left.dim(-1);
    long columns = right.dim(-1);
    Shape leftBatch = leading(left);
    Shape rightBatch = leading(right);
    Shape batch = Broadcast.shape("MatMul", List.of(leftBatch, rightBatch));
    if (rightBatch.size() == 1 && leftBatch.size() == batch.size()) {
      // One b for all: their rows are the rows of one matrix.
      return new Product(
          batch.size() * rows,
          columns,
          depth,
          new long[0],
          new Factor(depth, 1, new long[0]),
          new Factor(columns, 1, new long[0]),
          new long[0]);
    }
    if (batch.rank() > MOST_AXES) {
      throw new InputException(
          "MatMul: %d batch axes (inputs %s and %s), at most %d on this device; reshape them"
              .formatted(batch.rank(), a, b, MOST_AXES));
    }
    return new Product(
        rows,
        columns,
        depth,
        Arrays.stream(batch.dims()).asLongStream().toArray(),
        new Factor(depth, 1, times(Broadcast.strides(leftBatch, batch), rows * depth)),
        new Factor(columns, 1, times(Broadcast.strides(rightBatch, batch), depth * columns)),
        new long[0]);
  }

  private static Shape leading(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.dims(), shape.rank() - 2));
  }

  private static long[] times(long[] strides, long matrix) {
    return Arrays.stream(strides).map(stride -> stride * matrix).toArray();
  }

  private static Product gemm(Linear.Gemm op, List<Shape> inputs, Shape y) {
    long rows = y.dim(0);
    long columns = y.dim(1);
    long depth = inputs.get(0).dim(op.transA() ? 0 : 1);
    long[] none = {};
    return new Product(
        rows,
        columns,
        depth,
        none,
        op.transA() ? new Factor(1, rows, none) : new Factor(depth, 1, none),
        op.transB() ? new Factor(1, depth, none) : new Factor(columns, 1, none),
        inputs.size() > 2 ? Broadcast.strides(inputs.get(2), y) : none);
  }

  private static Launches launches(Product p, float alpha, float beta) {
    if (p.rows() >= 16 && p.columns() >= 16) {
      int rows = p.rows() > 64 ? 128 : 64;
      return split(p, "linearTile" + rows, rows, TILE_COLUMNS, SLAB, alpha, beta);
    }
    if (p.b().column() == 1 && p.columns() >= 16) {
      return split(p, "linearColumns", ROWS_OF_COLUMNS, WARP, 1, alpha, beta);
    }
    boolean deep = p.depth() >= DEEP;
    return Launches.of(
        launch(
            p,
            deep ? "linearDotBlock" : "linearDotWarp",
            new Grid(blocks(p.count(), deep ? 1 : WARPS), 1, 1, THREADS),
            new Argument.Output(),
            1,
            alpha,
            beta));
  }

  private static int blocks(long count, int each) {
    return Math.toIntExact(Math.ceilDiv(count, each));
  }

  /** In tiles of results, the depth split where there are few. */
  private static Launches split(
      Product p, String kernel, int rows, int columns, int step, float alpha, float beta) {
    long blocks = Math.ceilDiv(p.rows(), rows) * Math.ceilDiv(p.columns(), columns) * p.batches();
    long splits = CudaConv.splits(blocks, p.depth(), LEAST_DEPTH, step);
    Grid grid = new Grid(Math.toIntExact(blocks), (int) splits, 1, THREADS);
    if (splits == 1) {
      return Launches.of(launch(p, kernel, grid, new Argument.Output(), 1, alpha, beta));
    }
    Launch parts = launch(p, kernel, grid, new Argument.Scratch(0), splits, alpha, beta);
    return new Launches(
        List.of(parts, sum(p, splits, alpha, beta)), splits * p.count() * Float.BYTES);
  }

  private static Launch sum(Product p, long splits, float alpha, float beta) {
    return Launch.of(
        FAMILY,
        "linearSum",
        Grid.covering(p.count(), THREADS),
        new Argument.Scratch(0),
        added(p),
        new Argument.Output(),
        p.argument(splits),
        new Argument.Real(alpha),
        new Argument.Real(beta));
  }

  private static Launch launch(
      Product p, String kernel, Grid grid, Argument target, long splits, float alpha, float beta) {
    return Launch.of(
        FAMILY,
        kernel,
        grid,
        new Argument.Input(0),
        new Argument.Input(1),
        added(p),
        target,
        p.argument(splits),
        new Argument.Real(alpha),
        new Argument.Real(beta));
  }

  /** The third input; where there is none any address does. */
  private static Argument added(Product p) {
    return new Argument.Input(p.added().length > 0 ? 2 : 1);
  }
}
