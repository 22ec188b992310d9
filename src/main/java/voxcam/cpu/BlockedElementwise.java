package voxcam.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import voxcam.op.Binary;
import voxcam.op.Broadcast;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * Functions of one to three values on blocked tensors. Missing channels are computed like the
 * others, of whatever lies there.
 */
final class BlockedElementwise {
  private static final int BLOCK = Layout.BLOCK;

  /** Floats that are done at once with operands that stretch. */
  private static final int STRETCH = 1024;

  /** How an operand follows the output. */
  private enum Reach {
    /** A blocked tensor of the output's shape. */
    ALL,
    /** One value for each channel, or sample and channel, or one in all. */
    CHANNEL,
    /** One value for each position of space. */
    SPACE
  }

  /** Computes {@code count} values. */
  private interface Function {
    void apply(float[][] x, int[] at, float[] y, int yAt, int count);
  }

  private BlockedElementwise() {}

  static Optional<Form> form(Op op, List<Shape> inputs, Shape output) {
    if (!BlockedForms.isSpatial(output)) {
      return Optional.empty();
    }
    List<Operand> operands = new ArrayList<>();
    for (Shape input : inputs) {
      Optional<Operand> operand = Operand.of(input, output);
      if (operand.isEmpty()) {
        return Optional.empty();
      }
      operands.add(operand.get());
    }
    boolean blocked = operands.stream().anyMatch(operand -> operand.reach() == Reach.ALL);
    if (!blocked && !(op instanceof Movement.Expand)) {
      return Optional.empty();
    }
    List<Layout> layouts = operands.stream().map(Operand::layout).toList();
    Kernel kernel = new Pointwise(function(op), List.copyOf(operands), Blocks.of(output));
    return Optional.of(new Form(layouts, Layout.BLOCKED, 0, () -> kernel));
  }

  private static Function function(Op op) {
    return switch (op) {
      case Unary unary ->
          (x, at, y, yAt, count) -> CpuUnary.apply(unary, x[0], at[0], y, yAt, count);
      case Binary(var kind) ->
          (x, at, y, yAt, count) -> CpuBinary.apply(kind, x[0], at[0], x[1], at[1], y, yAt, count);
      case Where _ ->
          (x, at, y, yAt, count) ->
              CpuWhere.choose(x[0], at[0], x[1], at[1], x[2], at[2], y, yAt, count);
      case Movement.Expand _ ->
          (x, at, y, yAt, count) -> System.arraycopy(x[0], at[0], y, yAt, count);
      default -> throw new IllegalArgumentException(op.name());
    };
  }

  /**
   * One input.
   *
   * @param perSample how far apart the values of samples lie, and {@code perChannel} of channels
   */
  private record Operand(Reach reach, int perSample, int perChannel) {
    static Optional<Operand> of(Shape input, Shape output) {
      if (input.equals(output)) {
        return Optional.of(new Operand(Reach.ALL, 0, 0));
      }
      long[] strides = Broadcast.strides(input, output);
      int perSample = (int) strides[0];
      int perChannel = (int) strides[1];
      long[] space = Arrays.copyOfRange(strides, 2, strides.length);
      if (Arrays.stream(space).allMatch(stride -> stride == 0)) {
        return Optional.of(new Operand(Reach.CHANNEL, perSample, perChannel));
      }
      long[] whole = output.strides();
      for (int i = 2; i < whole.length; i++) {
        if (output.dim(i) > 1 && strides[i] != whole[i]) {
          return Optional.empty();
        }
      }
      return perChannel == 0
          ? Optional.of(new Operand(Reach.SPACE, perSample, 0))
          : Optional.empty();
    }

    Layout layout() {
      return reach == Reach.ALL ? Layout.BLOCKED : Layout.PLAIN;
    }

    /** The values of a row's channels, over and over. */
    void spreadChannels(float[] x, Blocks blocks, int row, float[] buffer) {
      int from = blocks.sample(row) * perSample + blocks.channel(row) * perChannel;
      int present = blocks.present(row);
      for (int c = 0; c < BLOCK; c++) {
        buffer[c] = c < present ? x[from + c * perChannel] : 0;
      }
      for (int i = BLOCK; i < buffer.length; i += i) {
        System.arraycopy(buffer, 0, buffer, i, Math.min(i, buffer.length - i));
      }
    }

    /** Each value as often as there are channels. */
    void spreadSpace(float[] x, Blocks blocks, int row, int from, int to, float[] buffer) {
      int at = blocks.sample(row) * perSample;
      for (int p = from; p < to; p++) {
        int first = (p - from) * BLOCK;
        Arrays.fill(buffer, first, first + BLOCK, x[at + p]);
      }
    }
  }

  private record Pointwise(Function function, List<Operand> operands, Blocks blocks)
      implements Kernel {
    @Override
    public boolean overwrites(int index) {
      return operands.get(index).reach() == Reach.ALL;
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      boolean straight = operands.stream().allMatch(operand -> operand.reach() == Reach.ALL);
      blocks.forEach(
          threads,
          (row, from, to) -> {
            if (straight) {
              int[] at = new int[operands.size()];
              int first = blocks.start(row) + from * BLOCK;
              Arrays.fill(at, first);
              function.apply(inputs, at, output, first, (to - from) * BLOCK);
            } else {
              stretched(inputs, output, row, from, to);
            }
          });
    }

    private void stretched(float[][] inputs, float[] output, int row, int from, int to) {
      float[][] x = inputs.clone();
      int[] at = new int[x.length];
      for (int i = 0; i < x.length; i++) {
        Operand operand = operands.get(i);
        if (operand.reach() != Reach.ALL) {
          x[i] = new float[Math.min(STRETCH, (to - from) * BLOCK)];
        }
        if (operand.reach() == Reach.CHANNEL) {
          operand.spreadChannels(inputs[i], blocks, row, x[i]);
        }
      }
      for (int p = from; p < to; p += STRETCH / BLOCK) {
        int end = Math.min(to, p + STRETCH / BLOCK);
        int first = blocks.start(row) + p * BLOCK;
        for (int i = 0; i < x.length; i++) {
          Operand operand = operands.get(i);
          if (operand.reach() == Reach.SPACE) {
            operand.spreadSpace(inputs[i], blocks, row, p, end, x[i]);
          }
          at[i] = operand.reach() == Reach.ALL ? first : 0;
        }
        function.apply(x, at, output, first, (end - p) * BLOCK);
      }
    }
  }
}
