package voxcam.compile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Source;
import voxcam.op.Window;

/**
 * A first convolution of few channels, whose result may be the largest value of all, and the max
 * pooling behind it, which alone reads it: both are computed band by band along the first spatial
 * axis, so that one band of that result is in memory at a time. Where bands meet, a few planes are
 * computed twice.
 */
public final class Bands {
  /** Smaller results of a convolution stay as they are: 16 MiB. */
  private static final long LEAST = 16L << 20;

  /** A band's part of such a result is to take no more, or no more than other values: 64 MiB. */
  private static final long BUDGET = 64L << 20;

  /** More bands would compute too much twice. */
  private static final int MOST = 4;

  /** How many times as large as its input a convolution's result is, for inputs to be cut up. */
  private static final int GROWTH = 8;

  /** The first spatial axis, of a tensor and of a window. */
  private static final int AXIS = 2;

  private static final int DEPTH = 0;

  /** From {@code begin} to {@code end}, and the padding on either side. */
  private record Span(int begin, int end, int before, int after) {
    /** What a window reads of an axis for its outputs from one on to another. */
    static Span read(Window.Axis axis, int size, int from, int to) {
      int first = from * axis.stride() - axis.padBegin();
      int last = (to - 1) * axis.stride() - axis.padBegin() + axis.extent();
      int begin = Math.clamp(first, 0, size);
      int end = Math.clamp(last, begin, size);
      return new Span(begin, end, begin - first, last - end);
    }

    /** The window for an axis that has been cut to this. */
    Window onto(Window window) {
      Window.Axis axis = window.axis(DEPTH);
      List<Window.Axis> axes = new ArrayList<>(window.axes());
      axes.set(
          DEPTH, new Window.Axis(axis.kernel(), axis.stride(), before, after, axis.dilation()));
      return new Window(axes);
    }
  }

  private Bands() {}

  /** The same graph with first convolutions in bands where their results are the largest values. */
  public static Graph apply(Graph graph) {
    Set<Node> pools = pools(graph);
    Set<Node> convolutions = new HashSet<>();
    pools.forEach(pool -> convolutions.add(pool.input(0)));
    long largest = largest(convolutions.stream());
    long other =
        largest(
            graph.nodes().stream()
                .filter(node -> !(node.op() instanceof Source) && !convolutions.contains(node)));
    if (largest <= other) {
      return graph;
    }
    int count = 2;
    while (count < MOST && largest / count > Math.max(other, BUDGET / Float.BYTES)) {
      count *= 2;
    }
    Rewrite rewrite = new Rewrite();
    for (Node node : graph.nodes()) {
      if (pools.contains(node)) {
        rewrite.replace(node, bands(node, count, rewrite));
      } else if (!convolutions.contains(node)) {
        rewrite.keep(node);
      }
    }
    return rewrite.build(graph);
  }

  private static long largest(Stream<Node> nodes) {
    return nodes.mapToLong(node -> node.shape().size()).max().orElse(0);
  }

  /** The poolings whose planes can be computed in bands together with the convolution before. */
  private static Set<Node> pools(Graph graph) {
    Map<Node, List<Node>> users = graph.users();
    Set<Node> outputs = new HashSet<>(graph.outputs());
    Set<Node> pools = new HashSet<>();
    for (Node node : graph.nodes()) {
      if (node.op() instanceof Pool.Max(Regions.Sliding(Window window, var _))
          && window.axis(DEPTH).dilation() == 1
          && node.shape().dim(AXIS) >= MOST
          && isLargeFirst(node.input(0))
          && users.get(node.input(0)).size() == 1
          && !outputs.contains(node.input(0))) {
        pools.add(node);
      }
    }
    return pools;
  }

  /** Whether a node is a convolution by constant weights that makes much of little. */
  private static boolean isLargeFirst(Node node) {
    boolean suits =
        switch (node.op()) {
          case Conv.Forward conv -> readsInput(conv.window().axis(DEPTH));
          case Conv.Fused conv -> !conv.residual() && readsInput(conv.window().axis(DEPTH));
          default -> false;
        };
    return suits
        && node.inputs().stream().skip(1).allMatch(input -> input.op() instanceof Source.Constant)
        && node.shape().size() * Float.BYTES >= LEAST
        && node.shape().size() / GROWTH >= node.input(0).shape().size();
  }

  /** Whether no output lies in the padding alone. */
  private static boolean readsInput(Window.Axis axis) {
    return Math.max(axis.padBegin(), axis.padEnd()) < axis.extent();
  }

  private static Node bands(Node pool, int count, Rewrite rewrite) {
    int planes = pool.shape().dim(AXIS);
    List<Node> bands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = Math.toIntExact((long) planes * i / count);
      int to = Math.toIntExact((long) planes * (i + 1) / count);
      bands.add(band(pool, from, to, rewrite));
    }
    return rewrite.builder.add(pool.name(), new Movement.Concat(AXIS), bands);
  }

  /** The pooling's planes from one on to another. */
  private static Node band(Node pool, int from, int to, Rewrite rewrite) {
    Node conv = pool.input(0);
    var regions = (Regions.Sliding) ((Pool.Max) pool.op()).regions();
    Window pooling = regions.window();
    Window window = ((Conv) conv.op()).window();
    Span middle = Span.read(pooling.axis(DEPTH), conv.shape().dim(AXIS), from, to);
    int size = conv.input(0).shape().dim(AXIS);
    Span input = Span.read(window.axis(DEPTH), size, middle.begin(), middle.end());
    var range = new Movement.Range(AXIS, input.begin(), input.end(), 1);
    Node slice = rewrite.builder.add(new Movement.Slice(List.of(range)), rewrite.of(conv.input(0)));
    List<Node> inputs = new ArrayList<>(rewrite.of(conv.inputs()));
    inputs.set(0, slice);
    Node part = rewrite.builder.add(onto(input, (Conv) conv.op()), inputs);
    return rewrite.builder.add(
        new Pool.Max(new Regions.Sliding(middle.onto(pooling), regions.ceil())), part);
  }

  private static Conv onto(Span input, Conv op) {
    Window window = input.onto(op.window());
    return op instanceof Conv.Fused(var _, int groups, var activation, boolean residual)
        ? new Conv.Fused(window, groups, activation, residual)
        : new Conv.Forward(window, op.groups());
  }
}
