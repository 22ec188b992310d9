package voxcam.op;

import java.util.Arrays;

/**
 * Numbers with a shape, dense and row-major. Single precision is the boundary of every backend but
 * the reference, which computes in double and keeps what it is given in double. Implementations are
 * immutable by agreement: an array that a tensor hands out or was made from is not written to.
 */
public interface Tensor {
  Shape shape();

  /** The values in single precision; the array may be the tensor's own. */
  float[] floats();

  /**
   * Copies values in single precision, for callers that read many tensors one after the other into
   * the same memory.
   *
   * @param from the first value, in row-major order
   * @param count how many
   * @param target at least as long as that; what it holds behind the values stays
   */
  default void copyTo(int from, int count, float[] target) {
    copyTo(from, count, target, 0);
  }

  /** Copies values to {@code target} from {@code at} on; may be called by several threads. */
  default void copyTo(int from, int count, float[] target, int at) {
    System.arraycopy(floats(), from, target, at, count);
  }

  /** The values in double precision; the array may be the tensor's own. */
  double[] doubles();

  /** A tensor over this array, which is not copied. */
  static Tensor of(Shape shape, float... values) {
    checkLength(shape, values.length);
    return new Floats(shape, values);
  }

  /** A tensor over this array, which is not copied. */
  static Tensor of(Shape shape, double[] values) {
    checkLength(shape, values.length);
    return new Doubles(shape, values);
  }

  /** One number, of shape {@code []}. */
  static Tensor scalar(double value) {
    return new Doubles(Shape.SCALAR, new double[] {value});
  }

  /** A tensor with one value everywhere. */
  static Tensor filled(Shape shape, double value) {
    double[] values = new double[shape.length()];
    Arrays.fill(values, value);
    return new Doubles(shape, values);
  }

  private static void checkLength(Shape shape, int length) {
    if (shape.size() != length) {
      throw new InputException(
          "tensor: shape " + shape + " has " + shape.size() + " elements, the array " + length);
    }
  }

  /** Values held in single precision. */
  final class Floats implements Tensor {
    private final Shape shape;
    private final float[] values;

    private Floats(Shape shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public float[] floats() {
      return values;
    }

    @Override
    public double[] doubles() {
      double[] doubles = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        doubles[i] = values[i];
      }
      return doubles;
    }
  }

  /** Values held in double precision. */
  final class Doubles implements Tensor {
    private final Shape shape;
    private final double[] values;

    private Doubles(Shape shape, double[] values) {
      this.shape = shape;
      this.values = values;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public float[] floats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    @Override
    public double[] doubles() {
      return values;
    }
  }
}
