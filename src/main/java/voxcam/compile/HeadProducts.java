package voxcam.compile;

import java.util.ArrayList;
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
 * same at all positions and known beforehand, a row of the linear layer's weight; HiResCAM and
 * Grad-CAM are then {@code sum_k w[k] A[k,p]} both. The maps of all labels at a layer are computed
 * together, and no gradient of the layer's size is ever made.
 */
public final class HeadProducts {
  private final Rewrite rewrite = new Rewrite();

  /** For each activation the maps of it. */
  private final Map<Node, List<Node>> maps = new HashMap<>();

  private HeadProducts(Graph graph) {
    for (Node node : graph.nodes()) {
      if (row(node).isPresent()) {
        maps.computeIfAbsent(node.input(0), _ -> new ArrayList<>()).add(node);
      }
    }
  }

  /** The graph with these maps as products. */
  public static Graph apply(Graph graph) {
    HeadProducts pass = new HeadProducts(graph);
    for (Node node : graph.nodes()) {
      if (row(node).isEmpty()) {
        pass.rewrite.keep(node);
      } else if (pass.maps.get(node.input(0)).getFirst() == node) {
        pass.replace(node.input(0));
      }
    }
    return Prune.apply(pass.rewrite.build(graph));
  }

  /** The gradient of a map, one value for each channel, if it is the same everywhere and known. */
  private static Optional<float[]> row(Node node) {
    if (!(node.op() instanceof Cam) || !(node.input(1).op() instanceof Movement.Expand)) {
      return Optional.empty();
    }
    Node values = node.input(1).input(0);
    int channels = node.input(0).shape().dim(1);
    return values.op() instanceof Source.Constant(Tensor tensor)
            && values.shape().rank() == node.input(0).shape().rank()
            && values.shape().dim(1) == channels
            && values.shape().size() == channels
        ? Optional.of(tensor.floats())
        : Optional.empty();
  }

  private void replace(Node activation) {
    List<Node> all = maps.get(activation);
    Shape shape = activation.shape();
    int channels = shape.dim(1);
    float[] rows = new float[all.size() * channels];
    for (int i = 0; i < all.size(); i++) {
      System.arraycopy(row(all.get(i)).orElseThrow(), 0, rows, i * channels, channels);
    }
    Node weight = rewrite.builder.constant(Tensor.of(Shape.of(all.size(), channels), rows));
    Node flat =
        rewrite.builder.add(
            new Movement.Reshape(List.of(shape.dim(0), channels, -1)), rewrite.of(activation));
    Node product = rewrite.builder.add(new Linear.MatMul(), weight, flat);
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
}
