package voxcam.compile;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Unary;

/**
 * A graph taken apart where its batch ends: {@code head} works on each sample of the batch alone
 * and may run for a few of them at a time, {@code tail} is all the rest. The slabs of a volume that
 * an AxialNet looks at one by one need only the memory of a few slabs so.
 *
 * @param head the samplewise part for {@code step} samples; its outputs are the values that the
 *     tail reads
 * @param tail has, beside the graph's own inputs, an input for each output of the head, of the same
 *     name, for the whole batch
 * @param batch samples in all
 * @param step samples that the head takes at a time
 */
public record BatchSplit(Graph head, Graph tail, int batch, int step) {
  /** What the values of a head may take, 64 MiB, as long as that is one sample at least. */
  private static final long BUDGET = 64L << 20;

  /**
   * Without a split the graph must need this many times the bytes, or it is not worth the copies.
   */
  private static final int GAIN = 2;

  /** The split of a specialised graph, if it saves much memory. */
  public static Optional<BatchSplit> of(Graph graph) {
    Set<Node> region = region(graph);
    List<Node> cuts = cuts(graph, region);
    if (cuts.isEmpty()) {
      return Optional.empty();
    }
    int batch = cuts.getFirst().shape().dim(0);
    long whole = Plan.of(graph).bytes(Float.BYTES);
    if (whole <= GAIN * BUDGET) {
      return Optional.empty();
    }
    Graph tail = tail(graph, region, cuts);
    for (int step = largestStep(whole, batch); step >= 1; step /= 2) {
      Optional<Graph> head = head(graph, region, cuts, step);
      if (head.isEmpty()) {
        return Optional.empty();
      }
      long bytes = Plan.of(head.get()).bytes(Float.BYTES);
      if (bytes <= BUDGET || step == 1) {
        long kept = cuts.stream().mapToLong(cut -> cut.shape().size() * Float.BYTES).sum();
        long split = bytes + kept + Plan.of(tail).bytes(Float.BYTES);
        return split * GAIN < whole
            ? Optional.of(new BatchSplit(head.get(), tail, batch, step))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static int largestStep(long whole, int batch) {
    return Math.clamp(BUDGET * 2 * batch / whole, 1, Math.max(1, batch / 2));
  }

  /** The nodes whose values for a sample depend on that sample alone. */
  private static Set<Node> region(Graph graph) {
    Set<Node> region = new LinkedHashSet<>();
    Set<Node> constants = new HashSet<>();
    int batch = 0;
    for (Node node : graph.nodes()) {
      boolean samplewise =
          switch (node.op()) {
            case Source.Constant _ -> false;
            case Source.Input _ -> node.shape().rank() >= 3 && node.shape().dim(0) > 1;
            default -> isSamplewise(node, region, constants);
          };
      if (node.op() instanceof Source.Constant) {
        constants.add(node);
      }
      if (samplewise && (batch == 0 || node.shape().dim(0) == batch)) {
        batch = node.shape().dim(0);
        region.add(node);
      }
    }
    return region;
  }

  private static boolean isSamplewise(Node node, Set<Node> region, Set<Node> constants) {
    boolean known =
        switch (node.op()) {
          case Conv.Fused fused -> !fused.residual() || isOfOneSample(node.input(3), node);
          case Conv.Forward _, Conv.Transposed _ -> true;
          case Pool.Max _, Pool.Average _, Pool.GlobalAverage _, Pool.GlobalMax _ -> true;
          case Norm.Activated(Norm norm, _) -> isSamplewise(norm);
          case Norm norm -> isSamplewise(norm);
          case Movement.Concat(int axis) when axis != 0 && axis != -node.shape().rank() ->
              region.containsAll(node.inputs());
          case Unary _, Resize.Forward _ -> true;
          case Binary _ when node.shape().rank() >= 3 ->
              node.inputs().stream().allMatch(x -> isOfOneSample(x, node));
          default -> false;
        };
    boolean constantWeights =
        !(node.op() instanceof Conv)
            || node.inputs().size() < 2
            || constants.contains(node.input(1));
    return known
        && node.shape().rank() >= 3
        && constantWeights
        && region.contains(node.input(0))
        && node.inputs().stream().allMatch(x -> region.contains(x) || constants.contains(x));
  }

  private static boolean isSamplewise(Norm norm) {
    return norm instanceof Norm.Batch
        || norm instanceof Norm.Instance
        || norm instanceof Norm.Group;
  }

  /** Whether an operand has no batch of its own, or the node's. */
  private static boolean isOfOneSample(Node operand, Node node) {
    Shape shape = operand.shape();
    return !(operand.op() instanceof Source.Constant)
        ? shape.rank() == node.shape().rank()
        : shape.rank() < node.shape().rank() || shape.dim(0) == 1;
  }

  /** The values that leave the region, not counting inputs of the graph. */
  private static List<Node> cuts(Graph graph, Set<Node> region) {
    Set<Node> cuts = new LinkedHashSet<>();
    for (Node node : graph.nodes()) {
      if (!region.contains(node)) {
        node.inputs().stream().filter(region::contains).forEach(cuts::add);
      }
    }
    graph.outputs().stream().filter(region::contains).forEach(cuts::add);
    cuts.removeIf(node -> node.op() instanceof Source);
    return List.copyOf(cuts);
  }

  private static Optional<Graph> head(Graph graph, Set<Node> region, List<Node> cuts, int step) {
    Rewrite rewrite = new Rewrite();
    Set<Node> needed = graph.ancestors(cuts);
    for (Node node : graph.nodes()) {
      if (!needed.contains(node)) {
        continue;
      }
      if (node.op() instanceof Source.Input) {
        rewrite.replace(node, rewrite.builder.input(node.name(), node.shape().with(0, step)));
      } else {
        rewrite.keep(node);
        if (region.contains(node) && !rewrite.of(node).shape().equals(node.shape().with(0, step))) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(rewrite.builder.build(rewrite.of(cuts)));
  }

  private static Graph tail(Graph graph, Set<Node> region, List<Node> cuts) {
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      if (cuts.contains(node)) {
        rewrite.replace(node, rewrite.builder.input(node.name(), node.shape()));
      } else if (!region.contains(node) || node.op() instanceof Source) {
        rewrite.keep(node);
      }
    }
    return Prune.apply(rewrite.build(graph));
  }
}
