package voxcam.cpu;

import java.util.List;
import java.util.Map;
import java.util.Random;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.compile.Fuse;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/**
 * Gives what most networks begin with to the JIT compiler before it is needed, while model and
 * volume are still read: first the tile of {@link ColumnsConv}, which takes a thousand times as
 * long interpreted, since there each vector is an object, or the loops of {@link RowsConv}, then
 * what surrounds them.
 */
final class WarmUp {
  /** Calls after which the JVM has been told often enough, if it runs with thresholds so low. */
  private static final int MOST_CALLS = 200;

  /** What a compiled call stays far below. */
  private static final long COMPILED_NANOS = 10_000;

  /**
   * Runs of a small network, if nobody ends them before. With vectors all of it is compiled then;
   * in plain loops its classes are there and what a cache's profiles name is compiled, and the rest
   * is more than a single run of a real network gains.
   */
  private static final int MOST_RUNS = Machine.VECTORS ? 300 : 4;

  /** Sums of rows after which the JIT compiler has been told often enough. */
  private static final int ROW_SUMS = 240;

  private static final Shape INPUT = Shape.of(1, 1, 24, 26, 28);
  private static final int CHANNELS = 8;

  private static volatile boolean over;

  private WarmUp() {}

  /** Returns when all is compiled, or will not be for a while. */
  static void run() throws InterruptedException {
    if (Machine.VECTORS) {
      tile();
    } else {
      // What the JVM's profiles name is compiled from now on.
      RowSums.warmUp(1);
    }
    network();
  }

  /** Ends it after the run under way: what it was for begins, and needs the processors. */
  static void end() {
    over = true;
  }

  private static void tile() throws InterruptedException {
    ConvTiles tiles = ConvTiles.PREFERRED;
    int vectors = tiles.panelVectors();
    float[] a = new float[1];
    float[] b = new float[vectors * tiles.lanes()];
    int[] rows = new int[tiles.rows(vectors)];
    float[] sums = new float[rows.length * b.length];
    for (int i = 0; i < MOST_CALLS; i++) {
      long start = System.nanoTime();
      tiles.run(vectors, a, rows, 0, 0, 1, b, 0, sums, 0);
      if (System.nanoTime() - start < COMPILED_NANOS) {
        return;
      }
      Thread.sleep(1);
    }
  }

  /** A wide convolution in steps of 2, a pooling and a dense convolution. */
  private static void network() {
    GraphBuilder builder = new GraphBuilder();
    Node x = convolved(builder, builder.input("x", INPUT), 7, 2);
    x = builder.add(new Pool.Max(new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false)), x);
    Graph graph = builder.build(List.of(convolved(builder, x, 3, 1)));
    Options options = new Options(Precision.FP32, 1, false, true, true);
    try (CpuProgram program = CpuProgram.of(Fuse.apply(graph), options)) {
      Map<String, Tensor> inputs = Map.of("x", noise(INPUT));
      if (!Machine.VECTORS) {
        RowSums.warmUp(ROW_SUMS);
      }
      for (int i = 0; i < MOST_RUNS && !over; i++) {
        program.run(inputs);
      }
    }
  }

  private static Node convolved(GraphBuilder builder, Node x, int kernel, int stride) {
    Shape weights = Shape.of(CHANNELS, x.shape().dim(1), kernel, kernel, kernel);
    Window window = Window.cube(3, kernel, stride, kernel / 2, 1);
    Node w = builder.constant(noise(weights));
    return builder.add(new Unary.Relu(), builder.add(new Conv.Forward(window, 1), x, w));
  }

  private static Tensor noise(Shape shape) {
    Random random = new Random(1);
    return Tensor.of(shape, random.doubles(shape.size(), -1, 1).toArray());
  }
}
