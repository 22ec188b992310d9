package voxcam.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Op;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** A program of one operation, with random data, checked against the reference. */
final class OneOp implements AutoCloseable {
  private static final double TOLERANCE = 1e-5;

  private final OpShape shape;
  private final List<Tensor> arguments = new ArrayList<>();
  private final Map<String, Tensor> data;
  private final Program program;
  private final float[] output;

  private OneOp(OpShape shape, int threads) {
    this.shape = shape;
    Random random = new Random(1);
    for (Shape input : shape.inputs()) {
      boolean perChannel = input.rank() == 1;
      arguments.add(drawn(input, random, perChannel));
    }
    data = data(arguments);
    program = Backends.named("auto").compile(graph(shape.op(), arguments), options(threads));
    output = new float[shape.output().length()];
  }

  /**
   * Made and checked.
   *
   * @param threads 0 for all processors
   * @throws IllegalStateException if the result is not the reference's
   */
  static OneOp checked(Family family, int threads) {
    OneOp op = new OneOp(family.shape(), threads);
    op.check();
    return op;
  }

  static Options options(int threads) {
    return threads == 0 ? Options.DEFAULT : Options.DEFAULT.withThreads(threads);
  }

  /** One run. Its result lies in the same memory each time, as inside a network. */
  float[] run() {
    program.run(data, List.of(output));
    return output;
  }

  @Override
  public void close() {
    program.close();
  }

  /**
   * Of a convolution the reference computes the first and the last channel only, from the weights
   * of these; of other operations everything.
   */
  private void check() {
    Tensor actual = Tensor.of(shape.output(), run());
    List<Tensor> fewer = new ArrayList<>(arguments);
    switch (shape.op()) {
      case Conv.Forward c when c.groups() == 1 -> fewer.set(1, ends(arguments.get(1), 0));
      case Conv.Transposed c when c.groups() == 1 -> fewer.set(1, ends(arguments.get(1), 1));
      case Conv.InputGrad c when c.groups() == 1 -> fewer.set(1, ends(arguments.get(1), 1));
      default -> {}
    }
    if (!fewer.get(1 % fewer.size()).shape().equals(arguments.get(1 % fewer.size()).shape())) {
      actual = ends(actual, 1);
      if (fewer.size() > 2) {
        fewer.set(2, ends(arguments.get(2), 0));
      }
    }
    Graph graph = graph(shape.op(), fewer);
    try (Program truth = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      double error = distance(actual, truth.run(data(fewer)).get(0));
      if (!(error <= TOLERANCE)) {
        throw new IllegalStateException(
            "%s: relative error %.3g to the reference, at most %.3g is allowed"
                .formatted(shape, error, TOLERANCE));
      }
    }
  }

  /** {@code ||actual - expected|| / ||expected||}. */
  static double distance(Tensor actual, Tensor expected) {
    double[] a = actual.doubles();
    double[] b = expected.doubles();
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double squares = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
      norm += b[i] * b[i];
    }
    return Math.sqrt(squares / norm);
  }

  private Graph graph(Op op, List<Tensor> values) {
    GraphBuilder builder = new GraphBuilder();
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      String name = "x" + i;
      nodes.add(
          i < shape.data()
              ? builder.input(name, values.get(i).shape())
              : builder.constant(name, values.get(i)));
    }
    return builder.build(List.of(builder.add("y", op, nodes)));
  }

  private Map<String, Tensor> data(List<Tensor> values) {
    Map<String, Tensor> given = new LinkedHashMap<>();
    for (int i = 0; i < shape.data(); i++) {
      given.put("x" + i, values.get(i));
    }
    return given;
  }

  /** The first and the last index of an axis. */
  private static Tensor ends(Tensor tensor, int axis) {
    Shape all = tensor.shape();
    if (all.dim(axis) <= 2) {
      return tensor;
    }
    Shape some = all.with(axis, 2);
    float[] from = tensor.floats();
    float[] to = new float[some.length()];
    int inner = (int) all.size(axis + 1, all.rank());
    int outer = (int) all.size(0, axis);
    for (int o = 0; o < outer; o++) {
      int start = o * all.dim(axis) * inner;
      System.arraycopy(from, start, to, o * 2 * inner, inner);
      int last = start + (all.dim(axis) - 1) * inner;
      System.arraycopy(from, last, to, (o * 2 + 1) * inner, inner);
    }
    return Tensor.of(some, to);
  }

  /** Normal numbers; what is one number per channel is positive, as a variance must be. */
  static Tensor drawn(Shape shape, Random random, boolean positive) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = positive ? 0.5f + random.nextFloat() : (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }
}
