package voxcam.model;

import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Movement;
import voxcam.op.Reduce;

/** Reductions; the axes are an input or an attribute. */
final class ReduceOperators {
  private ReduceOperators() {}

  static void fill(Map<String, Reader> readers) {
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      readers.put("Reduce" + kind, call -> reduce(call, kind));
    }
  }

  private static List<Node> reduce(Call call, Reduce.Kind kind) {
    call.atMost(2);
    long[] axes = call.wholes(1, "axes").orElse(new long[0]);
    boolean keep = call.attributes().flag("keepdims", true);
    boolean nothing = call.attributes().flag("noop_with_empty_axes", false) && axes.length == 0;
    return nothing
        ? call.result(new Movement.Identity(), call.input(0))
        : call.result(new Reduce(kind, call.exact("axes", axes), keep), call.input(0));
  }

  static Written write(Reduce op) {
    Map<String, Object> attributes = Operators.attributes();
    Operators.unless(List.of(), attributes, "axes", op.axes());
    Operators.unless(1, attributes, "keepdims", op.keep() ? 1 : 0);
    return new Written(op.name(), attributes);
  }
}
