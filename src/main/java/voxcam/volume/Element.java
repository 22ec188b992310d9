package voxcam.volume;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How one number is stored in a file. */
enum Element {
  BOOL(1),
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  UINT64(8),
  INT64(8),
  FLOAT16(2),
  FLOAT32(4),
  FLOAT64(8);

  /** Numbers decoded in one go; a multiple of every size. */
  private static final int BLOCK = 1 << 16;

  final int bytes;

  Element(int bytes) {
    this.bytes = bytes;
  }

  /** Reads {@code count} numbers, times slope plus intercept, into an array. */
  void read(
      InputStream in,
      ByteOrder order,
      float[] out,
      int at,
      int count,
      double slope,
      double intercept,
      String name)
      throws IOException {
    byte[] bytesRead = new byte[Math.min(count, BLOCK) * bytes];
    ByteBuffer buffer = ByteBuffer.wrap(bytesRead).order(order);
    int done = 0;
    while (done < count) {
      int n = Math.min(count - done, BLOCK);
      Inflow.fill(in, bytesRead, n * bytes, name);
      decode(buffer, out, at + done, n);
      if (slope != 1 || intercept != 0) {
        rescale(buffer, out, at + done, n, slope, intercept);
      }
      done += n;
    }
  }

  private void decode(ByteBuffer in, float[] out, int at, int n) {
    switch (this) {
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = in.get(i) & 0xff;
        }
      }
      case INT16 -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = in.getShort(2 * i);
        }
      }
      case FLOAT32 -> in.asFloatBuffer().get(out, at, n);
      default -> {
        for (int i = 0; i < n; i++) {
          out[at + i] = (float) one(in, i * bytes);
        }
      }
    }
  }

  private void rescale(ByteBuffer in, float[] out, int at, int n, double slope, double intercept) {
    for (int i = 0; i < n; i++) {
      out[at + i] = (float) (one(in, i * bytes) * slope + intercept);
    }
  }

  /** The number at a byte position. */
  private double one(ByteBuffer in, int at) {
    return switch (this) {
      case BOOL -> in.get(at) == 0 ? 0 : 1;
      case UINT8 -> in.get(at) & 0xff;
      case INT8 -> in.get(at);
      case UINT16 -> in.getShort(at) & 0xffff;
      case INT16 -> in.getShort(at);
      case UINT32 -> in.getInt(at) & 0xffffffffL;
      case INT32 -> in.getInt(at);
      case UINT64 -> unsigned(in.getLong(at));
      case INT64 -> in.getLong(at);
      case FLOAT16 -> Float.float16ToFloat(in.getShort(at));
      case FLOAT32 -> in.getFloat(at);
      case FLOAT64 -> in.getDouble(at);
    };
  }

  private static double unsigned(long bits) {
    // The lowest bit is kept sticky so that halving does not round twice.
    return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }
}
