package voxcam.op;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Elementwise operations one after the other, each but the first of the value before it. All values
 * have the output's shape; inputs stretch to it. Made by the compiler; it has no gradient because
 * gradients are taken before.
 */
public record Chain(List<Step> steps) implements Op {
  /** The number, among a step's arguments, of the value that the step before gave. */
  public static final int VALUE = -1;

  /** How many steps there may be, for kernels that are given all of them at once. */
  public static final int MOST_STEPS = 8;

  /** How many inputs there may be. */
  public static final int MOST_INPUTS = 5;

  /** How many axes the output may have. */
  public static final int MOST_AXES = 8;

  /**
   * One operation.
   *
   * @param op which one
   * @param arguments what it is given: for each the number of an input of the chain, or {@link
   *     #VALUE}
   */
  public record Step(Op op, List<Integer> arguments) {
    public Step {
      arguments = List.copyOf(arguments);
    }
  }

  public Chain {
    steps = List.copyOf(steps);
    if (steps.isEmpty() || steps.size() > MOST_STEPS || count(steps) > MOST_INPUTS) {
      throw new IllegalArgumentException(
          "chain: " + steps.size() + " steps of " + count(steps) + " inputs");
    }
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (!takes(step.op())) {
        throw new IllegalArgumentException("chain: " + step.op().name() + " is not elementwise");
      }
      if (step.arguments().contains(VALUE) != i > 0) {
        throw new IllegalArgumentException("chain: step " + i + " is not of the value before it");
      }
    }
  }

  /** Whether an operation can be a step. */
  public static boolean takes(Op op) {
    return switch (op) {
      case Unary _, Binary _, Where _ -> true;
      default -> false;
    };
  }

  private static int count(List<Step> steps) {
    return steps.stream().flatMap(step -> step.arguments().stream()).reduce(VALUE, Math::max) + 1;
  }

  @Override
  public Shape infer(List<Shape> inputs) {
    int count = count(steps);
    Arguments.count(this, inputs, count, count);
    List<Shape> values = new ArrayList<>();
    for (Step step : steps) {
      List<Shape> arguments =
          step.arguments().stream()
              .map(argument -> argument == VALUE ? values.getLast() : inputs.get(argument))
              .toList();
      values.add(step.op().infer(arguments));
    }
    Shape output = values.getLast();
    Arguments.require(
        values.stream().allMatch(output::equals), this, "its values differ in shape", inputs);
    Arguments.require(
        output.rank() <= MOST_AXES, this, "has more than " + MOST_AXES + " axes", inputs);
    return output;
  }

  @Override
  public long flops(List<Shape> inputs) {
    return infer(inputs).size() * steps.size();
  }

  /** The numbers of a step's arguments with {@link #VALUE} for those that it lacks. */
  public static int[] arguments(Step step, int count) {
    return IntStream.range(0, count)
        .map(i -> i < step.arguments().size() ? step.arguments().get(i) : VALUE)
        .toArray();
  }
}
