package voxcam.compile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Cam;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * Heat maps behind averaging and one linear layer as one matrix product. There the gradient is the
 * same at all positions, one number for each channel; HiResCAM and Grad-CAM are then {@code sum_k
 * w[k] A[k,p]} both. The maps of all labels at a layer are computed together, and no gradient of
 * the layer's size is ever made. The numbers are a row of the linear layer's weight where the label
 * is known beforehand; they may also depend on the input, as where the best label is asked for, and
 * differ from sample to sample.
 */
public final class HeadProducts {
  private final Rewrite rewrite = new Rewrite();

  /**
   * For each map those that are made with it: all maps of its activation that nothing in the graph
   * reads, or itself alone.
   */
  private final Map<Node, List<Node>> groups = new HashMap<>();

  private HeadProducts(Graph graph) {
    Map<Node, List<Node>> ofActivation = new HashMap<>();
    Map<Node, List<Node>> users = graph.users();
    for (Node node : graph.nodes()) {
      if (row(node).isPresent()) {
        boolean isRead = !users.getOrDefault(node, List.of()).isEmpty();
        List<Node> group =
            isRead
                ? new ArrayList<>()
                : ofActivation.computeIfAbsent(node.input(0), _ -> new ArrayList<>());
        group.add(node);
        groups.put(node, group);
      }
    }
  }

  /** The graph with these maps as products. */
  public static Graph apply(Graph graph) {
    HeadProducts pass = new HeadProducts(graph);
    for (Node node : graph.nodes()) {
      List<Node> group = pass.groups.get(node);
      if (group == null) {
        pass.rewrite.keep(node);
      } else if (group.getLast() == node) {
        // Only now are the gradients of all of them there.
        pass.replace(group);
      }
    }
    return Prune.apply(pass.rewrite.build(graph));
  }

  /** What a map's gradient is at every position, {@code [N,K,1,...]} or {@code [1,K,1,...]}. */
  private static Optional<Node> row(Node node) {
    if (!(node.op() instanceof Cam) || !(node.input(1).op() instanceof Movement.Expand)) {
      return Optional.empty();
    }
    Node row = node.input(1).input(0);
    Shape shape = row.shape();
    Shape all = node.input(0).shape();
    return shape.rank() == all.rank()
            && shape.dim(1) == all.dim(1)
            && shape.size(2, shape.rank()) == 1
        ? Optional.of(row)
        : Optional.empty();
  }

  private void replace(List<Node> all) {
    Node activation = all.getFirst().input(0);
    Shape shape = activation.shape();
    List<Integer> matrix = List.of(shape.dim(0), shape.dim(1), -1);
    Node flat = rewrite.builder.add(new Movement.Reshape(matrix), rewrite.of(activation));
    List<Node> rows = all.stream().map(map -> row(map).orElseThrow()).toList();
    Node product = rewrite.builder.add(new Linear.MatMul(), weight(rows, shape), flat);
    for (int i = 0; i < all.size(); i++) {
      Node own =
          rewrite.builder.add(
              new Movement.Slice(List.of(new Movement.Range(1, i, i + 1, 1))), product);
      List<Integer> sizes = new ArrayList<>();
      for (int size : all.get(i).shape().dims()) {
        sizes.add(size);
      }
      Node map = rewrite.builder.add(all.get(i).name(), new Movement.Reshape(sizes), own);
      rewrite.replace(all.get(i), map);
    }
  }

  /** The rows as a matrix {@code [maps,K]}, or one for each sample. */
  private Node weight(List<Node> rows, Shape activation) {
    int channels = activation.dim(1);
    int samples = rows.stream().mapToInt(row -> row.shape().dim(0)).max().orElse(1);
    if (samples == 1 && rows.stream().allMatch(row -> row.op() instanceof Source.Constant)) {
      float[] values = new float[rows.size() * channels];
      for (int i = 0; i < rows.size(); i++) {
        Tensor row = ((Source.Constant) rows.get(i).op()).value();
        System.arraycopy(row.floats(), 0, values, i * channels, channels);
      }
      return rewrite.builder.constant(Tensor.of(Shape.of(rows.size(), channels), values));
    }
    List<Node> parts = new ArrayList<>();
    for (Node row : rows) {
      List<Integer> sizes = new ArrayList<>(Collections.nCopies(3, 1));
      sizes.set(0, row.shape().dim(0));
      sizes.set(2, channels);
      Node part = rewrite.builder.add(new Movement.Reshape(sizes), rewrite.of(row));
      parts.add(
          part.shape().dim(0) == samples
              ? part
              : rewrite.builder.add(
                  new Movement.Expand(Shape.of(samples, 1, channels)), part));
    }
    return parts.size() == 1
        ? parts.getFirst()
        : rewrite.builder.add(new Movement.Concat(1), parts);
  }
}
