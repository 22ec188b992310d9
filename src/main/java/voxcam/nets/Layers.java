package voxcam.nets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.FreeShape;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Unary;
import voxcam.op.Window;

/** PyTorch's modules as nodes, each under its own name, weights taken on the way. */
final class Layers {
  private static final double EPSILON = 1e-5;

  private final GraphBuilder builder = new GraphBuilder();
  private final Weights weights;

  Layers(Weights weights) {
    this.weights = weights;
  }

  Weights weights() {
    return weights;
  }

  /** The input {@code [N,channels,D,H,W]}, of which only the channels are known. */
  Node input(int channels) {
    return builder.input("input", FreeShape.of("N", known(channels), "D", "H", "W"));
  }

  /** The input {@code [N,channels,H,W]}, of which only the channels are known. */
  Node image(int channels) {
    return builder.input("input", FreeShape.of("N", known(channels), "H", "W"));
  }

  private static Object known(int channels) {
    return channels == Weights.ANY ? "C" : channels;
  }

  /** {@code Conv2d} or {@code Conv3d}, with bias where the weights have one. */
  Node conv(String name, Node x, int inputs, int outputs, Window window) {
    List<Node> arguments = weighted(name, x, sizes(outputs, inputs, window), outputs);
    return builder.add(name, new Conv.Forward(window, 1), arguments);
  }

  /** {@code ConvTranspose3d} that enlarges twice, with bias where the weights have one. */
  Node up(String name, Node x, int inputs, int outputs) {
    return up(name, x, inputs, outputs, Window.cube(3, 2, 2, 0, 1), 0);
  }

  /** {@code ConvTranspose3d}, with bias where the weights have one. */
  Node up(String name, Node x, int inputs, int outputs, Window window, int outputPadding) {
    List<Node> arguments = weighted(name, x, sizes(inputs, outputs, window), outputs);
    List<Integer> more = Collections.nCopies(window.rank(), outputPadding);
    return builder.add(name, new Conv.Transposed(window, 1, more), arguments);
  }

  /** {@code Linear}, with bias where the weights have one. */
  Node linear(String name, Node x, int inputs, int outputs) {
    List<Node> arguments = weighted(name, x, new int[] {outputs, inputs}, outputs);
    return builder.add(name, new Linear.Gemm(1, 1, false, true), arguments);
  }

  private List<Node> weighted(String name, Node x, int[] sizes, int outputs) {
    List<Node> arguments = new ArrayList<>();
    arguments.add(x);
    arguments.add(weight(name + ".weight", sizes));
    if (weights.has(name + ".bias")) {
      arguments.add(weight(name + ".bias", outputs));
    }
    return arguments;
  }

  /** {@code BatchNorm2d} or {@code BatchNorm3d} in inference. */
  Node batchNorm(String name, Node x, int channels) {
    return builder.add(
        name,
        new Norm.Batch(EPSILON),
        x,
        weight(name + ".weight", channels),
        weight(name + ".bias", channels),
        weight(name + ".running_mean", channels),
        weight(name + ".running_var", channels));
  }

  /** {@code InstanceNorm3d}, with scale and bias where the weights have them. */
  Node instanceNorm(String name, Node x, int channels) {
    return weights.has(name + ".weight")
        ? affineNorm(name, new Norm.Instance(EPSILON), x, channels)
        : builder.add(name, new Norm.Instance(EPSILON), x);
  }

  /** {@code GroupNorm}. */
  Node groupNorm(String name, Node x, int channels, int groups) {
    return affineNorm(name, new Norm.Group(groups, EPSILON), x, channels);
  }

  private Node affineNorm(String name, Norm norm, Node x, int channels) {
    return builder.add(
        name, norm, x, weight(name + ".weight", channels), weight(name + ".bias", channels));
  }

  Node relu(String name, Node x) {
    return builder.add(name, new Unary.Relu(), x);
  }

  /** {@code PReLU} with one slope, under the name of the module that ends with it. */
  Node prelu(String name, String module, Node x) {
    return builder.add(name, new Binary(Binary.Kind.PRelu), x, weight(module + ".weight", 1));
  }

