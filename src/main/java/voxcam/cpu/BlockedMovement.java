package voxcam.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import voxcam.op.Movement;
import voxcam.op.Movement.PadMode;
import voxcam.op.Movement.Range;
import voxcam.op.Shape;

/**
 * Movement of whole blocks: what is no more than the plain kernel on the sizes in which a blocked
 * tensor lies row-major.
 */
final class BlockedMovement {
  private static final int BLOCK = Layout.BLOCK;

  private BlockedMovement() {}

  static Optional<Form> form(Movement op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    if (op instanceof Movement.Expand) {
      return BlockedElementwise.form(op, inputs, output);
    }
    if (!BlockedForms.isSpatial(x)) {
      return Optional.empty();
    }
    return onBlocks(op, inputs)
        .flatMap(moved -> {
          List<Shape> padded = inputs.stream().map(Blocks::padded).toList();
          Kernel kernel = CpuMovement.kernel(moved, padded, Blocks.padded(output));
          return BlockedForms.form(inputs.size(), inputs, Layout.BLOCKED, kernel);
        });
  }

  /** The operation on padded sizes, if it keeps blocks whole. */
  private static Optional<Movement> onBlocks(Movement op, List<Shape> inputs) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Movement.Identity _, Movement.Dropout _ -> Optional.of(op);
      case Movement.Concat(int axis) when x.axis(axis) != 1 ->
          Optional.of(new Movement.Concat(x.axis(axis)));
      case Movement.Concat _ ->
          inputs.subList(0, inputs.size() - 1).stream().allMatch(input -> input.dim(1) % BLOCK == 0)
              ? Optional.of(new Movement.Concat(1))
              : Optional.empty();
      case Movement.Slice(var ranges) -> onBlocks(ranges, x).map(Movement.Slice::new);
      case Movement.Embed(var ranges, var shape) ->
          onBlocks(ranges, shape).map(blocked -> new Movement.Embed(blocked, Blocks.padded(shape)));
      case Movement.Pad(var mode, var before, var after, double value)
          when mode == PadMode.CONSTANT && before.get(1) == 0 && after.get(1) == 0 ->
          Optional.of(new Movement.Pad(mode, with0(before), with0(after), value));
      case Movement.PadGrad(var mode, var before, var after, var shape)
          when mode == PadMode.CONSTANT && before.get(1) == 0 && after.get(1) == 0 ->
          Optional.of(
              new Movement.PadGrad(mode, with0(before), with0(after), Blocks.padded(shape)));
      default -> Optional.empty();
    };
  }

  private static List<Integer> with0(List<Integer> amounts) {
    List<Integer> longer = new ArrayList<>(amounts);
    longer.add(0);
    return longer;
  }

  /** The ranges with that of the channels counted in blocks, if it begins and ends between two. */
  private static Optional<List<Range>> onBlocks(List<Range> ranges, Shape whole) {
    List<Range> blocked = new ArrayList<>();
    for (Range range : ranges) {
      int axis = whole.axis(range.axis());
      if (axis != 1) {
        blocked.add(new Range(axis, range.start(), range.end(), range.step()));
        continue;
      }
      int channels = whole.dim(1);
      int first = range.first(channels);
      int end = first + range.count(channels);
      if (range.step() != 1 || first % BLOCK != 0 || (end % BLOCK != 0 && end != channels)) {
        return Optional.empty();
      }
      blocked.add(new Range(1, first / BLOCK, Layout.blocks(end), 1));
    }
    return Optional.of(Collections.unmodifiableList(blocked));
  }
}
