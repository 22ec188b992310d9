package voxcam.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * Heat maps that {@link ChannelWeights} suffice for, as one matrix product {@code sum_k w[k]
 * A[k,p]} for all labels and methods at a layer: behind averaging and one linear layer nearly all,
 * and no gradient of the layer's size is made for them. The weights come from a row of the linear
 * layer's weight where the label is known beforehand; they may also depend on the input, as where
 * the best label is asked for, and differ from sample to sample.
 */
public final class HeadProducts {
  private final Rewrite rewrite = new Rewrite();
  private final ChannelWeights weights = new ChannelWeights(rewrite);

  /**
   * For each map those that are made with it: all maps of its activation that nothing in the graph
   * reads, or itself alone.
   */
  private final Map<Node, List<Node>> groups = new HashMap<>();

  private HeadProducts(Graph graph) {
    Map<Node, List<Node>> ofActivation = new HashMap<>();
    Map<Node, List<Node>> users = graph.users();
    for (Node node : graph.nodes()) {
      if (ChannelWeights.suffice(node)) {
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

  private void replace(List<Node> all) {
    Node activation = all.getFirst().input(0);
    String name = " of " + all.getFirst().name();
    Shape shape = activation.shape();
    List<Integer> matrix = List.of(shape.dim(0), shape.dim(1), -1);
    Node flat =
        rewrite.builder.add(
            "%positions" + name, new Movement.Reshape(matrix), rewrite.of(activation));
    List<Node> ofEach = all.stream().map(weights::of).toList();
    List<Node> rows = ofEach.stream().distinct().toList();
    Node product =
        rewrite.builder.add("%maps" + name, new Linear.MatMul(), weight(name, rows, shape), flat);
    for (int m = 0; m < all.size(); m++) {
      Node map = all.get(m);
      int i = rows.indexOf(ofEach.get(m));
      Node own =
          rewrite.builder.add(
              "%row of " + map.name(),
              new Movement.Slice(List.of(new Movement.Range(1, i, i + 1, 1))),
              product);
      List<Integer> sizes = new ArrayList<>();
      for (int size : map.shape().dims()) {
        sizes.add(size);
      }
      rewrite.replace(map, rewrite.builder.add(map.name(), new Movement.Reshape(sizes), own));
    }
  }

  /** The rows of the new graph as a matrix {@code [maps,K]}, or one for each sample. */
  private Node weight(String name, List<Node> rows, Shape activation) {
    int channels = activation.dim(1);
    int samples = rows.stream().mapToInt(row -> row.shape().dim(0)).max().orElse(1);
    if (samples == 1 && rows.stream().allMatch(row -> row.op() instanceof Source.Constant)) {
      float[] values = new float[rows.size() * channels];
      for (int i = 0; i < rows.size(); i++) {
        Tensor row = ((Source.Constant) rows.get(i).op()).value();
        System.arraycopy(row.floats(), 0, values, i * channels, channels);
      }
      return rewrite.builder.constant(
          "%weight" + name, Tensor.of(Shape.of(rows.size(), channels), values));
    }
    List<Node> parts = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Node row = rows.get(i);
      var sizes = new Movement.Reshape(List.of(row.shape().dim(0), 1, channels));
      Node part = rewrite.builder.add("%row " + i + name, sizes, row);
      if (part.shape().dim(0) != samples) {
        var each = new Movement.Expand(Shape.of(samples, 1, channels));
        part = rewrite.builder.add("%row " + i + " for each sample" + name, each, part);
      }
      parts.add(part);
    }
    return parts.size() == 1
        ? parts.getFirst()
        : rewrite.builder.add("%weight" + name, new Movement.Concat(1), parts);
  }
}
