package voxcam.cpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Linear;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Graphs and values for the tests of this package. */
final class Graphs {
  private Graphs() {}

  /** A graph of one operation, {@code y}, on inputs {@code x0}, {@code x1} and so on. */
  static Graph of(Op op, List<Tensor> inputs) {
    GraphBuilder builder = new GraphBuilder();
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      nodes.add(builder.input("x" + i, inputs.get(i).shape()));
    }
    return builder.build(List.of(builder.add("y", op, nodes)));
  }

  static Map<String, Tensor> named(List<Tensor> inputs) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      named.put("x" + i, inputs.get(i));
    }
    return named;
  }

  static Tensor normal(Random random, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }

  /**
   * A network with work for several tasks in each operation, and reuse of memory; input {@code x0}
   * {@code [1,4,24,40,40]}.
   */
  static Graph network() {
    Random random = new Random(11);
    GraphBuilder b = new GraphBuilder();
    Node x = b.input("x0", Shape.of(1, 4, 24, 40, 40));
    Node normed = b.add(new Norm.Instance(1e-5), x);
    Node silu = b.add(new Unary.Silu(), normed);
    Node sum = b.add(new Binary(Binary.Kind.Add), silu, x);
    Node pooled = b.add(new Pool.Max(new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false)), sum);
    Node soft = b.add(new Softmax.Plain(1), pooled);
    Node mean = b.add(new Reduce(Reduce.Kind.Mean, List.of(2, 3, 4), false), soft);
    Node rows = b.add(new Linear.MatMul(), soft, b.constant("w", normal(random, 20, 30)));
    Node scores = b.add(new Linear.MatMul(), mean, b.constant("v", normal(random, 4, 7)));
    return b.build(
        List.of(rows, scores, b.add(new Reduce(Reduce.Kind.Sum, List.of(), false), sum)));
  }

  static Map<String, Tensor> networkInput(long seed) {
    return Map.of("x0", normal(new Random(seed), 1, 4, 24, 40, 40));
  }
}
