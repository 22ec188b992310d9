package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.BatchSplit;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Binary;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Movement;
import voxcam.op.Norm;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Slabs that are streamed give the bits that they give together, with far less memory. */
class StreamedProgramTest {
  private static final Options OPTIONS = Options.DEFAULT.withThreads(2);
  private static final Shape X = Shape.of(23, 3, 256, 256);

  /** Two convolutions and a pooling of each slab, then the mean over all slabs. */
  private static Graph graph() {
    GraphBuilder builder = new GraphBuilder();
    SplittableRandom random = new SplittableRandom(5);
    Node x = builder.input("x", X);
    Node w1 = builder.constant("w1", values(random, Shape.of(32, 3, 3, 3)));
    Node w2 = builder.constant("w2", values(random, Shape.of(4, 32, 3, 3)));
    Window window = Window.cube(2, 3, 1, 1, 1);
    Node y = builder.add("y", new Unary.Relu(), builder.add(new Conv.Forward(window, 1), x, w1));
    Node z = builder.add("z", new Conv.Forward(window, 1), y, w2);
    Regions regions = new Regions.Sliding(Window.cube(2, 8, 8, 0, 1), false);
    Node pooled = builder.add("pooled", new Pool.Max(regions), z);
    Node mean = builder.add("mean", new Reduce(Reduce.Kind.Mean, List.of(0), true), pooled);
    return builder.build(List.of(mean, pooled));
  }

  @Test
  void bitsAreThoseOfTheWholeBatch() {
    Graph graph = graph();
    Map<String, Tensor> input = Map.of("x", values(new SplittableRandom(6), X));
    try (Program whole = CpuProgram.of(graph, OPTIONS);
        Program streamed = new CpuBackend().compile(graph, OPTIONS)) {
      assertThat(streamed).isInstanceOf(StreamedProgram.class);
      List<Tensor> expected = whole.run(input);
      List<Tensor> actual = streamed.run(input);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).shape()).isEqualTo(expected.get(i).shape());
        assertThat(actual.get(i).floats()).isEqualTo(expected.get(i).floats());
      }
      assertThat(streamed.bytes()).isLessThan(whole.bytes() / 2);
    }
  }

  @Test
  void theHeadEndsWhereSlabsMeet() {
    BatchSplit split = BatchSplit.of(graph()).orElseThrow();
    assertThat(split.batch()).isEqualTo(23);
    assertThat(split.step()).isBetween(1, 11);
    assertThat(split.head().outputs()).extracting(Node::name).containsExactly("pooled");
    assertThat(split.tail().inputs()).extracting(Node::name).containsExactly("pooled");
  }

  /** What stands between convolutions in real networks must not end the part that streams. */
  @Test
  void normalisedSlabsAndTheirConcatenationsStream() {
    GraphBuilder builder = new GraphBuilder();
    SplittableRandom random = new SplittableRandom(7);
    Node x = builder.input("x", X);
    Node w = builder.constant("w", values(random, Shape.of(32, 3, 3, 3)));
    Node y = builder.add("y", new Conv.Forward(Window.cube(2, 3, 1, 1, 1), 1), x, w);
    Node scale = builder.constant("scale", values(random, Shape.of(32)));
    Node shift = builder.constant("shift", values(random, Shape.of(32)));
    Node normed = builder.add("normed", new Norm.Instance(1e-5), y, scale, shift);
    Node active = builder.add("active", new Unary.Relu(), normed);
    Node both = builder.add("both", new Movement.Concat(1), active, x);
    Regions regions = new Regions.Sliding(Window.cube(2, 8, 8, 0, 1), false);
    Node pooled = builder.add("pooled", new Pool.Max(regions), both);
    Graph graph = builder.build(List.of(pooled));
    Map<String, Tensor> input = Map.of("x", values(new SplittableRandom(8), X));
    try (Program whole = CpuProgram.of(graph, OPTIONS);
        Program streamed = new CpuBackend().compile(graph, OPTIONS)) {
      assertThat(streamed).isInstanceOf(StreamedProgram.class);
      assertThat(streamed.run(input).getFirst().floats())
          .isEqualTo(whole.run(input).getFirst().floats());
      assertThat(streamed.bytes()).isLessThan(whole.bytes() / 4);
    }
  }

  /** Each slab has a constant of its own, so slabs cannot be taken by the few. */
  @Test
  void aResidualThatDiffersBetweenSlabsEndsTheStream() {
    GraphBuilder builder = new GraphBuilder();
    SplittableRandom random = new SplittableRandom(9);
    Shape small = Shape.of(16, 3, 128, 128);
    Node x = builder.input("x", small);
    Node w = builder.constant("w", values(random, Shape.of(32, 3, 3, 3)));
    Node y = builder.add("y", new Conv.Forward(Window.cube(2, 3, 1, 1, 1), 1), x, w);
    Node own = builder.constant("own", values(random, Shape.of(16, 32, 128, 128)));
    Node sum = builder.add("sum", new Binary(Binary.Kind.Add), y, own);
    Node active = builder.add("active", new Unary.Relu(), sum);
    Regions regions = new Regions.Sliding(Window.cube(2, 8, 8, 0, 1), false);
    Graph graph = builder.build(List.of(builder.add("pooled", new Pool.Max(regions), active)));
    Map<String, Tensor> input = Map.of("x", values(new SplittableRandom(10), small));
    try (Program whole = CpuProgram.of(graph, OPTIONS);
        Program compiled = new CpuBackend().compile(graph, OPTIONS)) {
      float[] expected = whole.run(input).getFirst().floats();
      float[] actual = compiled.run(input).getFirst().floats();
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
      }
    }
  }

  @Test
  void smallBatchesAreNotSplit() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("x", Shape.of(4, 2, 8, 8));
    Node y = builder.add(new Unary.Exp(), builder.add(new Unary.Relu(), x));
    assertThat(BatchSplit.of(builder.build(List.of(y)))).isEmpty();
  }

  @Test
  void aWrongInputIsNamed() {
    try (Program streamed = new CpuBackend().compile(graph(), OPTIONS)) {
      assertThatThrownBy(() -> streamed.run(Map.of()))
          .isInstanceOf(InputException.class)
          .hasMessage("input x: missing, give a tensor of shape [23,3,256,256]");
    }
  }

  private static Tensor values(SplittableRandom random, Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return Tensor.of(shape, values);
  }
}
