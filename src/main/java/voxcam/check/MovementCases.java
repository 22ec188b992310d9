package voxcam.check;

import static voxcam.check.Fill.signed;

import java.util.Arrays;
import java.util.List;
import voxcam.op.Movement;
import voxcam.op.Movement.PadMode;
import voxcam.op.Movement.Range;
import voxcam.op.Shape;

final class MovementCases {
  /** Behind the end of every axis. */
  private static final int END = Integer.MAX_VALUE;

  private MovementCases() {}

  static List<OpCase> all() {
    CaseList list = new CaseList();
    reshapes(list);
    for (List<Integer> order :
        List.of(
            List.of(0, 2, 3, 4, 1),
            List.of(4, 3, 2, 1, 0),
            List.of(0, 1, 2, 4, 3),
            List.of(1, 0, 2, 3, 4))) {
      list.exact("volume " + order, new Movement.Transpose(order), signed(2, 5, 3, 4, 17));
    }
    list.exact("matrix", new Movement.Transpose(List.of(1, 0)), signed(33, 18));
    list.exact(
        "channels",
        new Movement.Concat(1),
        signed(2, 3, 4, 5, 7),
        signed(2, 17, 4, 5, 7),
        signed(2, 1, 4, 5, 7));
    list.exact("first axis", new Movement.Concat(0), signed(2, 33), signed(1, 33));
    list.exact(
        "last axis",
        new Movement.Concat(-1),
        signed(3, 5),
        signed(3, 17),
        signed(3, 16),
        signed(3, 1));
    list.exact("of one", new Movement.Concat(1), signed(3, 5));
    slice(list, "last axis", List.of(new Range(-1, 3, 20, 1)), 2, 3, 33);
    slice(
        list,
        "three axes",
        List.of(new Range(2, 1, 4, 1), new Range(3, 0, 3, 2), new Range(4, 5, END, 3)),
        1,
        3,
        5,
        4,
        19);
    slice(list, "from the end", List.of(new Range(1, -3, -1, 1), new Range(0, -2, END, 1)), 5, 7);
    slice(
        list,
        "backwards",
        List.of(new Range(0, END, Integer.MIN_VALUE, -1), new Range(1, -1, 0, -2)),
        5,
        18);
    slice(list, "one channel", List.of(new Range(1, 4, 5, 1)), 2, 6, 3, 3, 9);
    for (PadMode mode : PadMode.values()) {
      pad(list, mode, "volume", List.of(0, 0, 1, 0, 2), List.of(0, 0, 1, 2, 3), 1, 3, 4, 5, 17);
      pad(list, mode, "crop", List.of(0, 0, -1, 2, -3), List.of(0, 0, 0, -2, -4), 2, 3, 4, 5, 19);
      pad(list, mode, "as wide as goes", List.of(0, 6), List.of(0, 6), 2, 7);
      pad(list, mode, "nothing", List.of(0, 0, 0), List.of(0, 0, 0), 2, 3, 16);
    }
    for (int[] dims : new int[][] {{2, 5, 1, 1, 1}, {1, 1, 3, 1, 7}, {2, 1, 3, 4, 1}, {7}, {}}) {
      list.exact(
          "of " + Shape.of(dims), new Movement.Expand(Shape.of(2, 5, 3, 4, 7)), signed(dims));
    }
    list.exact("of its own axes", new Movement.Expand(Shape.of(3, 1)), signed(2, 3, 17));
    return list.cases();
  }

  private static void reshapes(CaseList list) {
    int[] volume = {2, 3, 1, 5, 7};
    list.exact("to rows", new Movement.Reshape(List.of(0, -1)), signed(volume));
    list.exact("to a vector", new Movement.Reshape(List.of(-1)), signed(volume));
    list.exact("to other axes", new Movement.Reshape(List.of(5, 7, 6)), signed(volume));
    for (int axis : new int[] {0, 1, 2, -1, 5}) {
      list.exact("from " + axis, new Movement.Flatten(axis), signed(volume));
    }
    list.exact("all", new Movement.Squeeze(List.of()), signed(1, 3, 1, 5));
    list.exact("one", new Movement.Squeeze(List.of(-3)), signed(volume));
    list.exact("two", new Movement.Squeeze(List.of(0, 2)), signed(1, 3, 1, 5));
    list.exact("front", new Movement.Unsqueeze(List.of(0)), signed(3, 17));
    list.exact("both ends", new Movement.Unsqueeze(List.of(0, -1)), signed(3, 17));
    list.exact("of a scalar", new Movement.Unsqueeze(List.of(0, 1)), signed());
    for (int[] dims : new int[][] {volume, {33}, {}}) {
      list.exact("of " + Shape.of(dims), new Movement.Identity(), signed(dims));
      list.exact("of " + Shape.of(dims), new Movement.Dropout(), signed(dims));
    }
  }

  private static void slice(CaseList list, String what, List<Range> ranges, int... dims) {
    Movement.Slice op = new Movement.Slice(ranges);
    int[] part = op.infer(List.of(Shape.of(dims))).dims();
    list.exact(what, op, signed(dims));
    list.exact(what, new Movement.Embed(ranges, Shape.of(dims)), signed(part));
  }

  private static void pad(
      CaseList list,
      PadMode mode,
      String what,
      List<Integer> before,
      List<Integer> after,
      int... dims) {
    Movement.Pad op = new Movement.Pad(mode, before, after, 0.25);
    int[] padded = op.infer(List.of(Shape.of(dims))).dims();
    String name = mode.name() + " " + what + " " + Arrays.toString(dims);
    list.exact(name, op, signed(dims));
    list.add(name, new Movement.PadGrad(mode, before, after, Shape.of(dims)), signed(padded));
  }
}
