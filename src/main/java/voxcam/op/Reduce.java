package voxcam.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One value for each line along the given axes; no axes means all. Kept axes stay with size 1,
 * others go.
 */
public record Reduce(Kind kind, List<Integer> axes, boolean keep) implements Op {
  /** Which value; {@code L1} and {@code L2} are norms. */
  public enum Kind {
    Sum,
    Mean,
    Max,
    Min,
    LogSumExp,
    L1,
    L2
  }

  public Reduce {
    axes = List.copyOf(axes);
  }

  @Override
  public String name() {
    return "Reduce" + kind;
  }

  @Override
  public Shape infer(List<Shape> inputs) {
    Shape x = Arguments.only(this, inputs);
    boolean[] reduced = reduced(x);
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (!reduced[i]) {
        sizes.add(x.dim(i));
      } else if (keep) {
        sizes.add(1);
      }
    }
    return Shape.of(Arguments.array(sizes));
  }

  @Override
  public long flops(List<Shape> inputs) {
    return inputs.get(0).size();
  }

  /** For each axis of {@code x} whether it is reduced. */
  public boolean[] reduced(Shape x) {
    boolean[] reduced = new boolean[x.rank()];
    for (int axis : axes) {
      int at = x.axis(axis);
      if (reduced[at]) {
        throw new InputException(name() + ": axis " + at + " is named twice in " + axes);
      }
      reduced[at] = true;
    }
    if (axes.isEmpty()) {
      Arrays.fill(reduced, true);
    }
    return reduced;
  }
}
