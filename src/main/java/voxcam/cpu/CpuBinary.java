package voxcam.cpu;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Binary;
import voxcam.op.Shape;

/**
 * Functions of two values, with broadcasting. A value that stretches along a row is first spread
 * over a block.
 */
final class CpuBinary {
  private static final int BLOCK = 1024;

  private CpuBinary() {}

  static Kernel kernel(Binary op, List<Shape> inputs, Shape output) {
    Walk walk = Walk.broadcast(output, inputs);
    return (values, y, scratch, threads) ->
        walk.forEach(threads, () -> pieces(op.kind(), walk, values, y));
  }

  private static Walk.Piece pieces(Binary.Kind kind, Walk walk, float[][] values, float[] y) {
    Operand a = new Operand(values[0], walk.stride(0));
    Operand b = new Operand(values[1], walk.stride(1));
    boolean straight = walk.stride(0) == 1 && walk.stride(1) == 1;
    return (at, position, count) -> {
      if (straight) {
        apply(kind, values[0], at[0], values[1], at[1], y, position, count);
        return;
      }
      a.start(at[0], count);
      b.start(at[1], count);
      for (int done = 0; done < count; done += BLOCK) {
        int part = Math.min(BLOCK, count - done);
        apply(kind, a.array, a.at(done), b.array, b.at(done), y, position + done, part);
      }
    };
  }

  /** One input along a row: its own values, or one of them spread over a block. */
  static final class Operand {
    private final float[] values;
    private final boolean spread;
    final float[] array;
    private int from;

    Operand(float[] values, int stride) {
      this.values = values;
      this.spread = stride == 0;
      this.array = spread ? new float[BLOCK] : values;
    }

    void start(int at, int count) {
      if (spread) {
        Arrays.fill(array, 0, Math.min(BLOCK, count), values[at]);
      }
      from = spread ? 0 : at;
    }

    /** Where the values start that belong to a block of the row. */
    int at(int done) {
      return spread ? 0 : from + done;
    }
  }

  /** How many values an {@link Operand} serves at once. */
  static int block() {
    return BLOCK;
  }

  static void apply(
      Binary.Kind kind, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    int done = Machine.ELEMENTWISE ? VectorBinary.apply(kind, a, aAt, b, bAt, y, yAt, count) : 0;
    loop(kind, a, aAt + done, b, bAt + done, y, yAt + done, count - done);
  }

  private static void loop(
      Binary.Kind kind, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    switch (kind) {
      case Add -> add(a, aAt, b, bAt, y, yAt, count);
      case Sub -> sub(a, aAt, b, bAt, y, yAt, count);
      case Mul -> mul(a, aAt, b, bAt, y, yAt, count);
      case Div -> div(a, aAt, b, bAt, y, yAt, count);
      case Pow -> pow(a, aAt, b, bAt, y, yAt, count);
      case Min -> min(a, aAt, b, bAt, y, yAt, count);
      case Max -> max(a, aAt, b, bAt, y, yAt, count);
      case PRelu -> pRelu(a, aAt, b, bAt, y, yAt, count);
      case Equal -> equal(a, aAt, b, bAt, y, yAt, count);
      case Greater -> greater(a, aAt, b, bAt, y, yAt, count);
      case Less -> less(a, aAt, b, bAt, y, yAt, count);
    }
  }

  private static void add(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u + v;
    }
  }

  private static void sub(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u - v;
    }
  }

  private static void mul(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u * v;
    }
  }

  private static void div(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u / v;
    }
  }

  private static void pow(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = (float) Math.pow(u, v);
    }
  }

  private static void min(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = Math.min(u, v);
    }
  }

  private static void max(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = Math.max(u, v);
    }
  }

  private static void pRelu(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u > 0 ? u : u * v;
    }
  }

  private static void equal(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u == v ? 1f : 0f;
    }
  }

  private static void greater(
      float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u > v ? 1f : 0f;
    }
  }

  private static void less(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = u < v ? 1f : 0f;
    }
  }
}
