package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Cam;
import voxcam.op.Chain;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Softmax;
import voxcam.op.Unary;
import voxcam.op.Where;
import voxcam.op.Window;

/** Every operation that a file can hold is read as it was written. */
final class OperatorsTest {
  /** Operations that are read as others. */
  private static final Set<String> READ_ONLY = Set.of("Swish", "Sum", "Mean", "Cast", "Split");

  /** An operation and shapes that it takes. */
  record Sample(Op op, List<Shape> inputs) {
    @Override
    public String toString() {
      return op.toString();
    }
  }

  private static final Shape VOLUME = Shape.of(2, 4, 5, 6, 7);
  private static final Window CUBE = Window.cube(3, 3, 2, 1, 1);
  private static final Window ODD =
      new Window(
          List.of(
              new Window.Axis(1, 1, 0, 1, 1),
              new Window.Axis(2, 3, 1, 0, 2),
              new Window.Axis(3, 1, 2, 1, 1)));

  static Stream<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    elementwise(samples);
    windows(samples);
    norms(samples);
    others(samples);
    movements(samples);
    return samples.stream();
  }

  private static void add(List<Sample> samples, Op op, Shape... inputs) {
    samples.add(new Sample(op, Arrays.asList(inputs)));
  }

  private static void elementwise(List<Sample> samples) {
    List<Unary> unary =
        List.of(
            new Unary.Relu(),
            new Unary.LeakyRelu(0.01),
            new Unary.LeakyRelu(0.3),
            new Unary.Elu(1),
            new Unary.Elu(0.7),
            new Unary.Gelu(true),
            new Unary.Gelu(false),
            new Unary.Silu(),
            new Unary.Sigmoid(),
            new Unary.Tanh(),
            new Unary.Softplus(),
            new Unary.HardSwish(),
            new Unary.HardSigmoid(0.2, 0.5),
            new Unary.HardSigmoid(1 / 6.0, 0.1),
            new Unary.Exp(),
            new Unary.Log(),
            new Unary.Sqrt(),
            new Unary.Reciprocal(),
            new Unary.Abs(),
            new Unary.Neg(),
            new Unary.Sign(),
            new Unary.Erf(),
            new Unary.Clip(-1, 0.1),
            new Unary.Clip(Double.NEGATIVE_INFINITY, 6),
            new Unary.Clip(0, Double.POSITIVE_INFINITY));
    unary.forEach(op -> add(samples, op, VOLUME));
    for (Binary.Kind kind : Binary.Kind.values()) {
      add(samples, new Binary(kind), VOLUME, VOLUME);
    }
    add(samples, new Where(), VOLUME, VOLUME, Shape.SCALAR);
    add(samples, new Softmax.Plain(1), VOLUME);
    add(samples, new Softmax.Plain(-1), VOLUME);
    add(samples, new Softmax.Log(2), VOLUME);
    Cam.all().forEach(cam -> add(samples, cam, VOLUME, VOLUME));
  }

  private static void windows(List<Sample> samples) {
    add(samples, new Conv.Forward(CUBE, 1), VOLUME, Shape.of(3, 4, 3, 3, 3));
    add(samples, new Conv.Forward(ODD, 2), VOLUME, Shape.of(6, 2, 1, 2, 3), Shape.of(6));
    add(samples, new Conv.Transposed(CUBE, 1, List.of(0, 0, 0)), VOLUME, Shape.of(4, 3, 3, 3, 3));
    add(
        samples,
        new Conv.Transposed(CUBE, 2, List.of(1, 0, 1)),
        VOLUME,
        Shape.of(4, 3, 3, 3, 3),
        Shape.of(6));
    add(samples, new Pool.Max(new Regions.Sliding(CUBE, false)), VOLUME);
    add(samples, new Pool.Max(new Regions.Sliding(CUBE, true)), VOLUME);
    add(samples, new Pool.Max(new Regions.Adaptive(List.of(2, 3, 1))), VOLUME);
    add(samples, new Pool.Average(new Regions.Sliding(CUBE, true), true), VOLUME);
    add(samples, new Pool.Average(new Regions.Sliding(CUBE, false), false), VOLUME);
    add(samples, new Pool.Average(new Regions.Adaptive(List.of(2, 3, 1)), false), VOLUME);
    add(samples, new Pool.GlobalAverage(), VOLUME);
    add(samples, new Pool.GlobalMax(), VOLUME);
  }

  private static void norms(List<Sample> samples) {
    Shape c = Shape.of(4);
    add(samples, new Norm.Batch(1e-5), VOLUME, c, c, c, c);
    add(samples, new Norm.Batch(1e-3), VOLUME, c, c, c, c);
    add(samples, new Norm.Instance(1e-5), VOLUME);
    add(samples, new Norm.Instance(1e-6), VOLUME, c, c);
    add(samples, new Norm.Group(2, 1e-5), VOLUME, c, c);
    add(samples, new Norm.Group(4, 1e-4), VOLUME);
    add(samples, new Norm.Layer(-1, 1e-5), VOLUME, Shape.of(7));
    add(samples, new Norm.Layer(3, 1e-6), VOLUME, Shape.of(6, 7), Shape.of(6, 7));
    add(samples, new Norm.L2(1), VOLUME);
  }

  private static void others(List<Sample> samples) {
    Shape matrix = Shape.of(3, 4);
    add(samples, new Linear.MatMul(), matrix, Shape.of(4, 2));
    add(samples, new Linear.Gemm(1, 1, false, false), matrix, Shape.of(4, 2));
    add(samples, new Linear.Gemm(0.5, 2, true, true), Shape.of(4, 3), Shape.of(2, 4), Shape.of(2));
    for (Reduce.Kind kind : Reduce.Kind.values()) {
      add(samples, new Reduce(kind, List.of(2, -1), true), VOLUME);
      add(samples, new Reduce(kind, List.of(), false), VOLUME);
    }
    add(samples, new Index.ArgMax(1, true), VOLUME);
    add(samples, new Index.ArgMax(-1, false), VOLUME);
    add(samples, new Index.TopK(2, 1, true, Index.Part.VALUES), VOLUME);
    add(samples, new Index.TopK(3, -1, false, Index.Part.INDICES), VOLUME);
    add(samples, new Index.Gather(1), VOLUME, Shape.of(2));
    add(samples, new Index.GatherElements(-1), matrix, Shape.of(3, 2));
    for (Resize.Coordinates coordinates : Resize.Coordinates.values()) {
      for (Resize.Rounding rounding : Resize.Rounding.values()) {
        var nearest = new Resize.Sampling(Resize.Mode.NEAREST, coordinates, rounding);
        add(samples, new Resize.Forward(nearest, List.of(3, 4, 5), List.of()), VOLUME);
        var linear = new Resize.Sampling(Resize.Mode.LINEAR, coordinates, rounding);
        add(samples, new Resize.Forward(linear, List.of(), List.of(2.0, 0.5, 1.7)), VOLUME);
      }
    }
  }

  private static void movements(List<Sample> samples) {
    List<Integer> none = List.of(0, 0, 0, 0, 0);
    List<Integer> some = List.of(0, 1, -1, 2, 0);
    List<Movement> movements =
        List.of(
            new Movement.Reshape(List.of(0, -1)),
            new Movement.Flatten(1),
            new Movement.Flatten(-2),
            new Movement.Transpose(List.of(0, 2, 3, 4, 1)),
            new Movement.Concat(1),
            new Movement.Slice(
                List.of(
                    new Movement.Range(1, -1, Integer.MIN_VALUE, -1),
                    new Movement.Range(-1, 1, Integer.MAX_VALUE, 2))),
            new Movement.Pad(Movement.PadMode.CONSTANT, none, some, 0),
            new Movement.Pad(Movement.PadMode.CONSTANT, some, none, -1.5),
            new Movement.Pad(Movement.PadMode.EDGE, some, none, 0),
            new Movement.Pad(Movement.PadMode.REFLECT, none, some, 0),
            new Movement.Expand(Shape.of(3, 1, 1, 1, 1, 1)),
            new Movement.Unsqueeze(List.of(0, -1)),
            new Movement.Identity(),
            new Movement.Dropout());
    movements.forEach(op -> add(samples, op, VOLUME));
    add(samples, new Movement.Concat(-1), VOLUME, VOLUME, VOLUME);
    add(samples, new Movement.Squeeze(List.of()), Shape.of(1, 3, 1));
    add(samples, new Movement.Squeeze(List.of(-1)), Shape.of(1, 3, 1));
  }

  @ParameterizedTest
  @MethodSource("samples")
  void isReadAsItWasWritten(Sample sample) {
    Graph graph = graph(sample);
    String text = GraphWriter.write(graph).description().text();
    Graph again =
        GraphReader.read("g", Description.parse("g", text), new Constants(Map.of(), Set.of()));

    assertThat(again.node("op").op()).isEqualTo(sample.op());
    assertThat(Graphs.told(again)).isEqualTo(Graphs.told(graph));
  }

  @Test
  void samplesCoverTheTable() {
    Set<String> names = new HashSet<>(READ_ONLY);
    samples().forEach(sample -> names.add(Operators.write(sample.op()).op()));
    assertThat(names).isEqualTo(Operators.names());
  }

  @Test
  void gradientsHaveNoPlaceInAFile() {
    List<Op> refused =
        List.of(
            new Chain(List.of(new Chain.Step(new Unary.Relu(), List.of(0)))),
            new Conv.Fused(CUBE, 1, Optional.empty(), false),
            new Conv.InputGrad(CUBE, 1, List.of(1, 1, 1)),
            new Conv.WeightGrad(CUBE, 1),
            new Pool.MaxPick(new Regions.Sliding(CUBE, false)),
            new Pool.MaxScatter(new Regions.Sliding(CUBE, false)),
            new Pool.AverageGrad(new Regions.Sliding(CUBE, false), true, List.of(1, 1, 1)),
            new Norm.GroupGrad(2, 1e-5),
            new Norm.Activated(new Norm.Instance(1e-5), new Unary.Relu()),
            new Index.GatherGrad(0, VOLUME),
            new Index.GatherElementsGrad(0, VOLUME),
            new Movement.Embed(List.of(), VOLUME),
            new Movement.PadGrad(Movement.PadMode.EDGE, List.of(), List.of(), VOLUME));
    for (Op op : refused) {
      assertThatThrownBy(() -> Operators.write(op))
          .isInstanceOf(InputException.class)
          .hasMessage(op.name() + " has no place in a model file, which holds networks only");
    }
  }

  private static Graph graph(Sample sample) {
    GraphBuilder builder = new GraphBuilder();
    List<Node> inputs = new ArrayList<>();
    for (Shape shape : sample.inputs()) {
      inputs.add(builder.input("in" + inputs.size(), shape));
    }
    return builder.build(List.of(builder.add("op", sample.op(), inputs)));
  }
}
