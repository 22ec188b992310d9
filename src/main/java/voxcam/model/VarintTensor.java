package voxcam.model;

import java.lang.foreign.MemorySegment;
import voxcam.op.Shape;

/**
 * A tensor whose values lie in a file as numbers of variable length; half-precision numbers are
 * their bits.
 */
record VarintTensor(Dtype dtype, Shape shape, MemorySegment bytes) implements WholeNumbers {
  @Override
  public boolean isWhole() {
    return dtype.isWhole();
  }

  @Override
  public long[] wholes() {
    long[] values = new long[shape.length()];
    Varints.decode(bytes, values, 0);
    return values;
  }

  @Override
  public double[] doubles() {
    long[] wholes = wholes();
    double[] values = new double[wholes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case F16 -> Float.float16ToFloat((short) wholes[i]);
            case BF16 -> Float.intBitsToFloat((int) wholes[i] << 16);
            case BOOL -> wholes[i] == 0 ? 0 : 1;
            default -> wholes[i];
          };
    }
    return values;
  }

  @Override
  public float[] floats() {
    double[] doubles = doubles();
    float[] values = new float[doubles.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubles[i];
    }
    return values;
  }
}
