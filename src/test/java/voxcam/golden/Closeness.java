package voxcam.golden;

import voxcam.op.Tensor;

/** How far two tensors are apart. */
public final class Closeness {
  private Closeness() {}

  /** {@code ||a - b|| / ||b||} in the Euclidean norm; NaN if anything in a is. */
  public static double relativeNorm(Tensor actual, Tensor expected) {
    double[] a = actual.doubles();
    double[] b = expected.doubles();
    sameLength(a, b);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      difference += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return norm == 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
  }

  /** The largest difference over the largest expected magnitude. */
  public static double relativeToLargest(Tensor actual, Tensor expected) {
    double[] a = actual.doubles();
    double[] b = expected.doubles();
    sameLength(a, b);
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < b.length; i++) {
      difference = Double.isNaN(a[i]) ? Double.NaN : Math.max(difference, Math.abs(a[i] - b[i]));
      largest = Math.max(largest, Math.abs(b[i]));
    }
    return largest == 0 ? difference : difference / largest;
  }

  private static void sameLength(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new AssertionError(a.length + " values, expected " + b.length);
    }
  }

  /** The sum of all values. */
  public static double sum(Tensor tensor) {
    double sum = 0;
    for (double value : tensor.doubles()) {
      sum += value;
    }
    return sum;
  }
}
