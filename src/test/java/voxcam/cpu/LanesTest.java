package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Vectors and plain loops give the same, but for the order of sums. */
final class LanesTest {
  @Test
  void dotProductsAgree() {
    assumeTrue(Machine.VECTORS, "java was started without --add-modules jdk.incubator.vector");
    Random random = new Random(5);
    for (int length = 0; length < 300; length++) {
      float[] a = values(random, length + 3);
      float[] b = values(random, length + 5);
      float scalar = new ScalarLanes().dot(a, 3, b, 5, length);
      float vector = new VectorLanes().dot(a, 3, b, 5, length);
      double exact = 0;
      for (int i = 0; i < length; i++) {
        exact += (double) a[3 + i] * b[5 + i];
      }
      assertThat((double) scalar).isCloseTo(exact, within(1e-5));
      assertThat((double) vector).isCloseTo(exact, within(1e-5));
    }
  }

  @Test
  void tilesAreProducts() {
    tileIsProduct(new ScalarLanes());
    assumeTrue(Machine.VECTORS, "java was started without --add-modules jdk.incubator.vector");
    tileIsProduct(new VectorLanes());
  }

  private static void tileIsProduct(Lanes lanes) {
    Random random = new Random(6);
    int width = lanes.columns();
    int stride = width + 3;
    for (int depth : new int[] {1, 2, 17, 100}) {
      for (boolean add : new boolean[] {false, true}) {
        float[] a = values(random, 2 + depth * Lanes.ROWS);
        float[] b = values(random, 1 + depth * width);
        float[] before = values(random, 4 + Lanes.ROWS * stride);
        float[] c = before.clone();
        lanes.tile(a, 2, b, 1, depth, c, 4, stride, add);
        for (int i = 0; i < Lanes.ROWS; i++) {
          for (int j = 0; j < width; j++) {
            int at = 4 + i * stride + j;
            double exact = add ? before[at] : 0;
            for (int k = 0; k < depth; k++) {
              exact += (double) a[2 + k * Lanes.ROWS + i] * b[1 + k * width + j];
            }
            assertThat((double) c[at]).isCloseTo(exact, within(1e-5));
          }
          int gap = 4 + i * stride + width;
          assertThat(Arrays.copyOfRange(c, gap, Math.min(gap + 3, c.length)))
              .containsExactly(Arrays.copyOfRange(before, gap, Math.min(gap + 3, c.length)));
        }
      }
    }
  }

  private static float[] values(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