  Node maxPool(String name, Node x, Window window) {
    return maxPool(name, x, window, false);
  }

  Node maxPool(String name, Node x, Window window, boolean ceil) {
    return builder.add(name, new Pool.Max(new Regions.Sliding(window, ceil)), x);
  }

  Node averagePool(String name, Node x, Window window) {
    return builder.add(name, new Pool.Average(new Regions.Sliding(window, false), true), x);
  }

  /** Twice as many positions along each axis of a volume, trilinear. */
  Node enlarge(String name, Node x) {
    List<Double> twice = List.of(2.0, 2.0, 2.0);
    return builder.add(name, new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(), twice), x);
  }

  Node add(String name, Node x, Node y) {
    return builder.add(name, new Binary(Binary.Kind.Add), x, y);
  }

  Node concat(String name, Node x, Node y) {
    return builder.add(name, new Movement.Concat(1), x, y);
  }

  /**
   * Every {@code stride}-th position, and channels of zeros behind those that are there: shortcut
   * A.
   */
  Node subsample(String name, Node x, int inputs, int outputs, int stride) {
    Node taken = x;
    if (stride > 1) {
      var regions = new Regions.Sliding(Window.cube(3, 1, stride, 0, 1), false);
      taken = builder.add(name + ".pool", new Pool.Average(regions, true), x);
    }
    List<Integer> none = List.of(0, 0, 0, 0, 0);
    List<Integer> behind = List.of(0, Math.max(0, outputs - inputs), 0, 0, 0);
    return builder.add(name, new Movement.Pad(Movement.PadMode.CONSTANT, none, behind, 0), taken);
  }

  /** Averages over space and one linear layer. */
  Node head(String name, Node x, int channels) {
    return head("avgpool", "flatten", name, x, channels);
  }

  /** Averages over space and one linear layer; each step's name. */
  Node head(String pool, String flatten, String linear, Node x, int channels) {
    Node averages = averages(pool, flatten, x);
    return linear(linear, averages, channels, weights.size(linear + ".weight", 0));
  }

  /** Averages over space, {@code [N,C]}. */
  private Node averages(String pool, String flatten, Node x) {
    Node pooled = builder.add(pool, new Pool.GlobalAverage(), x);
    return builder.add(flatten, new Movement.Flatten(1), pooled);
  }

  /**
   * Squeeze and excitation: each channel times a number between 0 and 1 that two linear layers make
   * of all channels' averages. MONAI's {@code ChannelSELayer}.
   */
  Node excite(String name, Node x, int channels) {
    int squeezed = weights.size(name + ".fc.0.weight", 0);
    Node y = averages(name + ".avg_pool", name + ".flatten", x);
    y = relu(name + ".fc.1", linear(name + ".fc.0", y, channels, squeezed));
    y = linear(name + ".fc.2", y, squeezed, channels);
    y = builder.add(name + ".fc.3", new Unary.Sigmoid(), y);
    y = builder.add(name + ".unsqueeze", new Movement.Unsqueeze(List.of(2, 3, 4)), y);
    return builder.add(name, new Binary(Binary.Kind.Mul), x, y);
  }

  /** The mean over the batch of values {@code [N,K,1,1]}, as {@code [1,K]}. */
  Node batchMean(String name, Node x) {
    Node flat = builder.add("squeeze", new Movement.Squeeze(List.of(2, 3)), x);
    return builder.add(name, new Reduce(Reduce.Kind.Mean, List.of(0), true), flat);
  }

  /** The network, once all weights are found to fit. */
  Network network(Node logits, String task, Node layer) {
    weights.check();
    return new Network(builder.build(List.of(logits)), task, layer.name(), Optional.empty());
  }

  private Node weight(String name, int... sizes) {
    return builder.constant(name, weights.take(name, sizes));
  }

  private static int[] sizes(int first, int second, Window window) {
    int[] sizes = new int[window.rank() + 2];
    sizes[0] = first;
    sizes[1] = second;
    for (int i = 0; i < window.rank(); i++) {
      sizes[i + 2] = window.axis(i).kernel();
    }
    return sizes;
  }
}
