package voxcam.compile;

import java.util.List;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Resize;
import voxcam.op.Shape;

/**
 * Gradients that are zero in all channels but a few, made without the zeros. The score of one label
 * of a segmenter, as Seg-Grad-CAM and Seg-HiRes-Grad-CAM have it, begins its backward pass with
 * such a one: the mask of voxels in the label's channel. The convolution behind it takes the mask
 * alone, and of its weight the label's rows; sums over space and interpolation come before the
 * zeros. So a tensor with the size of all logits is never made, and the other labels' products are
 * not computed.
 */
final class ChannelSeeds {
  private static final int CHANNELS = 1;

  private final Rewrite rewrite = new Rewrite();

  private ChannelSeeds() {}

  static Graph apply(Graph graph) {
    ChannelSeeds pass = new ChannelSeeds();
    graph.nodes().forEach(pass::add);
    return Prune.apply(pass.rewrite.build(graph));
  }

  private void add(Node node) {
    if (node.inputs().isEmpty()
        || !(rewrite.of(node.input(0)).op() instanceof Movement.Embed(var ranges, Shape shape))
        || ranges.size() != 1
        || ranges.getFirst().axis() != CHANNELS
        || ranges.getFirst().step() != 1) {
      rewrite.keep(node);
      return;
    }
    Movement.Range range = ranges.getFirst();
    Node few = rewrite.of(node.input(0)).input(0);
    switch (node.op()) {
      case Conv.InputGrad op when op.groups() == 1 -> put(node, few, weight(node, range, 0));
      case Conv.Forward op when op.groups() == 1 && node.inputs().size() == 2 ->
          put(node, few, weight(node, range, 1));
      case Reduce op when isOverSpace(op, shape) -> embed(node, few, range);
      case Resize.Grad _ -> embed(node, few, range);
      default -> rewrite.keep(node);
    }
  }

  /** The rows of a convolution's weight that belong to the channels. */
  private Node weight(Node conv, Movement.Range range, int axis) {
    var rows = new Movement.Range(axis, range.start(), range.end(), 1);
    String name = "%rows of " + conv.name();
    return rewrite.builder.add(name, new Movement.Slice(List.of(rows)), rewrite.of(conv.input(1)));
  }

  /** The operation on the channels alone, then the zeros. */
  private void embed(Node node, Node few, Movement.Range range) {
    Node part = rewrite.builder.add("%part of " + node.name(), node.op(), few);
    var zeros = new Movement.Embed(List.of(range), node.shape());
    rewrite.replace(node, rewrite.builder.add(node.name(), zeros, part));
  }

  private void put(Node node, Node... inputs) {
    rewrite.replace(node, rewrite.builder.add(node.name(), node.op(), List.of(inputs)));
  }

  /** Whether a sum leaves every channel a channel. */
  private static boolean isOverSpace(Reduce op, Shape shape) {
    return op.kind() == Reduce.Kind.Sum && op.keep() && !op.reduced(shape)[CHANNELS];
  }
}
