package voxcam.grad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Seeded inputs for gradient checks, away from the places where an operation has a kink. */
final class Values {
  private static final double MARGIN = 0.02;

  private final Random random;

  Values(long seed) {
    random = new Random(seed);
  }

  /** Normally distributed. */
  Tensor normal(int... dims) {
    return away(dims);
  }

  /** Normally distributed with standard deviation 2, none close to a kink. */
  Tensor away(int[] dims, double... kinks) {
    double[] values = new double[Shape.of(dims).length()];
    for (int i = 0; i < values.length; i++) {
      do {
        values[i] = kinks.length == 0 ? random.nextGaussian() : 2 * random.nextGaussian();
      } while (near(values[i], kinks));
    }
    return Tensor.of(Shape.of(dims), values);
  }

  private static boolean near(double value, double[] kinks) {
    for (double kink : kinks) {
      if (Math.abs(value - kink) < MARGIN) {
        return true;
      }
    }
    return false;
  }

  /** Between 0.3 and 2.3. */
  Tensor positive(int... dims) {
    double[] values = new double[Shape.of(dims).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.3 + 2 * random.nextDouble();
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** No two values closer than the margin, in random order, about half of them negative. */
  Tensor distinct(int... dims) {
    return distinct(0, dims);
  }

  /**
   * As {@link #distinct(int...)}; values of offset 0.5 keep half the distance to those of offset 0.
   */
  Tensor distinct(double offset, int[] dims) {
    int length = Shape.of(dims).length();
    List<Integer> order = new ArrayList<>(Algebra.axes(0, length));
    Collections.shuffle(order, random);
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = (order.get(i) - length / 2 + 0.25 + offset) * 4 * MARGIN;
    }
    return Tensor.of(Shape.of(dims), values);
  }

  /** Whole numbers from {@code low} up to {@code high}, the last one excluded. */
  Tensor whole(int low, int high, int... dims) {
    double[] values = new double[Shape.of(dims).length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(low, high);
    }
    return Tensor.of(Shape.of(dims), values);
  }
}
