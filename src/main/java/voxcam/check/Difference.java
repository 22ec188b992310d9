package voxcam.check;

import java.util.Arrays;
import java.util.Locale;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * How far a tensor is from what it should be.
 *
 * @param error {@code ||actual - expected|| / ||expected||} over the elements that are finite in
 *     both; the absolute norm if nothing else than zero is expected; infinite if an element is
 *     finite in one and not in the other, or the infinities differ
 * @param at the index of the worst element
 */
record Difference(Tensor actual, Tensor expected, double error, int at) {
  static Difference of(Tensor actual, Tensor expected) {
    double[] a = actual.doubles();
    double[] b = Arrays.stream(expected.doubles()).map(Difference::inSinglePrecision).toArray();
    double squares = 0;
    double norm = 0;
    double worst = 0;
    int at = 0;
    for (int i = 0; i < b.length; i++) {
      if (Double.isFinite(a[i]) && Double.isFinite(b[i])) {
        double distance = Math.abs(a[i] - b[i]);
        squares += distance * distance;
        norm += b[i] * b[i];
        if (distance > worst) {
          worst = distance;
          at = i;
        }
      } else if (Double.compare(a[i], b[i]) != 0) {
        return new Difference(actual, expected, Double.POSITIVE_INFINITY, i);
      }
    }
    double error = Math.sqrt(squares) / (norm > 0 ? Math.sqrt(norm) : 1);
    return new Difference(actual, expected, error, at);
  }

  /**
   * What single precision cannot hold is infinite there; other rounding is left to the tolerance.
   */
  private static double inSinglePrecision(double value) {
    return Float.isInfinite((float) value) ? (float) value : value;
  }

  String text(double tolerance) {
    return String.format(
        Locale.ROOT,
        "relative error %.3g, at most %.3g is allowed; worst at %s of %s: %s, should be %s",
        error,
        tolerance,
        position(expected.shape(), at),
        expected.shape(),
        actual.doubles()[at],
        expected.doubles()[at]);
  }

  /** The position of an element as {@code [n,c,d,h,w]}. */
  static String position(Shape shape, int index) {
    int[] position = new int[shape.rank()];
    int left = index;
    for (int axis = position.length - 1; axis >= 0; axis--) {
      position[axis] = left % shape.dim(axis);
      left /= shape.dim(axis);
    }
    return Arrays.toString(position).replace(" ", "");
  }
}
