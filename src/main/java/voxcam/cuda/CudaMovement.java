package voxcam.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import voxcam.op.Broadcast;
import voxcam.op.Movement;
import voxcam.op.Shape;

/** Values placed elsewhere, by kernels/movement.cu. */
final class CudaMovement {
  private static final String FAMILY = "movement";

  /** The sides of a tile that is turned in shared memory. */
  private static final int TILE = 32;

  private static final int TILE_THREADS = 256;

  /** A matrix narrower than this leaves most of each tile empty. */
  private static final int NARROW = 8;

  private CudaMovement() {}

  static Launches launches(Movement op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Movement.Reshape _,
          Movement.Flatten _,
          Movement.Squeeze _,
          Movement.Unsqueeze _,
          Movement.Identity _,
          Movement.Dropout _ ->
          strided(0, Walk.over(op.name(), Shape.of(output.length()), new long[] {1}), output);
      case Movement.Transpose(List<Integer> order) -> transpose(op, x, order, output);
      case Movement.Expand _ ->
          strided(0, Walk.over(op.name(), output, Broadcast.strides(x, output)), output);
      case Movement.Slice(List<Movement.Range> ranges) -> slice(op, x, ranges, output);
      case Movement.Embed(List<Movement.Range> ranges, Shape shape) -> embed(op, ranges, shape);
      case Movement.Pad pad -> pad(pad, x, output);
      case Movement.PadGrad grad -> padGrad(grad, x, output);
      case Movement.Concat(int axis) -> concat(inputs, output, output.axis(axis));
    };
  }

  private static Launches strided(long base, Walk walk, Shape output) {
    return Launches.of(
        Launch.of(
            FAMILY,
            "movementStrided",
            Elements.grid(output.size()),
            new Argument.Input(0),
            new Argument.Output(),
            walk.behind(output.size(), base)));
  }

  private static Launches transpose(Movement op, Shape x, List<Integer> order, Shape output) {
    long[] strides = x.strides();
    long[] ordered = order.stream().mapToLong(axis -> strides[axis]).toArray();
    Walk walk = Walk.over(op.name(), output, ordered, output.strides());
    int innermost =
        IntStream.range(0, walk.axes())
            .filter(a -> walk.strides()[0][a] == 1)
            .findFirst()
            .orElse(0);
    if (innermost == 0 || Math.min(walk.sizes()[0], walk.sizes()[innermost]) < NARROW) {
      return strided(0, Walk.over(op.name(), output, ordered), output);
    }
    long rows = walk.sizes()[0];
    long columns = walk.sizes()[innermost];
    long across = Math.ceilDiv(columns, TILE);
    long down = Math.ceilDiv(rows, TILE);
    long matrices = output.size() / (rows * columns);
    long[] numbers = {
      rows, columns, walk.strides()[0][0], walk.strides()[1][innermost], across, down
    };
    return Launches.of(
        Launch.of(
            FAMILY,
            "movementTransposed",
            new Grid(Math.toIntExact(matrices * across * down), 1, 1, TILE_THREADS),
            new Argument.Input(0),
            new Argument.Output(),
            walk.without(0, innermost).behind(numbers)));
  }

  private static Launches concat(List<Shape> inputs, Shape output, int axis) {
    long row = output.size(axis, output.rank());
    long start = 0;
    List<Launch> launches = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Shape input = inputs.get(i);
      long part = input.size(axis, input.rank());
      launches.add(
          Launch.of(
              FAMILY,
              "movementPlaced",
              Elements.grid(input.size()),
              new Argument.Input(i),
              new Argument.Output(),
              new Argument.Geometry(input.size(), part, row, start)));
      start += part;
    }
    return new Launches(launches, 0);
  }

  /** Where on each axis of a tensor a slice lies. */
  private record Taken(long[] first, long[] step, long[] count) {
    static Taken of(Shape whole, List<Movement.Range> ranges) {
      Taken taken =
          new Taken(
              new long[whole.rank()],
              new long[whole.rank()],
              Arrays.stream(whole.dims()).asLongStream().toArray());
      Arrays.fill(taken.step, 1);
      for (Movement.Range range : ranges) {
        int axis = whole.axis(range.axis());
        // A second range on an axis slices what the first one left.
        int left = (int) taken.count[axis];
        taken.first[axis] += taken.step[axis] * range.first(left);
        taken.step[axis] *= range.step();
        taken.count[axis] = range.count(left);
      }
      return taken;
    }
  }

  private static Launches slice(Movement op, Shape x, List<Movement.Range> ranges, Shape output) {
    Taken taken = Taken.of(x, ranges);
    long[] strides = x.strides();
    long base = 0;
    for (int axis = 0; axis < strides.length; axis++) {
      base += taken.first[axis] * strides[axis];
      strides[axis] *= taken.step[axis];
    }
    return strided(base, Walk.over(op.name(), output, strides), output);
  }

  private static Launches embed(Movement op, List<Movement.Range> ranges, Shape shape) {
    Taken taken = Taken.of(shape, ranges);
    PartAxes axes = PartAxes.of(op.name(), shape, taken.first, taken.step, taken.count, true);
    return Launches.of(
        Launch.of(
            FAMILY,
            "movementEmbedded",
            Elements.grid(shape.size()),
            new Argument.Input(0),
            new Argument.Output(),
            Members.joined(
                new long[] {shape.size(), axes.axes()},
                axes.whole(),
                axes.first(),
                axes.step(),
                axes.part())));
  }

  private static Launches pad(Movement.Pad op, Shape x, Shape output) {
    return Launches.of(
        Launch.of(
            FAMILY,
            "movementPadded",
            Elements.grid(output.size()),
            new Argument.Input(0),
            new Argument.Output(),
            padding(op, op.mode(), op.before(), x, output, output.size()),
            new Argument.Real((float) op.value())));
  }

  private static Launches padGrad(Movement.PadGrad op, Shape gy, Shape output) {
    return Launches.of(
        Launch.of(
            FAMILY,
            "movementPadGrad",
            Elements.grid(output.size()),
            new Argument.Input(0),
            new Argument.Output(),
            padding(op, op.mode(), op.before(), output, gy, output.size())));
  }

  private static Argument.Geometry padding(
      Movement op,
      Movement.PadMode mode,
      List<Integer> before,
      Shape inside,
      Shape padded,
      long count) {
    long[] first = before.stream().mapToLong(Integer::longValue).toArray();
    long[] step = LongStream.generate(() -> 1).limit(first.length).toArray();
    long[] part = Arrays.stream(inside.dims()).asLongStream().toArray();
    boolean constant = mode == Movement.PadMode.CONSTANT;
    PartAxes axes = PartAxes.of(op.name(), padded, first, step, part, constant);
    return Members.joined(
        new long[] {count, mode.ordinal(), axes.axes()}, axes.part(), axes.first(), axes.whole());
  }
}
