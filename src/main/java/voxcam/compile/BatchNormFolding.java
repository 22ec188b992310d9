package voxcam.compile;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Norm;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;

/**
 * Batch normalisation by stored statistics is {@code s x + t} per channel, so behind a convolution
 * it is another weight {@code s w} and another bias {@code s b + t}. Done only where nobody else
 * reads the convolution's own output.
 */
final class BatchNormFolding {
  private BatchNormFolding() {}

  static Graph apply(Graph graph) {
    Map<Node, List<Node>> users = graph.users();
    Set<Node> outputs = new HashSet<>(graph.outputs());
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      boolean folds =
          node.op() instanceof Norm.Batch
              && node.inputs().stream().skip(1).allMatch(BatchNormFolding::isConstant)
              && isFoldable(node.input(0))
              && users.get(node.input(0)).size() == 1
              && !outputs.contains(node.input(0));
      if (folds) {
        fold(node, rewrite);
      } else {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  private static boolean isFoldable(Node node) {
    return (node.op() instanceof Conv.Forward || node.op() instanceof Conv.Transposed)
        && node.inputs().stream().skip(1).allMatch(BatchNormFolding::isConstant);
  }

  private static boolean isConstant(Node node) {
    return node.op() instanceof Source.Constant;
  }

  private static double[] values(Node node) {
    return ((Source.Constant) node.op()).value().doubles();
  }

  private static void fold(Node norm, Rewrite rewrite) {
    Node conv = norm.input(0);
    double epsilon = ((Norm.Batch) norm.op()).epsilon();
    double[] scale = values(norm.input(1)).clone();
    double[] shift = values(norm.input(2)).clone();
    double[] mean = values(norm.input(3));
    double[] variance = values(norm.input(4));
    double[] bias = conv.inputs().size() > 2 ? values(conv.input(2)) : new double[scale.length];
    for (int k = 0; k < scale.length; k++) {
      scale[k] /= Math.sqrt(variance[k] + epsilon);
      shift[k] += scale[k] * (bias[k] - mean[k]);
    }
    Tensor weight =
        new ScaledWeight((Conv) conv.op(), ((Source.Constant) conv.input(1).op()).value(), scale);
    Node folded =
        rewrite.builder.add(
            norm.name(),
            conv.op(),
            rewrite.of(conv.input(0)),
            rewrite.builder.constant("%weight of " + norm.name(), weight),
            rewrite.builder.constant(
                "%bias of " + norm.name(), Tensor.of(Shape.of(shift.length), shift)));
    rewrite.replace(norm, folded);
  }
}
