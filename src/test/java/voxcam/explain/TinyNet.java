package voxcam.explain;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Conv;
import voxcam.op.FreeShape;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Small networks with seeded weights, made layer by layer. */
final class TinyNet {
  static final Shape INPUT = Shape.of(1, 1, 6, 5, 4);

  final GraphBuilder builder = new GraphBuilder();
  final Node input;
  private final RandomGenerator random;

  TinyNet(long seed, Shape shape) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    input = builder.input("input", FreeShape.of(shape));
  }

  static TinyNet of(long seed) {
    return new TinyNet(seed, INPUT);
  }

  /** Convolution 3x3x3 with bias and ReLU; the ReLU has the name. */
  Node layer(String name, Node x, int channels) {
    Node conv = conv(name + ".conv", x, channels, 3);
    return builder.add(name, new Unary.Relu(), conv);
  }

  Node conv(String name, Node x, int channels, int kernel) {
    Shape weight = Shape.of(channels, x.shape().dim(1), kernel, kernel, kernel);
    Op op = new Conv.Forward(Window.cube(3, kernel, 1, kernel / 2, 1), 1);
    return builder.add(
        name, op, x, constant(name + ".w", weight), constant(name + ".b", Shape.of(channels)));
  }

  Node linear(String name, Node x, int outputs) {
    Node weight = constant(name + ".w", Shape.of(outputs, x.shape().dim(1)));
    return builder.add(
        name,
        new Linear.Gemm(1, 1, false, true),
        x,
        weight,
        constant(name + ".b", Shape.of(outputs)));
  }

  Node flat(Node x) {
    return builder.add(new Movement.Flatten(1), x);
  }

  Node average(Node x) {
    return flat(builder.add(new Pool.GlobalAverage(), x));
  }

  Node constant(String name, Shape shape) {
    return builder.constant(name, values(shape));
  }

  Tensor values(Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }

  Model model(Node logits, Task task) {
    int labels = logits.shape().dim(1);
    return Model.of(
        "tiny",
        builder.build(List.of(logits)),
        task,
        IntStream.range(0, labels).mapToObj(i -> "label " + i).toList());
  }
}
