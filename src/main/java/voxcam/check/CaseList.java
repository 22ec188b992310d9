package voxcam.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import voxcam.op.Op;

/** Cases as they are written down: the data of each is drawn from a seed that is its name. */
final class CaseList {
  private final List<OpCase> cases = new ArrayList<>();

  /** A case of an operation that rounds. */
  void add(String what, Op op, Fill... inputs) {
    add(what, op, OpCase.ROUNDED, inputs);
  }

  /** A case of an operation that only chooses or moves values. */
  void exact(String what, Op op, Fill... inputs) {
    add(what, op, OpCase.EXACT, inputs);
  }

  private void add(String what, Op op, double tolerance, Fill... inputs) {
    String name = op.name() + " " + what;
    Random random = new Random(name.hashCode());
    cases.add(
        new OpCase(
            name, op, Arrays.stream(inputs).map(input -> input.draw(random)).toList(), tolerance));
  }

  List<OpCase> cases() {
    return List.copyOf(cases);
  }
}
