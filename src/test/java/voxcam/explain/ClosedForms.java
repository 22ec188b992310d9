package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.compile.HeadProducts;
import voxcam.compile.Prune;
import voxcam.compile.Simplify;
import voxcam.golden.Closeness;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * Maps for which no gradient needs to be computed, and none is: behind averaging and one linear
 * layer, behind one linear layer, and the first step back from the logits of a segmenter.
 */
interface ClosedForms {
  int CHANNELS = 20;
  int LABELS = 6;

  /** Which backend. */
  String device();

  /** The ways to average over all positions. */
  List<Op> AVERAGES =
      List.of(
          new Pool.GlobalAverage(),
          new Pool.Average(new Regions.Adaptive(List.of(1, 1, 1)), true),
          new Pool.Average(new Regions.Sliding(Window.cube(3, 8, 1, 0, 1), false), true),
          new Reduce(Reduce.Kind.Mean, List.of(2, 3, 4), true));

  static Stream<Arguments> heads() {
    List<Arguments> all = new ArrayList<>();
    for (Op average : AVERAGES) {
      for (int batch : new int[] {1, 2}) {
        all.add(Arguments.of(average, batch, new Target.All()));
        all.add(Arguments.of(average, batch, new Target.Top(2)));
        all.add(Arguments.of(average, batch, new Target.Index(3)));
      }
      all.add(Arguments.of(average, 2, new Target.PerSample(List.of(4, 1))));
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("heads")
  default void averagingAndLinear(Op average, int batch, Target target) {
    TinyNet net = new TinyNet(61, Shape.of(batch, 1, 8, 8, 8));
    Node last = net.layer("last", net.input, CHANNELS);
    Node pooled = net.flat(net.builder.add("average", average, last));
    Model model = net.model(net.linear("fc", pooled, LABELS), Task.MULTICLASS);
    Request request = Request.of(target).by(Method.all().toArray(Method[]::new)).atLayers("last");
    check(model, request, net.values(Shape.of(batch, 1, 8, 8, 8)));

    Graph passed = passed(model, request, Shape.of(batch, 1, 8, 8, 8));
    assertThat(large(passed)).isEqualTo(large(passed(model)));
    long products = passed.nodes().stream().filter(n -> n.op() instanceof Linear.MatMul).count();
    assertThat(products).isEqualTo(1);
  }

  /** The gradient of a label is a row of the weight, known before anything runs. */
  @Test
  default void flattenAndLinear() {
    TinyNet net = new TinyNet(62, Shape.of(1, 1, 8, 8, 8));
    Node last = net.layer("last", net.input, CHANNELS);
    Model model = net.model(net.linear("fc", net.flat(last), LABELS), Task.MULTICLASS);
    Request request =
        Request.of(new Target.All()).by(Method.all().toArray(Method[]::new)).atLayers("last");
    check(model, request, net.values(Shape.of(1, 1, 8, 8, 8)));
    assertThat(large(passed(model, request, Shape.of(1, 1, 8, 8, 8))))
        .isEqualTo(large(passed(model)));
  }

  /** From the mask of a label no tensor of all labels' size is made on the way back. */
  @Test
  default void maskedScores() {
    int labels = 3 * CHANNELS;
    Shape shape = Shape.of(1, 1, 8, 8, 8);
    TinyNet net = new TinyNet(63, shape);
    Node last = net.layer("last", net.input, CHANNELS);
    Model model = net.model(net.conv("out", last, labels, 3), Task.SEGMENTATION);
    Request request =
        Request.of(new Target.Index(7)).by(new HiResCam(), new GradCam()).atLayers("last");
    check(model, request, net.values(shape));
    check(
        model,
        request.over(new Voxels.Region(Tensor.filled(Shape.of(8, 8, 8), 1))),
        net.values(shape));

    Graph passed = passed(model, request, shape);
    long all = (long) labels * 8 * 8 * 8;
    assertThat(passed.nodes().stream().filter(node -> node.shape().size() == all))
        .extracting(Node::name)
        .containsExactly("out");
  }

  private void check(Model model, Request request, Tensor input) {
    List<Explanation> expected = explain(model, "reference", request, input);
    List<Explanation> actual = explain(model, device(), request, input);
    assertThat(actual).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).index()).isEqualTo(expected.get(i).index());
      assertThat(Closeness.relativeNorm(actual.get(i).map(), expected.get(i).map()))
          .isLessThan(5e-6);
      assertThat(actual.get(i).trust().biasTerm())
          .isCloseTo(expected.get(i).trust().biasTerm(), within(1e-4));
    }
  }

  private static List<Explanation> explain(
      Model model, String device, Request request, Tensor input) {
    try (var explainer = new Explainer(model, Backends.named(device), Options.DEFAULT)) {
      return explainer.explain(input, request).maps();
    }
  }

  /** The graph of a request after the passes that backends share. */
  private static Graph passed(Model model, Request request, Shape input) {
    try (var explainer = new Explainer(model, Backends.named("reference"), Options.DEFAULT)) {
      return passed(explainer.graph(request, Map.of("input", input)));
    }
  }

  private static Graph passed(Model model) {
    return passed(model.graph());
  }

  private static Graph passed(Graph graph) {
    return HeadProducts.apply(Simplify.apply(Prune.apply(graph), ClosedForms::values));
  }

  private static List<Tensor> values(Graph constants) {
    try (Program program =
        Backends.named("reference").compile(Prune.apply(constants), Options.DEFAULT)) {
      return program.run(Map.of());
    }
  }

  /** The values that are computed in a run, as large as the layer's and no maps, by name. */
  private static List<String> large(Graph graph) {
    return graph.nodes().stream()
        .filter(node -> !(node.op() instanceof Source) && !(node.op() instanceof Movement.Reshape))
        .filter(node -> !(node.op() instanceof Movement.Flatten))
        .filter(node -> !(node.op() instanceof Linear.MatMul))
        .filter(node -> node.shape().size() >= CHANNELS * 8 * 8 * 8)
        .map(Node::name)
        .toList();
  }
}
