package voxcam.check;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** A tensor that is still to be drawn. The values are exact in single precision. */
interface Fill {
  Tensor draw(Random random);

  /** Values between -1 and 1. */
  static Fill signed(int... dims) {
    return each(dims, random -> random.nextDouble() * 2 - 1);
  }

  /** Values between -4 and 4, where activations bend. */
  static Fill wide(int... dims) {
    return each(dims, random -> random.nextDouble() * 8 - 4);
  }

  /** Values between 0.5 and 2, for roots, logarithms, divisors and variances. */
  static Fill positive(int... dims) {
    return each(dims, random -> 0.5 + 1.5 * random.nextDouble());
  }

  /** Quarters between -1 and 1: many equal values. */
  static Fill coarse(int... dims) {
    return each(dims, random -> (random.nextInt(9) - 4) / 4.0);
  }

  /** Zeros and ones. */
  static Fill flags(int... dims) {
    return each(dims, random -> random.nextInt(2));
  }

  /** Positions on an axis, every third one counted from its end. */
  static Fill positions(int size, int... dims) {
    return each(dims, random -> random.nextInt(size) - (random.nextInt(3) == 0 ? size : 0));
  }

  /** A vector of these values. */
  static Fill vector(double... values) {
    return random -> rounded(Shape.of(values.length), values);
  }

  private static Fill each(int[] dims, ToDoubleFunction<Random> value) {
    return random -> {
      Shape shape = Shape.of(dims);
      double[] values = new double[shape.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value.applyAsDouble(random);
      }
      return rounded(shape, values);
    };
  }

  private static Tensor rounded(Shape shape, double[] values) {
    return Tensor.of(shape, Tensor.of(shape, values).floats());
  }
}
