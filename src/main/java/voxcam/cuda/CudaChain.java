package voxcam.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import voxcam.op.Binary;
import voxcam.op.Broadcast;
import voxcam.op.Chain;
import voxcam.op.Shape;
import voxcam.op.Unary;

/** Elementwise operations one after the other, by kernels/chain.cu. */
final class CudaChain {
  /** Neighbours that a thread takes at once. */
  private static final int QUAD = 4;

  private static final int ARGUMENTS = 3;

  private CudaChain() {}

  static Launches launches(Chain op, List<Shape> inputs, Shape output) {
    long[][] strides = new long[Chain.MOST_INPUTS][output.rank()];
    for (int i = 0; i < inputs.size(); i++) {
      strides[i] = Broadcast.strides(inputs.get(i), output);
    }
    Walk walk = Walk.over(op.name(), output, strides);
    boolean quads = inQuads(walk);
    List<Argument> arguments = new ArrayList<>();
    for (int i = 0; i < Chain.MOST_INPUTS; i++) {
      arguments.add(i < inputs.size() ? new Argument.Input(i) : new Argument.None());
    }
    arguments.add(new Argument.Output());
    arguments.add(
        Members.joined(
            new long[] {output.size(), inputs.size(), op.steps().size()},
            steps(op),
            IntStream.range(0, Chain.MOST_INPUTS).mapToLong(walk::step).toArray(),
            (quads ? quarter(walk) : walk).members()));
    return Launches.of(
        new Launch(
            "chain",
            quads ? "chainQuads" : "chainStrided",
            Elements.grid(output.size()),
            arguments));
  }

  /**
   * Whether four neighbours of the output are four neighbours of each input, from an aligned
   * address on, or the same number four times.
   */
  private static boolean inQuads(Walk walk) {
    if (!Arrays.stream(walk.strides()).allMatch(s -> s.length == 0 || s[0] == 0 || s[0] == 1)) {
      return false;
    }
    return walk.axes() <= 1
        || (walk.sizes()[0] % QUAD == 0
            && Arrays.stream(walk.strides())
                .allMatch(
                    s -> s[0] == 0 || LongStream.of(s).skip(1).allMatch(far -> far % QUAD == 0)));
  }

  /** The same walk, four neighbours at a time. */
  private static Walk quarter(Walk walk) {
    if (walk.axes() == 0) {
      return walk;
    }
    long[] sizes = walk.sizes().clone();
    sizes[0] /= QUAD;
    long[][] strides = Arrays.stream(walk.strides()).map(long[]::clone).toArray(long[][]::new);
    for (long[] each : strides) {
      each[0] *= QUAD;
    }
    return new Walk(sizes, strides);
  }

  private static long[] steps(Chain op) {
    long[][] members = new long[Chain.MOST_STEPS][2 + ARGUMENTS + 1];
    for (int i = 0; i < op.steps().size(); i++) {
      members[i] = step(op.steps().get(i));
    }
    return Arrays.stream(members).flatMapToLong(LongStream::of).toArray();
  }

  private static long[] step(Chain.Step step) {
    int[] from = Chain.arguments(step, ARGUMENTS);
    return switch (step.op()) {
      case Unary unary -> {
        Activation function = Activation.of(unary);
        long alpha = Integer.toUnsignedLong(Float.floatToRawIntBits(function.alpha()));
        long beta = Float.floatToRawIntBits(function.beta());
        yield new long[] {0, function.kind(), from[0], from[1], from[2], beta << 32 | alpha};
      }
      case Binary binary -> new long[] {1, binary.kind().ordinal(), from[0], from[1], from[2], 0};
      default -> new long[] {2, 0, from[0], from[1], from[2], 0};
    };
  }
}
