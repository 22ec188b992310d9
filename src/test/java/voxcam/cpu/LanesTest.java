package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
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

  /** Compiled code must not add in another order than interpreted code does. */
  @Test
  void dotProductsHaveTheSameBitsHoweverOftenTheyRun() {
    assumeTrue(Machine.VECTORS, "java was started without --add-modules jdk.incubator.vector");
    Random random = new Random(7);
    int lanes = FloatVector.SPECIES_PREFERRED.length();
    float[] a = values(random, 4 * lanes);
    float[] b = values(random, 4 * lanes);
    float[] sums = new float[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      float[] s = new float[4];
      for (int i = 0; i < 4; i++) {
        s[i] = a[i * lanes + lane] * b[i * lanes + lane];
      }
      sums[lane] = (s[0] + s[1]) + (s[2] + s[3]);
    }
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    Lanes vectors = new VectorLanes();
    for (int i = 0; i < 100_000; i++) {
      assertThat(vectors.dot(a, 0, b, 0, a.length) == sums[0]).as("run %s", i).isTrue();
    }
  }

  @Test
  void sumsOfDoublesHaveTheSameBitsHoweverOftenTheyRun() {
    assumeTrue(Machine.VECTORS, "java was started without --add-modules jdk.incubator.vector");
    Random random = new Random(8);
    float[] x = new float[64];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(40)));
    }
    double cold = VectorSums.squares(x, 0, x.length, 0.1);
    for (int i = 0; i < 100_000; i++) {
      assertThat(VectorSums.squares(x, 0, x.length, 0.1) == cold).as("run %s", i).isTrue();
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
