package voxcam.grad;

import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;

/** Gradients of {@link Pool}. */
final class PoolRules {
  private PoolRules() {}

  static Node gradient(Algebra a, Pool op, Step s) {
    Node gy = s.gy();
    Shape x = s.x().shape();
    return switch (op) {
      case Pool.Max(var regions) -> a.apply(new Pool.MaxScatter(regions), s.x(), gy);
      case Pool.MaxPick(var regions) -> a.apply(new Pool.MaxScatter(regions), s.x(), gy);
      case Pool.MaxScatter(var regions) -> a.apply(new Pool.MaxPick(regions), s.x(), gy);
      case Pool.Average(var regions, boolean _) when isWhole(regions, x) ->
          a.expand(a.mul(gy, 1.0 / x.size(2, x.rank())), x);
      case Pool.Average(var regions, boolean padded) ->
          a.apply(new Pool.AverageGrad(regions, padded, ConvRules.spatial(x)), gy);
      case Pool.AverageGrad(var regions, boolean padded, var _) ->
          a.apply(new Pool.Average(regions, padded), gy);
      case Pool.GlobalAverage _ -> a.expand(a.mul(gy, 1.0 / x.size(2, x.rank())), x);
      case Pool.GlobalMax _ -> {
        // One region that is the whole volume; as one axis, because there may be more than three.
        int volume = Math.toIntExact(x.size(2, x.rank()));
        Node flat = a.reshape(s.x(), Shape.of(x.dim(0), x.dim(1), volume));
        Node peak = a.reshape(gy, Shape.of(x.dim(0), x.dim(1), 1));
        Regions whole = new Regions.Adaptive(List.of(1));
        yield a.reshape(a.apply(new Pool.MaxScatter(whole), flat, peak), x);
      }
    };
  }

  /** Whether there is one region, which is all positions and no padding. */
  private static boolean isWhole(Regions regions, Shape x) {
    for (int axis = 0; axis < regions.rank(); axis++) {
      int size = x.dim(axis + 2);
      boolean one = regions.output(axis, size) == 1 && regions.step(axis) == 1;
      if (!one || regions.start(axis, 0, size) != 0 || regions.taps(axis, 0, size) != size) {
        return false;
      }
    }
    return true;
  }
}
