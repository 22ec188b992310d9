package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.Bands;
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

/** A first convolution and its pooling in bands give the bits that they give as a whole. */
final class BandsTest {
  private static final Options OPTIONS = Options.DEFAULT.withThreads(2);
  private static final Shape X = Shape.of(1, 1, 23, 60, 60);

  private static Graph graph(
      Shape x, int channels, Window window, Window pooling, boolean ceil, boolean both) {
    GraphBuilder builder = new GraphBuilder();
    SplittableRandom random = new SplittableRandom(5);
    Node input = builder.input("x", x);
    int[] kernel = x.dims();
    kernel[0] = channels;
    for (int i = 0; i < window.rank(); i++) {
      kernel[i + 2] = window.axis(i).kernel();
    }
    Node weight = builder.constant("w", values(random, Shape.of(kernel)));
    Node bias = builder.constant("b", values(random, Shape.of(channels)));
    Node y = builder.add("y", new Conv.Forward(window, 1), input, weight, bias);
    Node relu = builder.add("relu", new Unary.Relu(), y);
    Node pooled = builder.add("pooled", new Pool.Max(new Regions.Sliding(pooling, ceil)), relu);
    return Fuse.apply(builder.build(both ? List.of(pooled, relu) : List.of(pooled)));
  }

  @ParameterizedTest
  @CsvSource({
    "3, 7, 1, 3, 3, 2, 1, false", // ResNet for small volumes
    "3, 3, 1, 1, 3, 2, 0, true", // incomplete last windows
    "3, 5, 1, 2, 2, 3, 1, false", // windows that leave planes out
    "2, 3, 1, 1, 3, 2, 1, false",
  })
  void bitsAreThoseOfTheWhole(
      int rank, int kernel, int stride, int pad, int size, int step, int around, boolean ceil) {
    Shape x = rank == 3 ? X : Shape.of(1, 1, 310, 260);
    Window window = Window.cube(rank, kernel, stride, pad, 1);
    Window pooling = Window.cube(rank, size, step, around, 1);
    Graph graph = graph(x, 64, window, pooling, ceil, false);
    Graph banded = Bands.apply(graph);
    assertThat(banded.nodes()).hasSizeGreaterThan(graph.nodes().size());
    Map<String, Tensor> input = Map.of("x", values(new SplittableRandom(6), x));
    try (Program whole = CpuProgram.of(graph, OPTIONS);
        Program bands = CpuProgram.of(banded, OPTIONS)) {
      Tensor expected = whole.run(input).getFirst();
      Tensor actual = bands.run(input).getFirst();
      assertThat(actual.shape()).isEqualTo(expected.shape());
      assertThat(actual.floats()).isEqualTo(expected.floats());
    }
  }

  @Test
  void aBackendNeedsLessMemorySo() {
    Window pooling = Window.cube(3, 3, 2, 1, 1);
    Graph graph = graph(X, 64, Window.cube(3, 3, 1, 1, 1), pooling, false, false);
    try (Program whole = CpuProgram.of(graph, OPTIONS);
        Program bands = new CpuBackend().compile(graph, OPTIONS)) {
      assertThat(bands.bytes()).isLessThan(whole.bytes() * 2 / 3);
    }
  }

  @Test
  void othersStayWhole() {
    Window window = Window.cube(3, 3, 1, 1, 1);
    Window pooling = Window.cube(3, 3, 2, 1, 1);
    Graph read = graph(X, 64, window, pooling, false, true);
    assertThat(Bands.apply(read)).isSameAs(read);
    Graph small = graph(X, 16, window, pooling, false, false);
    assertThat(Bands.apply(small)).isSameAs(small);
    Graph wide = graph(Shape.of(1, 16, 23, 60, 60), 64, window, pooling, false, false);
    assertThat(Bands.apply(wide)).isSameAs(wide);
  }

  private static Tensor values(SplittableRandom random, Shape shape) {
    float[] values = new float[shape.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(shape, values);
  }
}
