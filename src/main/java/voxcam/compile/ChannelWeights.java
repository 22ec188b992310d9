package voxcam.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Movement;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Where;

/**
 * Maps that give each channel one weight, {@code sum_k w[n,k] A[n,k,p]}, with weights that can be
 * told without a gradient of the activation's size. Behind averaging the gradient is one number g
 * for each channel, P positions long:
 *
 * <pre>
 * HiResCAM, Grad-CAM   g
 * LayerCAM             relu(g), and elementwise Grad-CAM, too, where no activation is negative
 * XGrad-CAM            g, or 0 where s = sum_p A[k,p] is 0
 * Grad-CAM++           P r / (2 + r s), r = relu(g), or 0 where the divisor is 0
 * </pre>
 *
 * <p>And of a gradient that the input does not change, as behind a linear layer over all positions,
 * Grad-CAM only asks for the means.
 */
final class ChannelWeights {
  private record Key(Class<? extends Cam> kind, Node from, Node activation) {}

  private final Rewrite rewrite;
  private final Map<Key, Node> made = new HashMap<>();
  private final Map<Node, Node> sums = new HashMap<>();

  ChannelWeights(Rewrite rewrite) {
    this.rewrite = rewrite;
  }

  /** Whether a node is such a map. */
  static boolean suffice(Node node) {
    if (!(node.op() instanceof Cam cam) || !hasChannels(node)) {
      return false;
    }
    return isUniform(node)
        ? !(cam instanceof Cam.Elementwise) || node.input(0).op() instanceof Unary.Relu
        : cam instanceof Cam.Gradient && expanded(node.input(1)).op() instanceof Source.Constant;
  }

  /**
   * The weights of such a map in the new graph, {@code [N,K,1,...]} or {@code [1,K,1,...]}. Maps
   * with the same weights have the same node.
   */
  Node of(Node map) {
    Node activation = map.input(0);
    Node from = expanded(map.input(1));
    Class<? extends Cam> kind =
        switch ((Cam) map.op()) {
          case Cam.HiRes _, Cam.Gradient _ -> Cam.HiRes.class;
          case Cam.Layer _, Cam.Elementwise _ -> Cam.Layer.class;
          case Cam.XGradient _ -> Cam.XGradient.class;
          case Cam.PlusPlus _ -> Cam.PlusPlus.class;
        };
    Key key = new Key(kind, from, activation);
    Node known = made.get(key);
    if (known == null) {
      known = isUniform(map) ? uniform(map, from) : means(map, from);
      made.put(key, known);
    }
    return known;
  }

  /** Whether what a map's gradient repeats has a value for each channel. */
  private static boolean hasChannels(Node map) {
    Shape all = map.input(0).shape();
    Shape shape = expanded(map.input(1)).shape();
    return shape.rank() == all.rank() && shape.dim(1) == all.dim(1);
  }

  /** Whether a map's gradient is the same at all positions. */
  private static boolean isUniform(Node map) {
    Shape shape = expanded(map.input(1)).shape();
    return shape.size(2, shape.rank()) == 1;
  }

  private static Node expanded(Node node) {
    return node.op() instanceof Movement.Expand ? node.input(0) : node;
  }

  private Node uniform(Node map, Node from) {
    Node gradient = rewrite.of(from);
    return switch ((Cam) map.op()) {
      case Cam.HiRes _, Cam.Gradient _ -> gradient;
      case Cam.Layer _, Cam.Elementwise _ -> positive(map, gradient);
      case Cam.XGradient _ -> where("%channel weights of " + map.name(), sums(map), gradient);
      case Cam.PlusPlus _ -> plusPlus(map, positive(map, gradient));
    };
  }

  private Node positive(Node map, Node gradient) {
    String name = "%positive gradient of " + map.name();
    if (!(gradient.op() instanceof Source.Constant(var value))) {
      return rewrite.builder.add(name, new Unary.Relu(), gradient);
    }
    float[] values = value.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(values[i], 0);
    }
    return rewrite.builder.constant(name, Tensor.of(gradient.shape(), values));
  }

  private Node plusPlus(Node map, Node positive) {
    String of = " of " + map.name();
    Node product = binary("%product" + of, Binary.Kind.Mul, positive, sums(map));
    Node two = scalar("%two" + of, 2);
    Node divisor = binary("%divisor" + of, Binary.Kind.Add, product, two);
    Shape shape = map.input(0).shape();
    Node positions = scalar("%number of positions" + of, (double) shape.size(2, shape.rank()));
    Node all = binary("%all positions" + of, Binary.Kind.Mul, positive, positions);
    Node quotient = binary("%quotient" + of, Binary.Kind.Div, all, divisor);
    return where("%channel weights" + of, divisor, quotient);
  }

  /** The sum of each channel, {@code [N,K,1,...]}, the same for all maps of an activation. */
  private Node sums(Node map) {
    Node activation = map.input(0);
    List<Integer> axes = IntStream.range(2, activation.shape().rank()).boxed().toList();
    return sums.computeIfAbsent(
        activation,
        _ ->
            rewrite.builder.add(
                "%sums of " + map.name(),
                new Reduce(Reduce.Kind.Sum, axes, true),
                rewrite.of(activation)));
  }

  private Node where(String name, Node condition, Node value) {
    Node zero = scalar(name + " or zero", 0);
    return rewrite.builder.add(name, new Where(), condition, value, zero);
  }

  /** A name of its own: one that is counted up may be an old node's, which is yet to come. */
  private Node scalar(String name, double value) {
    return rewrite.builder.constant(name, Tensor.scalar(value));
  }

  private Node binary(String name, Binary.Kind kind, Node a, Node b) {
    return rewrite.builder.add(name, new Binary(kind), a, b);
  }

  /** The mean of each channel of a constant, {@code [N,K,1,...]}. */
  private Node means(Node map, Node constant) {
    Tensor gradient = ((Source.Constant) constant.op()).value();
    Shape shape = gradient.shape();
    int plane = (int) shape.size(2, shape.rank());
    double[] values = gradient.doubles();
    float[] means = new float[shape.dim(0) * shape.dim(1)];
    for (int i = 0; i < means.length; i++) {
      double sum = 0;
      for (int q = 0; q < plane; q++) {
        sum += values[i * plane + q];
      }
      means[i] = (float) (sum / plane);
    }
    Shape each = shape;
    for (int axis = 2; axis < shape.rank(); axis++) {
      each = each.with(axis, 1);
    }
    return rewrite.builder.constant("%mean gradient of " + map.name(), Tensor.of(each, means));
  }
}
