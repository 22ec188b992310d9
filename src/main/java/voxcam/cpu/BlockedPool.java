package voxcam.cpu;

import java.util.List;
import java.util.Optional;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Shape;

/** Pooling and interpolation of blocked tensors, with the tables of their plain forms. */
final class BlockedPool {
  private BlockedPool() {}

  static Optional<Form> form(Pool op, List<Shape> inputs, Shape output) {
    Shape x = inputs.get(0);
    return switch (op) {
      case Pool.Max(Regions regions) ->
          windows(BlockedWindows.Kind.MAX, CpuPool.regions(regions, x), inputs);
      case Pool.Average(Regions regions, var _) when isWhole(regions) ->
          BlockedReduce.form(Reduce.Kind.Mean, x);
      case Pool.Average(Regions regions, boolean countPadding) ->
          windows(BlockedWindows.Kind.SUM, CpuPool.averages(regions, x, countPadding), inputs);
      case Pool.AverageGrad(Regions regions, boolean countPadding, var _) ->
          windows(
              BlockedWindows.Kind.SUM,
              CpuPool.averages(regions, output, countPadding).stream()
                  .map(Taps::transposed)
                  .toList(),
              inputs);
      case Pool.MaxPick(Regions regions) ->
          BlockedForms.form(2, inputs, Layout.BLOCKED, new BlockedPeaks(regions, x)::pick);
      case Pool.MaxScatter(Regions regions) ->
          BlockedForms.form(2, inputs, Layout.BLOCKED, new BlockedPeaks(regions, x)::scatter);
      case Pool.GlobalAverage _ -> BlockedReduce.form(Reduce.Kind.Mean, x);
      case Pool.GlobalMax _ -> BlockedReduce.form(Reduce.Kind.Max, x);
    };
  }

  static Optional<Form> form(Resize op, List<Shape> inputs, Shape output) {
    return windows(BlockedWindows.Kind.SUM, CpuResize.axes(op, inputs.get(0), output), inputs);
  }

  /** Whether there is one region, which is all of space. */
  private static boolean isWhole(Regions regions) {
    return regions instanceof Regions.Adaptive(var sizes)
        && sizes.stream().allMatch(size -> size == 1);
  }

  private static Optional<Form> windows(
      BlockedWindows.Kind kind, List<Taps> axes, List<Shape> inputs) {
    Blocks blocks = Blocks.of(inputs.get(0));
    return BlockedWindows.suits(kind, axes)
        ? BlockedForms.form(
            1, inputs, Layout.BLOCKED, new BlockedWindows(kind, blocks.rows(), axes))
        : Optional.empty();
  }
}
