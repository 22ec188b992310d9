package voxcam.model;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Numbers that are known while a file is read, as sizes and positions are. Unlike a {@link Tensor}
 * they have an element type, whole ones have all their 64 bits, and there may be none of them.
 *
 * @param type ONNX's number of the element type
 * @param dims the sizes, 0 allowed
 * @param wholes the values of a whole type, else null
 * @param reals the values of any other type, else null
 */
record Known(int type, int[] dims, long[] wholes, double[] reals) {
  /** More than this is left to the graph. */
  static final int MOST = 1 << 16;

  static Known of(int type, int[] dims, long[] wholes) {
    return new Known(type, dims, wholes, null);
  }

  static Known of(int type, int[] dims, double[] reals) {
    return new Known(type, dims, null, reals);
  }

  /** A list of 64-bit numbers. */
  static Known list(long... values) {
    return of(OnnxType.INT64, new int[] {values.length}, values);
  }

  static Known scalar(long value) {
    return of(OnnxType.INT64, new int[0], new long[] {value});
  }

  /** The values of a tensor of a file that is small enough. */
  static Known of(int type, Tensor tensor) {
    int[] dims = tensor.shape().dims();
    return OnnxType.isWhole(type) && tensor instanceof WholeNumbers stored && stored.isWhole()
        ? of(type, dims, stored.wholes())
        : OnnxType.isWhole(type)
            ? of(type, dims, Arrays.stream(tensor.doubles()).mapToLong(v -> (long) v).toArray())
            : of(type, dims, tensor.doubles());
  }

  boolean isWhole() {
    return wholes != null;
  }

  int count() {
    return isWhole() ? wholes.length : reals.length;
  }

  int rank() {
    return dims.length;
  }

  /** An axis as a number from 0, for one that may be counted from the end. */
  int axis(long axis) {
    long positive = axis < 0 ? axis + dims.length : axis;
    if (positive < 0 || positive >= dims.length) {
      throw new voxcam.op.InputException(
          "axis " + axis + " does not exist in " + Arrays.toString(dims));
    }
    return (int) positive;
  }

  double real(int index) {
    return isWhole() ? wholes[index] : reals[index];
  }

  long whole(int index) {
    return isWhole() ? wholes[index] : (long) reals[index];
  }

  long[] asWholes() {
    long[] values = new long[count()];
    Arrays.setAll(values, this::whole);
    return values;
  }

  /** The same values under other sizes. */
  Known shaped(int... sizes) {
    return new Known(type, sizes, wholes, reals);
  }

  /** The values at these positions under some sizes. */
  Known picked(int[] sizes, int[] positions) {
    if (isWhole()) {
      long[] values = new long[positions.length];
      Arrays.setAll(values, i -> wholes[positions[i]]);
      return of(type, sizes, values);
    }
    double[] values = new double[positions.length];
    Arrays.setAll(values, i -> reals[positions[i]]);
    return of(type, sizes, values);
  }

  /** The values in another type, as {@code Cast} makes them. */
  Known cast(int to) {
    if (to == OnnxType.BOOL) {
      long[] values = new long[count()];
      Arrays.setAll(values, i -> real(i) == 0 ? 0 : 1);
      return of(to, dims, values);
    }
    if (OnnxType.isWhole(to)) {
      long[] values = new long[count()];
      Arrays.setAll(values, i -> wrapped(to, whole(i)));
      return of(to, dims, values);
    }
    double[] values = new double[count()];
    Arrays.setAll(values, i -> rounded(to, real(i)));
    return of(to, dims, values);
  }

  private static long wrapped(int type, long value) {
    return switch (type) {
      case 2 -> value & 0xff;
      case 3 -> (byte) value;
      case 4 -> value & 0xffff;
      case 5 -> (short) value;
      case OnnxType.INT32 -> (int) value;
      case 12 -> value & 0xffffffffL;
      default -> value;
    };
  }

  static double rounded(int type, double value) {
    return type == OnnxType.FLOAT
        ? (float) value
        : type == 10 ? Float.float16ToFloat(Float.floatToFloat16((float) value)) : value;
  }

  /** A function of two values with broadcasting; {@code type} is the result's. */
  static Known combine(
      Known a, Known b, int type, LongBinaryOperator wholes, DoubleBinaryOperator reals) {
    int[] sizes = KnownShapes.broadcast(a.dims, b.dims);
    int[] first = KnownShapes.positions(a.dims, sizes);
    int[] second = KnownShapes.positions(b.dims, sizes);
    boolean exact = a.isWhole() && b.isWhole() && wholes != null;
    if (OnnxType.isWhole(type)) {
      long[] values = new long[first.length];
      Arrays.setAll(
          values,
          i ->
              exact
                  ? wholes.applyAsLong(a.wholes[first[i]], b.wholes[second[i]])
                  : (long) reals.applyAsDouble(a.real(first[i]), b.real(second[i])));
      return of(type, sizes, values);
    }
    double[] values = new double[first.length];
    Arrays.setAll(
        values, i -> rounded(type, reals.applyAsDouble(a.real(first[i]), b.real(second[i]))));
    return of(type, sizes, values);
  }

  /** The values as a tensor of the graph; there must be at least one. */
  Tensor tensor() {
    Shape shape = Shape.of(dims);
    return isWhole() ? new Wholes(shape, wholes) : Tensor.of(shape, reals);
  }

  /** Whole numbers as a tensor. */
  private record Wholes(Shape shape, long[] wholes) implements WholeNumbers {
    @Override
    public boolean isWhole() {
      return true;
    }

    @Override
    public float[] floats() {
      float[] values = new float[wholes.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = wholes[i];
      }
      return values;
    }

    @Override
    public double[] doubles() {
      return Arrays.stream(wholes).asDoubleStream().toArray();
    }
  }
}
