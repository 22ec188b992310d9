package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Reduce;
import voxcam.op.Shape;

/**
 * Reductions of blocked tensors over all of space, one value for each channel of each sample:
 * small, and so plain. Chunks are summed in double precision, then joined in order.
 */
final class BlockedReduce {
  private static final int BLOCK = Layout.BLOCK;
  private static final MomentLanes LANES = MomentLanes.PREFERRED;

  private BlockedReduce() {}

  static Optional<Form> form(Reduce op, Shape x) {
    if (!BlockedForms.isSpatial(x)) {
      return Optional.empty();
    }
    boolean[] space = new boolean[x.rank()];
    Arrays.fill(space, 2, space.length, true);
    return Arrays.equals(space, op.reduced(x)) ? form(op.kind(), x) : Optional.empty();
  }

  static Optional<Form> form(Reduce.Kind kind, Shape x) {
    Blocks blocks = Blocks.of(x);
    return switch (kind) {
      case Sum -> of(x, new Sums(blocks, 1));
      case Mean -> of(x, new Sums(blocks, blocks.space()));
      case Max -> of(x, new Largest(blocks));
      case Min, LogSumExp, L1, L2 -> Optional.empty();
    };
  }

  private static Optional<Form> of(Shape x, Kernel kernel) {
    return BlockedForms.form(1, List.of(x), Layout.PLAIN, kernel);
  }

  /** The plain output's place of a row's first channel. */
  private static int place(Blocks blocks, int row) {
    return blocks.sample(row) * blocks.channels() + blocks.channel(row);
  }

  private record Sums(Blocks blocks, double divisor) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      int chunks = blocks.chunks();
      double[] sums = new double[blocks.rows() * chunks * BLOCK];
      blocks.forEach(
          threads,
          (row, from, to) ->
              LANES.add(
                  inputs[0],
                  blocks.start(row) + from * BLOCK,
                  to - from,
                  sums,
                  (row * chunks + from / Blocks.CHUNK) * BLOCK));
      for (int row = 0; row < blocks.rows(); row++) {
        for (int c = 0; c < blocks.present(row); c++) {
          double sum = 0;
          for (int chunk = 0; chunk < chunks; chunk++) {
            sum += sums[(row * chunks + chunk) * BLOCK + c];
          }
          output[place(blocks, row) + c] = (float) (sum / divisor);
        }
      }
    }
  }

  private record Largest(Blocks blocks) implements Kernel {
    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      List<float[]> parts = new ArrayList<>();
      for (int i = 0; i < blocks.rows() * blocks.chunks(); i++) {
        float[] part = new float[BLOCK];
        Arrays.fill(part, Float.NEGATIVE_INFINITY);
        parts.add(part);
      }
      int chunks = blocks.chunks();
      blocks.forEach(
          threads,
          (row, from, to) ->
              LANES.raise(
                  inputs[0],
                  blocks.start(row) + from * BLOCK,
                  to - from,
                  parts.get(row * chunks + from / Blocks.CHUNK)));
      for (int row = 0; row < blocks.rows(); row++) {
        for (int c = 0; c < blocks.present(row); c++) {
          float largest = Float.NEGATIVE_INFINITY;
          for (int chunk = 0; chunk < chunks; chunk++) {
            largest = Math.max(largest, parts.get(row * chunks + chunk)[c]);
          }
          output[place(blocks, row) + c] = largest;
        }
      }
    }
  }
}
