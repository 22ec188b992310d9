package voxcam.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Space;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
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
    CHANGES_NOTHING,
    REARRANGES,
    AVERAGES,
    AVERAGES_ALL,
    ADDS_BIAS,
    IS_LINEAR,
    OTHER
  }

  /**
   * Looks at the operations between a layer and the logits of a specialised graph.
   *
   * @param space what is said of the layer's axes
   */
  public static Head of(Graph graph, Node layer, Node logits, Optional<Space> space) {
    return of(graph, layer, logits, Places.of(graph, layer, logits, space).axes());
  }

  static Head of(Graph graph, Node layer, Node logits, List<Integer> space) {
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
      boolean first = parts.stream().allMatch(part -> part == Part.CHANGES_NOTHING);
      Part part =
          fromLayer == 1 && !others
              ? part(node, behind, first ? space : behindChannels(node.input(0)))
              : Part.OTHER;
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
    parts.removeIf(part -> part == Part.CHANGES_NOTHING);
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
        parts.getFirst() == Part.AVERAGES_ALL && isUniform(layer, logits, parts);
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

  /**
   * Whether the batch, too, is averaged as a whole where it holds the slabs of one volume: the
   * linear layer must see the slabs one by one, and no window may weigh them unevenly.
   */
  private static boolean isUniform(Node layer, Node logits, List<Part> parts) {
    boolean slabs = layer.shape().dim(0) > 1 && logits.shape().dim(0) == 1;
    return !slabs
        || parts.subList(parts.indexOf(Part.IS_LINEAR), parts.size()).contains(Part.AVERAGES_ALL);
  }

  private static boolean isConstant(Node node) {
    return node.op() instanceof Source.Constant;
  }

  private static List<Integer> behindChannels(Node node) {
    return IntStream.range(2, node.shape().rank()).boxed().toList();
  }

  /** What a node does; the axes of its input that are space tell an average over all of it. */
  private static Part part(Node node, Set<Node> behind, List<Integer> space) {
    Node x = node.input(0);
    return switch (node.op()) {
      case Movement.Reshape _, Movement.Flatten _, Movement.Squeeze _, Movement.Unsqueeze _ ->
          Part.REARRANGES;
      case Movement.Transpose _ -> Part.REARRANGES;
      case Movement.Identity _, Movement.Dropout _ -> Part.CHANGES_NOTHING;
      case Pool.GlobalAverage _ -> isPooled(space) ? Part.AVERAGES_ALL : Part.AVERAGES;
      case Pool.Average(var regions, _) ->
          isPooled(space) && coversAll(regions, x.shape()) ? Part.AVERAGES_ALL : Part.AVERAGES;
      case Reduce(var kind, _, _) when kind == Reduce.Kind.Mean || kind == Reduce.Kind.Sum ->
          reducesAll((Reduce) node.op(), x.shape(), space) ? Part.AVERAGES_ALL : Part.AVERAGES;
      case Binary(var kind) when kind == Binary.Kind.Add || kind == Binary.Kind.Sub ->
          Part.ADDS_BIAS;
      case Linear _ -> Part.IS_LINEAR;
      case Conv.Forward _ -> behind.contains(x) ? Part.IS_LINEAR : Part.OTHER;
      default -> Part.OTHER;
    };
  }

  /** Pooling is over the axes behind the channels; a batch of slabs is looked at by itself. */
  private static boolean isPooled(List<Integer> space) {
    return !space.contains(1);
  }

  /** Whether there is one region and it takes in every position. */
  private static boolean coversAll(Regions regions, Shape x) {
    boolean all = true;
    for (int axis = 0; axis < regions.rank(); axis++) {
      int size = x.dim(axis + 2);
      int start = regions.start(axis, 0, size);
      all &= regions.output(axis, size) == 1 && regions.step(axis) == 1;
      all &= start <= 0 && start + regions.taps(axis, 0, size) >= size;
    }
    return all;
  }

  private static boolean reducesAll(Reduce reduce, Shape x, List<Integer> space) {
    boolean[] reduced = reduce.reduced(x);
    return space.stream().anyMatch(axis -> axis > 0)
        && space.stream().filter(axis -> axis > 0).allMatch(axis -> reduced[axis]);
  }
}
