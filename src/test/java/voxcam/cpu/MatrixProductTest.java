package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * All algorithms, all layouts, sizes around the edges of tiles and blocks, against sums in double
 * precision.
 */
final class MatrixProductTest {
  private static final float[] NOT_PACKED = {};

  @Test
  void everyLayoutAndSizeIsRight() {
    int[] rows = {1, 2, 4, 5, 6, 7, 13, 100};
    int[] columns = {1, 2, 15, 16, 17, 33, 64, 300};
    int[] depths = {1, 3, 511, 513, 1100};
    Random random = new Random(9);
    for (int m : rows) {
      for (int n : columns) {
        int k = depths[random.nextInt(depths.length)];
        for (int kind = 0; kind < 4; kind++) {
          check(random, m, n, k, (kind & 1) > 0, (kind & 2) > 0);
        }
      }
    }
  }

  private static void check(Random random, int m, int n, int k, boolean transA, boolean transB) {
    var layout =
        new MatrixProduct.Layout(
            m, n, k, transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1);
    float[] a = values(random, 5 + m * k);
    float[] b = values(random, 7 + k * n);
    for (boolean small : new boolean[] {false, true}) {
      if (small && transA) {
        continue;
      }
      MatrixProduct product = new MatrixProduct(layout, small);
      float[] y = new float[3 + m * n];
      float[] scratch = new float[(int) product.scratch()];
      product.run(a, 5, b, 7, NOT_PACKED, y, 3, scratch, new Threads(2));
      assertThat(error(layout, a, b, y)).as("%s small %s", layout, small).isLessThan(2e-6);
    }
    MatrixProduct product = new MatrixProduct(layout, false);
    float[] weights = new float[k * n];
    System.arraycopy(b, 7, weights, 0, weights.length);
    float[] y = new float[3 + m * n];
    float[] scratch = new float[(int) product.scratch()];
    product.run(a, 5, weights, 0, product.pack(weights), y, 3, scratch, new Threads(2));
    assertThat(error(layout, a, b, y)).as("%s packed", layout).isLessThan(2e-6);
  }

  /**
   * The relative norm of the difference to the exact product of matrices that start at 5 and 7, the
   * result at 3.
   */
  private static double error(MatrixProduct.Layout l, float[] a, float[] b, float[] y) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < l.rows(); i++) {
      for (int j = 0; j < l.columns(); j++) {
        double exact = 0;
        for (int k = 0; k < l.depth(); k++) {
          exact +=
              (double) a[5 + i * l.aRow() + k * l.aDepth()]
                  * b[7 + k * l.bDepth() + j * l.bColumn()];
        }
        double difference = y[3 + i * l.columns() + j] - exact;
        error += difference * difference;
        norm += exact * exact;
      }
    }
    return Math.sqrt(error / norm);
  }

  private static float[] values(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() + 0.1f;
    }
    return values;
  }
}
