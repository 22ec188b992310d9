package voxcam.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import voxcam.graph.Node;
import voxcam.op.Movement;

/** Split has as many outputs as parts; each becomes a slice of its own. */
final class SplitOperator {
  private SplitOperator() {}

  static List<Node> read(Call call) {
    call.atMost(2);
    Node x = call.input(0);
    int axis = call.attributes().whole("axis", 0);
    int parts = call.outputs().size();
    long[] sizes = call.wholes(1, "split").orElseGet(() -> equal(call, x, axis, parts));
    call.attributes().harmless("num_outputs");
    if (sizes.length != parts) {
      throw call.refused("has " + parts + " outputs for " + sizes.length + " parts");
    }
    if (x.isShaped() && Arrays.stream(sizes).sum() != x.shape().dim(axis)) {
      throw call.refused(
          "the parts "
              + Arrays.toString(sizes)
              + " do not sum to "
              + x.shape().dim(axis)
              + ", the size of axis "
              + axis);
    }
    List<Node> nodes = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < parts; i++) {
      int start = call.exact("split", at);
      at += sizes[i];
      var range = new Movement.Range(axis, start, call.exact("split", at), 1);
      boolean used = !call.outputs().get(i).isEmpty();
      nodes.add(used ? call.further("." + i, new Movement.Slice(List.of(range)), x) : null);
    }
    return nodes;
  }

  /** Equal parts, the last one smaller where the size does not divide. */
  private static long[] equal(Call call, Node x, int axis, int parts) {
    if (!x.isShaped()) {
      throw call.refused("the size of axis " + axis + " depends on free sizes; give split");
    }
    int size = x.shape().dim(axis);
    long part = Math.ceilDiv(size, parts);
    long[] sizes = new long[parts];
    for (int i = 0; i < parts; i++) {
      sizes[i] = Math.max(0, Math.min(part, size - i * part));
    }
    return sizes;
  }
}
