package voxcam.cpu;

import java.util.List;
import voxcam.op.Shape;

/** {@code condition != 0 ? a : b}, with broadcasting of all three. */
final class CpuWhere {
  private CpuWhere() {}

  static Kernel kernel(List<Shape> inputs, Shape output) {
    Walk walk = Walk.broadcast(output, inputs);
    return (values, y, scratch, threads) -> walk.forEach(threads, () -> pieces(walk, values, y));
  }

  private static Walk.Piece pieces(Walk walk, float[][] values, float[] y) {
    var condition = new CpuBinary.Operand(values[0], walk.stride(0));
    var a = new CpuBinary.Operand(values[1], walk.stride(1));
    var b = new CpuBinary.Operand(values[2], walk.stride(2));
    int block = CpuBinary.block();
    return (at, position, count) -> {
      condition.start(at[0], count);
      a.start(at[1], count);
      b.start(at[2], count);
      for (int done = 0; done < count; done += block) {
        int part = Math.min(block, count - done);
        choose(
            condition.array,
            condition.at(done),
            a.array,
            a.at(done),
            b.array,
            b.at(done),
            y,
            position + done,
            part);
      }
    };
  }

  static void choose(
      float[] condition,
      int at,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int count) {
    int done =
        Machine.ELEMENTWISE ? VectorBinary.choose(condition, at, a, aAt, b, bAt, y, yAt, count) : 0;
    for (int i = done; i < count; i++) {
      float u = a[aAt + i];
      float v = b[bAt + i];
      y[yAt + i] = condition[at + i] != 0 ? u : v;
    }
  }
}
