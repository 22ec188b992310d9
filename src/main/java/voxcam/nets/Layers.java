package voxcam.nets;

import java.util.ArrayList;
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
import voxcam.op.Regions;
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
    Object known = channels == Weights.ANY ? "C" : channels;
    return builder.input("input", FreeShape.of("N", known, "D", "H", "W"));
  }

  /** {@code Conv3d}, with bias where the weights have one. */
  Node conv(String name, Node x, int inputs, int outputs, Window window) {
    List<Node> arguments = new ArrayList<>();
    arguments.add(x);
    arguments.add(weight(name + ".weight", sizes(outputs, inputs, window)));
    if (weights.has(name + ".bias")) {
      arguments.add(weight(name + ".bias", outputs));
    }
    return builder.add(name, new Conv.Forward(window, 1), arguments);
  }

  /** {@code ConvTranspose3d} that enlarges twice, with bias where the weights have one. */
  Node up(String name, Node x, int inputs, int outputs) {
    Window window = Window.cube(3, 2, 2, 0, 1);
    List<Node> arguments = new ArrayList<>();
    arguments.add(x);
    arguments.add(weight(name + ".weight", sizes(inputs, outputs, window)));
    if (weights.has(name + ".bias")) {
      arguments.add(weight(name + ".bias", outputs));
    }
    return builder.add(name, new Conv.Transposed(window, 1, List.of(0, 0, 0)), arguments);
  }

  /** {@code BatchNorm3d} in inference. */
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

  Node relu(String name, Node x) {
    return builder.add(name, new Unary.Relu(), x);
  }

  Node maxPool(String name, Node x, Window window) {
    return builder.add(name, new Pool.Max(new Regions.Sliding(window, false)), x);
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
    Node pooled = builder.add("avgpool", new Pool.GlobalAverage(), x);
    Node flat = builder.add("flatten", new Movement.Flatten(1), pooled);
    int classes = weights.size(name + ".weight", 0);
    List<Node> arguments = new ArrayList<>();
    arguments.add(flat);
    arguments.add(weight(name + ".weight", classes, channels));
    if (weights.has(name + ".bias")) {
      arguments.add(weight(name + ".bias", classes));
    }
    return builder.add(name, new Linear.Gemm(1, 1, false, true), arguments);
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
    int[] sizes = {first, second, 0, 0, 0};
    for (int i = 0; i < 3; i++) {
      sizes[i + 2] = window.axis(i).kernel();
    }
    return sizes;
  }
}
