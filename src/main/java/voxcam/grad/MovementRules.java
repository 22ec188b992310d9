package voxcam.grad;

import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Resize;
import voxcam.op.Shape;

/**
 * Gradients of {@link Movement}, {@link Index} and {@link Resize}: linear operations, each with its
 * adjoint.
 */
final class MovementRules {
  private MovementRules() {}

  static Node movement(Algebra a, Movement op, Step s) {
    Node gy = s.gy();
    Shape shape = s.shape();
    return switch (op) {
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ ->
          a.reshape(gy, shape);
      case Movement.Transpose transpose -> a.apply(transpose.inverse(), gy);
      case Movement.Concat(int axis) -> {
        int from = 0;
        for (Node before : s.node().inputs().subList(0, s.input())) {
          from += before.shape().dim(axis);
        }
        var range = new Movement.Range(axis, from, from + shape.dim(axis), 1);
        yield s.node().inputs().size() == 1 ? gy : a.apply(new Movement.Slice(List.of(range)), gy);
      }
      case Movement.Slice(var ranges) -> a.apply(new Movement.Embed(ranges, shape), gy);
      case Movement.Embed(var ranges, var _) -> a.apply(new Movement.Slice(ranges), gy);
      case Movement.Pad(var mode, var before, var after, double _) ->
          a.apply(new Movement.PadGrad(mode, before, after, shape), gy);
      case Movement.PadGrad(var mode, var before, var after, var _) ->
          a.apply(new Movement.Pad(mode, before, after, 0), gy);
      case Movement.Expand _ -> a.unbroadcast(gy, shape);
      case Movement.Identity _, Movement.Dropout _ -> gy;
    };
  }

  static Node index(Algebra a, Index op, Step s) {
    Node gy = s.gy();
    Shape shape = s.shape();
    return switch (op) {
      case Index.ArgMax _ -> throw Rules.constant(s);
      case Index.TopK(int k, int axis, boolean largest, var _) -> {
        Node where = a.apply(new Index.TopK(k, axis, largest, Index.Part.INDICES), s.x());
        yield a.apply(new Index.GatherElementsGrad(axis, shape), gy, where);
      }
      case Index.Gather(int axis) -> a.apply(new Index.GatherGrad(axis, shape), gy, s.x(1));
      case Index.GatherGrad(int axis, var _) -> a.apply(new Index.Gather(axis), gy, s.x(1));
      case Index.GatherElements(int axis) ->
          a.apply(new Index.GatherElementsGrad(axis, shape), gy, s.x(1));
      case Index.GatherElementsGrad(int axis, var _) ->
          a.apply(new Index.GatherElements(axis), gy, s.x(1));
    };
  }

  static Node resize(Algebra a, Resize op, Step s) {
    return switch (op) {
      case Resize.Forward forward ->
          a.apply(new Resize.Grad(forward, ConvRules.spatial(s.shape())), s.gy());
      case Resize.Grad(var forward, var _) -> a.apply(forward, s.gy());
    };
  }
}
