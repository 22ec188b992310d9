package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Source;

/**
 * What stands between a layer and the logits, as far as HiResCAM's guarantee asks: it holds where
 * the layer feeds one linear layer, directly or through averaging. Where the averaging is over all
 * positions and comes first, the gradient is the same everywhere and HiResCAM and Grad-CAM are the
 * same map.
 *
 * @param guaranteed whether the map is a faithful split of the score by construction
 * @param coincide whether both methods must give the same map
 * @param reason why, in one sentence
 */
public record Head(boolean guaranteed, boolean coincide, String reason) {
  private enum Part {
    REARRANGES,
    AVERAGES,
    AVERAGES_ALL,
    ADDS_BIAS,
    IS_LINEAR,
    OTHER
  }

  /** Looks at the operations between a layer and the logits of a specialised graph. */
  public static Head of(Graph graph, Node layer, Node logits) {
    Set<Node> behind = graph.dependents(List.of(layer));
    behind.retainAll(graph.ancestors(List.of(logits)));
    List<Part> parts = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node == layer || !behind.contains(node)) {
        continue;
      }
      long fromLayer = node.inputs().stream().filter(behind::contains).count();
      boolean others =
          node.inputs().stream().anyMatch(input -> !behind.contains(input) && !isConstant(input));
      Part part = fromLayer == 1 && !others ? part(node, behind) : Part.OTHER;
      if (part == Part.OTHER) {
        return new Head(
            false,
            false,
            "not by construction: behind the layer stands "
                + node.name()
                + " ("
                + node.op().name()
                + ")");
      }
      parts.add(part);
    }
    long linear = parts.stream().filter(part -> part == Part.IS_LINEAR).count();
    if (linear != 1) {
      return new Head(
          false,
          false,
          "not by construction: "
              + linear
              + " linear layers stand behind the layer, the guarantee is for one");
    }
    boolean averagedFirst =
        parts.indexOf(Part.AVERAGES_ALL) >= 0
            && parts.indexOf(Part.AVERAGES_ALL) < parts.indexOf(Part.IS_LINEAR);
    return averagedFirst
        ? new Head(
            true,
            true,
            "the layer feeds one linear layer through an average over all positions: HiResCAM and Grad-CAM are the same map")
        : new Head(
            true,
            false,
            "the layer feeds one linear layer: each value is that cell's share of the score");
  }

  private static boolean isConstant(Node node) {
    return node.op() instanceof Source.Constant;
  }

  private static Part part(Node node, Set<Node> behind) {
    Node x = node.input(0);
    return switch (node.op()) {
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ ->
          Part.REARRANGES;
      case Movement.Transpose _, Movement.Identity _, Movement.Dropout _ -> Part.REARRANGES;
      case Pool.GlobalAverage _ -> Part.AVERAGES_ALL;
      case Pool.Average _ -> ofSpace(node.shape()) == 1 ? Part.AVERAGES_ALL : Part.AVERAGES;
      case Reduce(var kind, _, _) when kind == Reduce.Kind.Mean || kind == Reduce.Kind.Sum ->
          reducesSpace((Reduce) node.op(), x.shape()) ? Part.AVERAGES_ALL : Part.AVERAGES;
      case Binary(var kind) when kind == Binary.Kind.Add || kind == Binary.Kind.Sub ->
          Part.ADDS_BIAS;
      case Linear _ -> Part.IS_LINEAR;
      case Conv.Forward _ -> behind.contains(x) ? Part.IS_LINEAR : Part.OTHER;
      default -> Part.OTHER;
    };
  }

  private static long ofSpace(Shape shape) {
    return shape.rank() > 2 ? shape.size(2, shape.rank()) : 1;
  }

  private static boolean reducesSpace(Reduce reduce, Shape x) {
    boolean[] reduced = reduce.reduced(x);
    boolean all = x.rank() > 2;
    for (int axis = 2; axis < x.rank(); axis++) {
      all &= reduced[axis];
    }
    return all;
  }
}
