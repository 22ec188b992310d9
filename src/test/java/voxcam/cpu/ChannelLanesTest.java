package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vectors and plain loops over blocked tensors give the same, but for the order of sums. */
final class ChannelLanesTest {
  private static final int BLOCK = Layout.BLOCK;
  private final Random random = new Random(3);

  @BeforeEach
  void needsVectors() {
    assumeTrue(Machine.VECTORS, "java was started without --add-modules jdk.incubator.vector");
  }

  @Test
  void windowsAgree() {
    float[] x = values(40 * BLOCK);
    x[100] = Float.NaN;
    int[] starts = {0, 1, 3, 3, 6};
    int[] sources = {4, 0, 9, 7, 30, 2};
    float[] weights = values(6);
    same(
        new float[5 * BLOCK],
        y -> new ScalarWindowLanes().weighted(x, BLOCK, starts, sources, weights, y, BLOCK),
        y -> new VectorWindowLanes().weighted(x, BLOCK, starts, sources, weights, y, BLOCK));
    same(
        new float[5 * BLOCK],
        y -> new ScalarWindowLanes().largest(x, BLOCK, starts, sources, y, BLOCK),
        y -> new VectorWindowLanes().largest(x, BLOCK, starts, sources, y, BLOCK));
    int[] rows = {0, 64, 16, 32, 80, 48, 96, 112, 128, 144, 160};
    float[] factors = values(rows.length);
    for (int count = 0; count <= rows.length; count++) {
      int rowCount = count;
      same(
          values(2 * BLOCK),
          y -> new ScalarWindowLanes().combine(x, rows, factors, rowCount, y, 2 * BLOCK),
          y -> new VectorWindowLanes().combine(x, rows, factors, rowCount, y, 2 * BLOCK));
    }
    int[] offsets = {0, 16, 96, 48};
    float[] numbers = new float[BLOCK];
    same(
        numbers,
        y -> new ScalarWindowLanes().peaks(x, 0, offsets, 4, y),
        y -> new VectorWindowLanes().peaks(x, 0, offsets, 4, y));
    new ScalarWindowLanes().peaks(x, 0, offsets, 4, numbers);
    same(
        values(3 * BLOCK),
        y -> new ScalarWindowLanes().addWhere(numbers, 2, x, 320, y, BLOCK),
        y -> new VectorWindowLanes().addWhere(numbers, 2, x, 320, y, BLOCK));
  }

  @Test
  void momentsAgree() {
    float[] x = values(40 * BLOCK);
    float[] g = values(40 * BLOCK);
    double[] centres = doubles(2 * BLOCK);
    MomentLanes scalar = new ScalarMomentLanes();
    MomentLanes vector = new VectorMomentLanes();
    for (int count : new int[] {1, 2, 3, 4, 7, 38}) {
      sums(s -> scalar.add(x, BLOCK, count, s, BLOCK), s -> vector.add(x, BLOCK, count, s, BLOCK));
      sums(
          s -> scalar.addSquares(x, BLOCK, count, centres, BLOCK, s, BLOCK),
          s -> vector.addSquares(x, BLOCK, count, centres, BLOCK, s, BLOCK));
      sums(
          s -> scalar.addCovariances(x, g, BLOCK, count, centres, BLOCK, s, BLOCK),
          s -> vector.addCovariances(x, g, BLOCK, count, centres, BLOCK, s, BLOCK));
      same(
          values(BLOCK),
          y -> scalar.raise(x, BLOCK, count, y),
          y -> vector.raise(x, BLOCK, count, y));
      float[] a = values(2 * BLOCK);
      float[] b = values(2 * BLOCK);
      float[] c = values(2 * BLOCK);
      float[] d = values(2 * BLOCK);
      same(
          values(40 * BLOCK),
          y -> scalar.normalise(x, y, BLOCK, count, a, b, c, BLOCK),
          y -> vector.normalise(x, y, BLOCK, count, a, b, c, BLOCK));
      var numbers = new MomentLanes.Numbers(a, b, c, d);
      same(
          values(40 * BLOCK),
          y -> scalar.normaliseGrad(x, g, y, BLOCK, count, numbers, BLOCK),
          y -> vector.normaliseGrad(x, g, y, BLOCK, count, numbers, BLOCK));
    }
  }

  @Test
  void mapsAgree() {
    float[] a = values(60 * BLOCK);
    float[] b = values(60 * BLOCK);
    CamLanes scalar = new ScalarCamLanes();
    CamLanes vector = new VectorCamLanes();
    int step = 5 * BLOCK;
    // A vector and one more, of as many rows as are summed at once and some more.
    int length = 17;
    for (int rows = 1; rows <= CamLanes.FEW + 3; rows++) {
      int r = rows;
      for (CamLanes.Counted counted : CamLanes.Counted.values()) {
        sums(
            s -> scalar.addProducts(counted, a, b, BLOCK, step, r, length, s),
            s -> vector.addProducts(counted, a, b, BLOCK, step, r, length, s));
      }
      sums(
          s -> scalar.addRows(a, BLOCK, step, r, length, b, 3, s),
          s -> vector.addRows(a, BLOCK, step, r, length, b, 3, s));
    }
    for (int rows = 1; rows <= CamLanes.FEW; rows++) {
      int r = rows;
      for (CamLanes.Counted counted : CamLanes.Counted.values()) {
        same(
            values(20),
            y -> scalar.writeProducts(counted, a, b, BLOCK, step, r, length, y, 2),
            y -> vector.writeProducts(counted, a, b, BLOCK, step, r, length, y, 2));
      }
      same(
          values(20),
          y -> scalar.writeRows(a, BLOCK, step, r, length, b, 3, y, 2),
          y -> vector.writeRows(a, BLOCK, step, r, length, b, 3, y, 2));
    }
    for (int rows = 1; rows <= CamLanes.ROWS; rows++) {
      int r = rows;
      sums(
          s -> scalar.addScaled(a, BLOCK, step, r, 2, b, BLOCK, s),
          s -> vector.addScaled(a, BLOCK, step, r, 2, b, BLOCK, s));
    }
    // Of these some make a denominator 0.
    for (int i = 0; i < b.length; i += 3) {
      b[i] = -8;
      a[i] = 0.25f;
    }
    sums(
        s -> scalar.addShares(a, BLOCK, 7, b, BLOCK, s, BLOCK),
        s -> vector.addShares(a, BLOCK, 7, b, BLOCK, s, BLOCK));
    double[] sums = doubles(3 * BLOCK);
    same(values(5), y -> scalar.total(sums, 3, y, 1), y -> vector.total(sums, 3, y, 1));
  }

  private interface Loop<T> {
    void run(T output);
  }

  private static void same(float[] before, Loop<float[]> scalar, Loop<float[]> vector) {
    float[] expected = before.clone();
    float[] actual = before.clone();
    scalar.run(expected);
    vector.run(actual);
    assertThat(actual).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
  }

  private void sums(Loop<double[]> scalar, Loop<double[]> vector) {
    double[] expected = doubles(2 * BLOCK);
    double[] actual = expected.clone();
    scalar.run(expected);
    vector.run(actual);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  private float[] values(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private double[] doubles(int count) {
    return random.doubles(count, -0.5, 0.5).toArray();
  }
}
