package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import voxcam.op.InputException;

/** How a number lies in a safetensors file; all are little-endian. */
public enum Dtype {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1);

  // The data of a file starts wherever its header ends.
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** The bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** Whether the numbers are whole. */
  boolean isWhole() {
    return switch (this) {
      case F64, F32, F16, BF16 -> false;
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
    };
  }

  double real(MemorySegment data, long index) {
    return switch (this) {
      case F64 -> data.get(DOUBLE, index * 8);
      case F32 -> data.get(FLOAT, index * 4);
      case F16 -> Float.float16ToFloat(data.get(SHORT, index * 2));
      case BF16 -> Float.intBitsToFloat(data.get(SHORT, index * 2) << 16);
      case U64 -> unsigned(whole(data, index));
      case I64, I32, I16, I8, U32, U16, U8, BOOL -> whole(data, index);
    };
  }

  long whole(MemorySegment data, long index) {
    return switch (this) {
      case I64, U64 -> data.get(LONG, index * 8);
      case I32 -> data.get(INT, index * 4);
      case I16 -> data.get(SHORT, index * 2);
      case I8 -> data.get(BYTE, index);
      case U32 -> data.get(INT, index * 4) & 0xffffffffL;
      case U16 -> data.get(SHORT, index * 2) & 0xffff;
      case U8 -> data.get(BYTE, index) & 0xff;
      case BOOL -> data.get(BYTE, index) == 0 ? 0 : 1;
      case F64, F32, F16, BF16 -> throw new IllegalStateException(this + " is not whole");
    };
  }

  private static double unsigned(long bits) {
    return bits >= 0 ? bits : (bits >>> 1) * 2.0 + (bits & 1);
  }

  float[] floats(MemorySegment data, int count) {
    float[] values = new float[count];
    floats(data, count, values, 0);
    return values;
  }

  /** Decodes into an array that may be longer. */
  void floats(MemorySegment data, int count, float[] values, int at) {
    if (this == F32) {
      singles(data, count, values, at);
      return;
    }
    for (int i = 0; i < count; i++) {
      values[at + i] = (float) real(data, i);
    }
  }

  /** By way of buffers: in a new JVM segments make classes first. They end at 2 GiB. */
  private static void singles(MemorySegment data, int count, float[] values, int at) {
    int most = 1 << 28;
    for (long done = 0; done < count; done += most) {
      int part = (int) Math.min(most, count - done);
      data.asSlice(done * Float.BYTES, (long) part * Float.BYTES)
          .asByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values, at + (int) done, part);
    }
  }

  double[] doubles(MemorySegment data, int count) {
    double[] values = new double[count];
    if (this == F64) {
      MemorySegment.copy(data, DOUBLE, 0, values, 0, count);
    } else if (this == F32) {
      float[] singles = floats(data, count);
      for (int i = 0; i < count; i++) {
        values[i] = singles[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        values[i] = real(data, i);
      }
    }
    return values;
  }

  /**
   * Puts a number into memory, rounded to this format.
   *
   * @throws InputException if it does not fit
   */
  void put(MemorySegment data, long index, double value) {
    switch (this) {
      case F64 -> data.set(DOUBLE, index * 8, value);
      case F32 -> data.set(FLOAT, index * 4, finite((float) value, value));
      case F16 -> {
        short bits = Float.floatToFloat16((float) value);
        finite(Float.float16ToFloat(bits), value);
        data.set(SHORT, index * 2, bits);
      }
      case BF16 -> {
        short bits = bfloat16((float) value);
        finite(Float.intBitsToFloat(bits << 16), value);
        data.set(SHORT, index * 2, bits);
      }
      case I64 -> data.set(LONG, index * 8, ranged(value, Long.MIN_VALUE, Long.MAX_VALUE));
      case I32 ->
          data.set(INT, index * 4, (int) ranged(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case I16 ->
          data.set(SHORT, index * 2, (short) ranged(value, Short.MIN_VALUE, Short.MAX_VALUE));
      case I8 -> data.set(BYTE, index, (byte) ranged(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case U64 -> data.set(LONG, index * 8, ranged(value, 0, Long.MAX_VALUE));
      case U32 -> data.set(INT, index * 4, (int) ranged(value, 0, 0xffffffffL));
      case U16 -> data.set(SHORT, index * 2, (short) ranged(value, 0, 0xffff));
      case U8 -> data.set(BYTE, index, (byte) ranged(value, 0, 255));
      case BOOL -> data.set(BYTE, index, (byte) ranged(value, 0, 1));
    }
  }

  /** Rounds to the nearest, ties to even, as the other formats do. */
  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  private float finite(float rounded, double value) {
    if (Float.isInfinite(rounded) && Double.isFinite(value)) {
      throw new InputException("the value " + value + " is beyond " + this + ", write F32 or F64");
    }
    return rounded;
  }

  private long ranged(double value, long low, long high) {
    if (value != Math.rint(value) || value < low || value > high) {
      throw new InputException("the value " + value + " is no whole number of " + this);
    }
    return (long) value;
  }
}
