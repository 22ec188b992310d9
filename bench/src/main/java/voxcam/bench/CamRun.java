package voxcam.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Cam;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * A heat map of pairs of activation and gradient that take turns, so that a run finds little of its
 * inputs in a cache.
 */
final class CamRun implements AutoCloseable {
  private static final double TOLERANCE = 1e-5;

  /** Pairs together have at least so many bytes, 1 GiB, unless that would take too many pairs. */
  private static final long ROTATED = 1L << 30;

  private static final int MOST_PAIRS = 256;

  /** Elements of one input that the reference gets at once: it needs much more memory. */
  private static final long PART = 1L << 22;

  private final Cam op;
  private final Shape shape;
  private final Shape map;
  private final List<Map<String, Tensor>> pairs = new ArrayList<>();
  private final Program program;
  private final float[] output;
  private int turn;

  /** A map of the given values and of copies of them. */
  CamRun(Cam op, Tensor activation, Tensor gradient, int threads) {
    this.op = op;
    shape = activation.shape();
    pairs.add(Map.of("a", activation, "g", gradient));
    for (int i = 1; i < pairs(shape); i++) {
      pairs.add(Map.of("a", copy(activation), "g", copy(gradient)));
    }
    Graph graph = graph(shape);
    map = graph.outputs().get(0).shape();
    output = new float[map.length()];
    program = Backends.named("auto").compile(graph, OneOp.options(threads));
  }

  /**
   * A map of random numbers, checked.
   *
   * @throws IllegalStateException if it is not the reference's
   */
  static CamRun checked(Cam op, Shape shape, int threads) {
    Random random = new Random(1);
    Tensor activation = OneOp.drawn(shape, random, false);
    CamRun run = new CamRun(op, activation, OneOp.drawn(shape, random, false), threads);
    run.check();
    return run;
  }

  /** How many pairs of inputs of a shape take turns. */
  static int pairs(Shape shape) {
    long pair = 2 * shape.size() * Float.BYTES;
    return Math.clamp(Math.ceilDiv(ROTATED, pair), 2, MOST_PAIRS);
  }

  /** The map of the next pair, in memory that the next run uses again, as PyTorch's maps are. */
  Tensor run() {
    turn = (turn + 1) % pairs.size();
    program.run(pairs.get(turn), List.of(output));
    return Tensor.of(map, output);
  }

  /** The inputs that the next run reads, without taking their turn. */
  List<float[]> arrays() {
    Map<String, Tensor> next = pairs.get((turn + 1) % pairs.size());
    return List.of(next.get("a").floats(), next.get("g").floats());
  }

  /** Lets the next pair have its turn without a run. */
  void pass() {
    turn = (turn + 1) % pairs.size();
  }

  /**
   * Holds a map to the reference's. Both maps are sums over channels, so the reference makes them
   * of a few channels at a time.
   */
  private void check() {
    int space = (int) shape.size(2, shape.rank());
    double[] truth = new double[shape.dim(0) * space];
    int step = Math.clamp(PART / space, 1, shape.dim(1));
    for (int from = 0; from < shape.dim(1); from += step) {
      int channels = Math.min(step, shape.dim(1) - from);
      Shape part = shape.with(1, channels);
      Map<String, Tensor> inputs =
          Map.of("a", channels("a", from, part), "g", channels("g", from, part));
      try (Program reference = Backends.named("reference").compile(graph(part), Options.DEFAULT)) {
        double[] map = reference.run(inputs).get(0).doubles();
        for (int i = 0; i < truth.length; i++) {
          truth[i] += map[i];
        }
      }
    }
    Tensor map = run();
    double error = OneOp.distance(map, Tensor.of(map.shape(), truth));
    if (!(error <= TOLERANCE)) {
      throw new IllegalStateException(
          "%s of %s: relative error %.3g to the reference, at most %.3g is allowed"
              .formatted(op.name(), shape, error, TOLERANCE));
    }
  }

  private Tensor channels(String name, int from, Shape part) {
    float[] all = pairs.get(0).get(name).floats();
    float[] some = new float[part.length()];
    int sample = (int) shape.size(1, shape.rank());
    int length = (int) part.size(1, part.rank());
    int start = from * (int) shape.size(2, shape.rank());
    for (int n = 0; n < shape.dim(0); n++) {
      System.arraycopy(all, n * sample + start, some, n * length, length);
    }
    return Tensor.of(part, some);
  }

  private Graph graph(Shape inputs) {
    GraphBuilder builder = new GraphBuilder();
    Node activation = builder.input("a", inputs);
    Node gradient = builder.input("g", inputs);
    return builder.build(List.of(builder.add("map", op, activation, gradient)));
  }

  private static Tensor copy(Tensor tensor) {
    float[] values = tensor.floats();
    return Tensor.of(tensor.shape(), Arrays.copyOf(values, values.length));
  }

  @Override
  public void close() {
    program.close();
  }
}
