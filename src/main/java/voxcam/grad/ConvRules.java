package voxcam.grad;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Movement;
import voxcam.op.Shape;

/** Gradients of {@link Conv}: the convolution and its two gradients are each other's gradients. */
final class ConvRules {
  private ConvRules() {}

  static Node gradient(Algebra a, Conv op, Step s) {
    Node gy = s.gy();
    return switch (op) {
      case Conv.Forward(var window, int groups) ->
          switch (s.input()) {
            case 0 -> a.apply(new Conv.InputGrad(window, groups, spatial(s.shape())), gy, s.x(1));
            case 1 -> a.apply(new Conv.WeightGrad(window, groups), s.x(), gy);
            default -> bias(a, s);
          };
      case Conv.InputGrad(var window, int groups, var _) ->
          s.input() == 0
              ? a.apply(new Conv.Forward(window, groups), gy, s.x(1))
              : a.apply(new Conv.WeightGrad(window, groups), gy, s.x());
      case Conv.WeightGrad(var window, int groups) ->
          s.input() == 0
              ? a.apply(new Conv.InputGrad(window, groups, spatial(s.shape())), s.x(1), gy)
              : a.apply(new Conv.Forward(window, groups), s.x(), gy);
      case Conv.Transposed transposed ->
          switch (s.input()) {
            case 0 -> transposedInput(a, transposed, s);
            case 1 -> transposedWeight(a, transposed, s);
            default -> bias(a, s);
          };
      case Conv.Fused _ -> throw Rules.refused(s, "gradients are taken before fusing");
    };
  }

  private static Node bias(Algebra a, Step s) {
    int rank = s.gy().shape().rank();
    List<Integer> axes = new ArrayList<>(List.of(0));
    axes.addAll(Algebra.axes(2, rank));
    return a.reshape(a.sum(s.gy(), axes), s.shape());
  }

  private static Node transposedInput(Algebra a, Conv.Transposed op, Step s) {
    Node whole = a.apply(new Conv.Forward(op.window(), op.groups()), s.gy(), s.x(1));
    List<Integer> surplus = surplus(op);
    if (surplus.stream().allMatch(more -> more == 0)) {
      return whole;
    }
    List<Movement.Range> ranges = new ArrayList<>();
    for (int i = 0; i < surplus.size(); i++) {
      ranges.add(new Movement.Range(i + 2, 0, s.shape().dim(i + 2), 1));
    }
    return a.apply(new Movement.Slice(ranges), whole);
  }

  private static Node transposedWeight(Algebra a, Conv.Transposed op, Step s) {
    Node x = s.x();
    List<Integer> surplus = surplus(op);
    if (surplus.stream().anyMatch(more -> more > 0)) {
      List<Integer> after = new ArrayList<>(List.of(0, 0));
      after.addAll(surplus);
      List<Integer> before = Collections.nCopies(after.size(), 0);
      x = a.apply(new Movement.Pad(Movement.PadMode.CONSTANT, before, after, 0), x);
    }
    return a.apply(new Conv.WeightGrad(op.window(), op.groups()), s.gy(), x);
  }

  /**
   * How many positions more than the input has a convolution of the output makes: output padding
   * may exceed the stride.
   */
  private static List<Integer> surplus(Conv.Transposed op) {
    List<Integer> surplus = new ArrayList<>();
    for (int i = 0; i < op.window().rank(); i++) {
      surplus.add(op.outputPadding().get(i) / op.window().axis(i).stride());
    }
    return surplus;
  }

  static List<Integer> spatial(Shape shape) {
    return Algebra.sizes(shape).subList(2, shape.rank());
  }
}
