package voxcam.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import voxcam.graph.Node;
import voxcam.model.Operators.Reader;
import voxcam.model.Operators.Written;
import voxcam.op.Binary;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Unary;

/** Where values lie, and values by where they lie. Both outputs of TopK are nodes of their own. */
final class IndexOperators {
  private IndexOperators() {}

  static void fill(Map<String, Reader> readers) {
    readers.put("ArgMax", IndexOperators::argMax);
    readers.put("TopK", IndexOperators::topK);
    readers.put(
        "Gather",
        Operators.plain(2, 2, call -> new Index.Gather(call.attributes().whole("axis", 0))));
    readers.put(
        "GatherElements",
        Operators.plain(
            2, 2, call -> new Index.GatherElements(call.attributes().whole("axis", 0))));
  }

  private static List<Node> argMax(Call call) {
    Node x = call.inputs(1, 1).get(0);
    int axis = call.attributes().whole("axis", 0);
    Index.ArgMax first = new Index.ArgMax(axis, call.attributes().flag("keepdims", true));
    if (!call.attributes().flag("select_last_index", false)) {
      return call.result(first, x);
    }
    if (!x.isShaped()) {
      throw call.refused(
          "select_last_index depends on free sizes; give fixed sizes to the graph's inputs");
    }
    // The last of equals is the first one from behind.
    var backwards = new Movement.Range(axis, -1, Integer.MIN_VALUE, -1);
    Node fromBehind = call.between(first, call.between(new Movement.Slice(List.of(backwards)), x));
    return call.result(
        new Binary(Binary.Kind.Add),
        call.between(new Unary.Neg(), fromBehind),
        call.scalar(x.shape().dim(axis) - 1.0));
  }

  private static List<Node> topK(Call call) {
    call.atMost(2);
    long[] k = call.wholes(1, "k").orElseThrow(() -> call.refused("k is missing"));
    if (k.length != 1) {
      throw call.refused("k has " + k.length + " values, expected one");
    }
    int axis = call.attributes().whole("axis", -1);
    boolean largest = call.attributes().flag("largest", true);
    // Unsorted allows any order, also the sorted one.
    call.attributes().flag("sorted", true);
    List<Node> nodes = new ArrayList<>();
    for (Index.Part part : Index.Part.values()) {
      int output = output(part);
      if (output < call.outputs().size() && !call.outputs().get(output).isEmpty()) {
        var op = new Index.TopK(call.exact("k", k[0]), axis, largest, part);
        boolean second = nodes.stream().anyMatch(node -> node != null);
        nodes.add(
            second
                ? call.further(".indices", op, call.input(0))
                : call.result(op, call.input(0)).get(0));
      } else {
        nodes.add(null);
      }
    }
    return nodes;
  }

  /** Which of ONNX's two outputs. */
  private static int output(Index.Part part) {
    return switch (part) {
      case VALUES -> 0;
      case INDICES -> 1;
    };
  }

  static Written write(Index op) {
    Map<String, Object> attributes = Operators.attributes();
    return switch (op) {
      case Index.ArgMax(int axis, boolean keep) -> {
        attributes.put("axis", axis);
        Operators.unless(1, attributes, "keepdims", keep ? 1 : 0);
        yield new Written("ArgMax", attributes);
      }
      case Index.TopK(int k, int axis, boolean largest, Index.Part part) -> {
        attributes.put("k", k);
        attributes.put("axis", axis);
        Operators.unless(1, attributes, "largest", largest ? 1 : 0);
        yield new Written("TopK", attributes, output(part));
      }
      case Index.Gather(int axis) -> new Written("Gather", Map.of("axis", axis));
      case Index.GatherElements(int axis) -> new Written("GatherElements", Map.of("axis", axis));
      case Index.GatherGrad grad -> throw Operators.refused(grad);
      case Index.GatherElementsGrad grad -> throw Operators.refused(grad);
    };
  }
}
