package voxcam.cuda;

import java.util.Optional;
import java.util.OptionalLong;
import voxcam.cuda.CudaLinear.Factor;
import voxcam.cuda.CudaLinear.Product;

/**
 * A product as cuBLAS is told of it, whose matrices lie column by column: it is asked for the
 * transposed result, {@code c' = b' a'}, whose columns are the rows of ours.
 *
 * @param rows of the transposed result
 * @param left the factor that comes first, our b
 * @param right the factor that comes second, our a
 * @param batches how many products
 */
record CublasProblem(int rows, int columns, int depth, Matrix left, Matrix right, int batches) {
  /**
   * A factor.
   *
   * @param transposed whether its memory, column by column, is the transposed matrix
   * @param leading the distance of its columns
   * @param stride the distance of the matrices of a batch
   */
  record Matrix(boolean transposed, int leading, long stride) {
    /** A number of cublasOperation_t. */
    int operation() {
      return transposed ? 1 : 0;
    }
  }

  /** The distance of the results of a batch. */
  long resultStride() {
    return (long) rows * columns;
  }

  /** The same product, or nothing where matrices do not lie as cuBLAS wants them. */
  static Optional<CublasProblem> of(Product p) {
    OptionalLong a = stride(p.sizes(), p.a().batches());
    OptionalLong b = stride(p.sizes(), p.b().batches());
    long largest =
        Math.max(
            Math.max(Math.max(p.rows(), p.columns()), Math.max(p.depth(), p.batches())),
            Math.max(Math.max(p.a().row(), p.a().column()), Math.max(p.b().row(), p.b().column())));
    if (a.isEmpty() || b.isEmpty() || largest > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    return Optional.of(
        new CublasProblem(
            (int) p.columns(),
            (int) p.rows(),
            (int) p.depth(),
            matrix(p.b(), p.columns(), p.depth(), b.getAsLong()),
            matrix(p.a(), p.depth(), p.rows(), a.getAsLong()),
            (int) p.batches()));
  }

  /** A factor whose rows in our order have so many elements, or if they lie across, columns. */
  private static Matrix matrix(Factor factor, long across, long down, long stride) {
    // A matrix of one row or column may have any distance, but cuBLAS wants one that suits.
    return factor.column() == 1
        ? new Matrix(false, (int) Math.max(factor.row(), across), stride)
        : new Matrix(true, (int) Math.max(factor.column(), down), stride);
  }

  /** The one distance between the matrices of a batch, if there is one. */
  private static OptionalLong stride(long[] sizes, long[] strides) {
    long stride = 0;
    long count = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      if (sizes[i] == 1) {
        continue;
      }
      if (count == 1) {
        stride = strides[i];
      } else if (strides[i] != stride * count) {
        return OptionalLong.empty();
      }
      count *= sizes[i];
    }
    return OptionalLong.of(stride);
  }
}
