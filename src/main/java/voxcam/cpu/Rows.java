package voxcam.cpu;

/** The inner loops of reductions, each small enough for the JIT compiler to make vectors of it. */
final class Rows {
  private Rows() {}

  static void add(float[] x, int at, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += x[at + i];
    }
  }

  static void addMagnitude(float[] x, int at, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += Math.abs(x[at + i]);
    }
  }

  static void addSquare(float[] x, int at, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      double value = x[at + i];
      sums[i] += value * value;
    }
  }

  /** {@code sums[i] += a[aAt + i] b[bAt + i]}. */
  static void addProduct(float[] a, int aAt, float[] b, int bAt, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += (double) a[aAt + i] * b[bAt + i];
    }
  }

  /** {@code sums[i] += a[aAt + i] b[i]}. */
  static void addProduct(float[] a, int aAt, double[] b, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += a[aAt + i] * b[i];
    }
  }

  /** {@code sums[i] += factor x[at + i]}. */
  static void addScaled(double factor, float[] x, int at, double[] sums, int count) {
    for (int i = 0; i < count; i++) {
      sums[i] += factor * x[at + i];
    }
  }

  static void max(float[] x, int at, double[] largest, int count) {
    for (int i = 0; i < count; i++) {
      largest[i] = Math.max(largest[i], x[at + i]);
    }
  }

  static void min(float[] x, int at, double[] smallest, int count) {
    for (int i = 0; i < count; i++) {
      smallest[i] = Math.min(smallest[i], x[at + i]);
    }
  }

  static float largest(float[] x, int from, int to) {
    float largest = x[from];
    for (int i = from + 1; i < to; i++) {
      largest = Math.max(largest, x[i]);
    }
    return largest;
  }

  static float smallest(float[] x, int from, int to) {
    float smallest = x[from];
    for (int i = from + 1; i < to; i++) {
      smallest = Math.min(smallest, x[i]);
    }
    return smallest;
  }

  /** {@code sum e^(x[i] - largest)}; 1 if the largest value is infinite. */
  static double exponentials(float[] x, int from, int to, double largest) {
    if (Double.isInfinite(largest)) {
      return 1;
    }
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += Math.exp(x[i] - largest);
    }
    return sum;
  }

  static void write(double[] values, float[] y, int at, int count) {
    for (int i = 0; i < count; i++) {
      y[at + i] = (float) values[i];
    }
  }
}
