package voxcam.model;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Pool;
import voxcam.op.Regions;

/** Pooling: sliding, adaptive (our own operations, as PyTorch has them) and global. */
final class PoolOperators {
  private PoolOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("MaxPool", PoolOperators::max);
    readers.put(
        "AveragePool",
        Operators.plain(
            1,
            1,
            call ->
                new Pool.Average(
                    sliding(call), call.attributes().flag("count_include_pad", false))));
    readers.put("GlobalAveragePool", Operators.plain(1, 1, call -> new Pool.GlobalAverage()));
    readers.put("GlobalMaxPool", Operators.plain(1, 1, call -> new Pool.GlobalMax()));
    readers.put(
        "AdaptiveAveragePool",
        Operators.plain(1, 1, call -> new Pool.Average(adaptive(call), false)));
    readers.put("AdaptiveMaxPool", Operators.plain(1, 1, call -> new Pool.Max(adaptive(call))));
  }

  private static List<Node> max(Call call) {
    call.attributes().only("storage_order", 0);
    return call.result(new Pool.Max(sliding(call)), call.inputs(1, 1));
  }

  private static Regions sliding(Call call) {
    return new Regions.Sliding(
        Windows.ofAttributes(call), call.attributes().flag("ceil_mode", false));
  }

  private static Regions adaptive(Call call) {
    long[] sizes =
        call.attributes()
            .wholes("output_size")
            .orElseThrow(() -> call.refused("the attribute output_size is missing"));
    return new Regions.Adaptive(call.exact("output_size", sizes));
  }

  static Written write(Pool op) {
    return switch (op) {
      case Pool.Max(Regions regions) -> new Written(op.name(), attributes(regions));
      case Pool.Average(Regions regions, boolean countIncludePad) -> {
        Map<String, Object> attributes = attributes(regions);
        if (regions instanceof Regions.Sliding) {
          Operators.unless(0, attributes, "count_include_pad", countIncludePad ? 1 : 0);
        }
        yield new Written(op.name(), attributes);
      }
      case Pool.GlobalAverage global -> new Written(global.name());
      case Pool.GlobalMax global -> new Written(global.name());
      case Pool.MaxPick pick -> throw Operators.refused(pick);
      case Pool.MaxScatter scatter -> throw Operators.refused(scatter);
      case Pool.AverageGrad grad -> throw Operators.refused(grad);
    };
  }

  private static Map<String, Object> attributes(Regions regions) {
    Map<String, Object> attributes = Operators.attributes();
    switch (regions) {
      case Regions.Sliding(var window, boolean ceil) -> {
        Windows.write(window, attributes);
        Operators.unless(0, attributes, "ceil_mode", ceil ? 1 : 0);
      }
      case Regions.Adaptive(var sizes) -> attributes.put("output_size", sizes);
    }
    return attributes;
  }
}
