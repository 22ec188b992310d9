package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Requests, what is refused, and many threads at once. */
class ExplainerTest {
  private static final Request FIRST =
      Request.of(new Target.Index(0)).by(new HiResCam(), new GradCam());

  @Test
  void manyThreadsGetTheSameBits() throws Exception {
    Model model = classifier(TinyNet.of(1));
    List<Tensor> inputs = new ArrayList<>();
    List<float[]> expected = new ArrayList<>();
    try (Explainer explainer = Explainer.of(model);
        ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (int i = 0; i < 4; i++) {
        inputs.add(TinyNet.of(100 + i).values(TinyNet.INPUT));
        expected.add(explainer.explain(inputs.get(i), FIRST).first().map().floats());
      }
      List<Future<float[]>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Tensor input = inputs.get(i % 4);
        answers.add(threads.submit(() -> explainer.explain(input, FIRST).first().map().floats()));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).containsExactly(expected.get(i % 4));
      }
    }
  }

  @Test
  void closingLetsRunningExplanationsFinishAndRefusesLaterOnes() throws Exception {
    Model model = classifier(TinyNet.of(2));
    Tensor input = TinyNet.of(3).values(TinyNet.INPUT);
    for (int round = 0; round < 20; round++) {
      Explainer explainer = Explainer.of(model);
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        List<Future<Explained>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          running.add(threads.submit(() -> explainer.explain(input, FIRST)));
        }
        explainer.close();
        for (Future<Explained> answer : running) {
          try {
            assertThat(answer.get().maps()).hasSize(2);
          } catch (ExecutionException e) {
            assertThat(e.getCause()).hasMessage("explainer: it was closed");
          }
        }
      }
      assertThatThrownBy(() -> explainer.explain(input, FIRST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("explainer: it was closed");
    }
  }

  @Test
  void moreKindsOfRequestsThanProgramsAreKeptGiveTheSameAnswersAgain() {
    TinyNet net = TinyNet.of(4);
    Model model = classifier(net);
    Tensor input = net.values(TinyNet.INPUT);
    try (Explainer explainer = Explainer.of(model)) {
      List<float[]> once = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        for (int kind = 0; kind < 6; kind++) {
          Request request =
              new Request(
                  List.of(new Target.Index(kind % 3)),
                  List.of(kind < 3 ? "last" : "last.conv"),
                  Method.all(),
                  new Voxels.Predicted());
          float[] map = explainer.explain(input, request).first().map().floats();
          if (round == 0) {
            once.add(map);
          } else {
            assertThat(map).containsExactly(once.get(kind));
          }
        }
      }
    }
  }

  @Test
  void aFailedRequestIsRefusedAgainAndHarmsNoOther() {
    TinyNet net = TinyNet.of(5);
    Model model = classifier(net);
    Tensor input = net.values(TinyNet.INPUT);
    try (Explainer explainer = Explainer.of(model)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> explainer.explain(input, FIRST.atLayers("lst")))
            .isInstanceOf(InputException.class)
            .hasMessageStartingWith("layer lst: the network has none of this name; ")
            .hasMessageContaining("last");
        assertThatThrownBy(() -> explainer.explain(input, FIRST.atLayers("fc")))
            .isInstanceOf(InputException.class)
            .hasMessageContaining("has no positions to map");
      }
      assertThat(explainer.explain(input, FIRST).maps()).hasSize(2);
    }
  }

  @Test
  void inputsAreToldApartByTheirNames() {
    TinyNet net = new TinyNet(6, Shape.of(1, 1, 4, 4, 4));
    Node other = net.builder.input("other", Shape.of(1, 1, 2, 4, 4));
    Node both =
        net.builder.add(
            new Movement.Concat(2), net.layer("a", net.input, 2), net.layer("b", other, 2));
    Model model = net.model(net.linear("fc", net.flat(both), 2), Task.MULTICLASS);
    Tensor large = net.values(Shape.of(1, 1, 4, 4, 4));
    Tensor small = net.values(Shape.of(1, 1, 2, 4, 4));
    Map<String, Tensor> given = new LinkedHashMap<>();
    given.put("input", large);
    given.put("other", small);
    Map<String, Tensor> turned = new LinkedHashMap<>();
    turned.put("other", small);
    turned.put("input", large);
    try (Explainer explainer = Explainer.of(model)) {
      Request request = FIRST.atLayers("a");
      assertThat(explainer.explain(turned, request).first().map().floats())
          .containsExactly(explainer.explain(given, request).first().map().floats());
      assertThatThrownBy(() -> explainer.explain(large, request))
          .hasMessage("model: takes the inputs input, other; give each by its name");
    }
  }

  @Test
  void averagesThatAreNotOverEverythingDoNotMakeTheMethodsCoincide() {
    Shape odd = Shape.of(1, 1, 5, 5, 5);
    TinyNet halved = new TinyNet(7, odd);
    Node layer = halved.layer("last", halved.input, 3);
    Regions two = new Regions.Sliding(Window.cube(3, 2, 2, 0, 1), false);
    Node pooled = halved.builder.add(new Pool.Average(two, false), layer);
    assertNotCoincident(halved, halved.average(pooled));

    TinyNet cornered = new TinyNet(8, odd);
    Regions four = new Regions.Sliding(Window.cube(3, 4, 4, 0, 1), false);
    Node corner =
        cornered.builder.add(
            new Pool.Average(four, false), cornered.layer("last", cornered.input, 3));
    assertNotCoincident(cornered, cornered.flat(corner));

    TinyNet turned = new TinyNet(9, odd);
    Node transposed =
        turned.builder.add(
            new Movement.Transpose(List.of(0, 2, 1, 3, 4)), turned.layer("last", turned.input, 3));
    assertNotCoincident(turned, turned.average(transposed));
  }

  private static void assertNotCoincident(TinyNet net, Node features) {
    Model model = net.model(net.linear("fc", features, 2), Task.MULTICLASS);
    List<Explanation> maps =
        explain(model, net.values(Shape.of(1, 1, 5, 5, 5)), FIRST.atLayers("last")).maps();
    assertThat(maps.get(0).trust().guaranteed()).isTrue();
    assertThat(maps.get(0).trust().relativeResidual()).isLessThan(1e-5);
    assertThat(maps.get(1).trust().guaranteed()).isFalse();
    assertThat(maps.get(1).trust().reason()).startsWith("Grad-CAM averages the gradient");
    assertThat(maps).noneMatch(map -> map.trust().coincide());
    assertThat(maps.get(1).map().floats()).isNotEqualTo(maps.get(0).map().floats());
  }

  @Test
  void aDropoutBeforeTheAverageChangesNothing() {
    TinyNet net = TinyNet.of(10);
    Node dropped = net.builder.add(new Movement.Dropout(), net.layer("last", net.input, 3));
    Model model = net.model(net.linear("fc", net.average(dropped), 2), Task.MULTICLASS);
    assertThat(explain(model, net.values(TinyNet.INPUT), FIRST.atLayers("last")).maps())
        .allMatch(map -> map.trust().coincide());
  }

  @Test
  void valuesThatAClipLeavesOnItsBoundCountAsItsBias() {
    TinyNet net = TinyNet.of(11);
    Node once = net.builder.add("once", new Unary.Clip(0, 0.5), net.conv("conv", net.input, 3, 3));
    Node twice = net.builder.add("twice", new Unary.Clip(0, 0.5), net.layer("l", once, 3));
    Node again = net.builder.add("again", new Unary.Clip(0, 0.5), twice);
    Model model = net.model(net.linear("fc", net.flat(again), 2), Task.MULTICLASS);
    for (String layer : List.of("conv", "once", "twice")) {
      Trust trust =
          explain(model, net.values(TinyNet.INPUT), FIRST.atLayers(layer)).first().trust();
      assertThat(trust.relativeResidual()).as(layer).isLessThan(1e-5);
    }
  }

  @Test
  void slabsAreAnAxisOfSpaceForBothMethods() {
    TinyNet net = new TinyNet(12, Shape.of(3, 1, 1, 4, 4));
    Node layer = net.layer("last", net.input, 2);
    Node together = net.builder.add(new Movement.Reshape(List.of(1, -1)), layer);
    Model model = net.model(net.linear("fc", together, 2), Task.MULTICLASS);
    Tensor input = net.values(Shape.of(3, 1, 1, 4, 4));
    List<Explanation> maps = explain(model, input, FIRST.atLayers("last")).maps();
    assertThat(maps.get(0).map().shape()).isEqualTo(Shape.of(3, 1, 4, 4));
    assertThat(maps.get(0).trust().relativeResidual()).isLessThan(1e-5);
    double[] weight = ((Source.Constant) model.graph().node("fc.w").op()).value().doubles();
    double[] mean = new double[2];
    for (int i = 0; i < 96; i++) {
      mean[i / 16 % 2] += weight[i] / 48;
    }
    Tensor activation = activation(model, layer, input);
    float[] map = maps.get(1).map().floats();
    for (int p = 0; p < 48; p++) {
      int at = p / 16 * 32 + p % 16;
      double expected = mean[0] * activation.floats()[at] + mean[1] * activation.floats()[at + 16];
      assertThat((double) map[p]).isCloseTo(expected, within(1e-5));
    }
  }

  private static Tensor activation(Model model, Node layer, Tensor input) {
    var graph = GraphBuilder.extending(model.graph()).build(List.of(layer));
    try (var program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      return program.run(Map.of("input", input)).get(0);
    }
  }

  @Test
  void targetsOfOneRequestMayRepeat() {
    TinyNet net = TinyNet.of(13);
    Model model =
        net.model(net.conv("out", net.layer("last", net.input, 3), 3, 1), Task.SEGMENTATION);
    Request request =
        new Request(
            List.of(new Target.Top(1), new Target.Top(2), new Target.Index(1)),
            List.of("last"),
            List.of(new HiResCam()),
            new Voxels.Predicted());
    List<Explanation> maps = explain(model, net.values(TinyNet.INPUT), request).maps();
    assertThat(maps).hasSize(4);
    assertThat(maps.get(1).map().floats()).containsExactly(maps.get(0).map().floats());
  }

  @Test
  void aRegionOfOtherSizesIsRefused() {
    TinyNet net = TinyNet.of(14);
    Model model =
        net.model(net.conv("out", net.layer("last", net.input, 3), 3, 1), Task.SEGMENTATION);
    Request request =
        FIRST.atLayers("last").over(new Voxels.Region(Tensor.filled(Shape.of(4, 5, 6), 1)));
    assertThatThrownBy(() -> explain(model, net.values(TinyNet.INPUT), request))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "region: shape is [4,5,6], the model's output has the positions [6, 5, 4]; give a mask of that size");
  }

  @Test
  void emptyMapsSayWhyWithoutClaimingTooMuch() {
    TinyNet net = new TinyNet(16, Shape.of(1, 1, 1, 1, 3));
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Node weight = net.builder.constant("w", Tensor.of(Shape.of(2, 3), -5f, 1f, 1f, -1f, -1f, -1f));
    Node logits =
        net.builder.add("fc", new Linear.Gemm(1, 1, false, true), net.flat(layer), weight);
    Model model = net.model(logits, Task.MULTICLASS);
    Tensor input = Tensor.of(Shape.of(1, 1, 1, 1, 3), 0f, 2f, 0f);
    Request request =
        new Request(
            List.of(new Target.All()),
            List.of("layer"),
            List.of(new HiResCam(), new GradCam(), new LayerCam()),
            new Voxels.Predicted());
    List<Explanation> maps = explain(model, input, request).maps();
    assertThat(maps.get(0).trust().empty()).isEmpty();
    assertThat(maps.get(1).trust().empty())
        .hasValue(
            "no value is above 0, the largest is 0.00; for Grad-CAM this says nothing of the evidence");
    assertThat(maps.get(2).trust().empty()).isEmpty();
    assertThat(maps.get(3).trust().empty())
        .hasValue("all evidence is against: largest raw value 0.00");
    assertThat(maps.get(5).trust().empty())
        .hasValue(
            "no value is above 0, the largest is 0.00; for LayerCAM this says nothing of the evidence");
  }

  @Test
  void aRegionForAClassifierIsRefused() {
    Request request = FIRST.over(new Voxels.Region(Tensor.filled(Shape.of(6, 5, 4), 1)));
    TinyNet net = TinyNet.of(17);
    Tensor input = net.values(TinyNet.INPUT);
    assertThatThrownBy(() -> explain(classifier(net), input, request))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a region is for segmentation");
  }

  /** A backend that nothing should get to. */
  private record Untouched() implements Backend {
    @Override
    public String name() {
      return "untouched";
    }

    @Override
    public int preference() {
      return -1;
    }

    @Override
    public Optional<String> refusal() {
      return Optional.empty();
    }

    @Override
    public String description(Options options) {
      return name();
    }

    @Override
    public Program compile(Graph graph, Options options) {
      throw new AssertionError("compiled a graph that should have been refused");
    }
  }

  @Test
  void inputsOfOtherAxesAreRefusedBeforeAnythingRuns() {
    Model model = classifier(TinyNet.of(1));
    try (Explainer explainer = new Explainer(model, new Untouched(), Options.DEFAULT)) {
      for (Shape shape : List.of(Shape.of(6, 5, 4), Shape.of(1, 6, 5, 4), Shape.of(1, 1, 6, 5))) {
        assertThatThrownBy(() -> explainer.explain(Tensor.filled(shape, 1), FIRST))
            .isInstanceOf(InputException.class)
            .hasMessage("input input: shape is " + shape + ", the network takes [1,1,6,5,4]");
      }
    }
  }

  @Test
  void mapsThatAreNotFiniteAreRefused() {
    TinyNet net = TinyNet.of(15);
    Node scaled =
        net.builder.add(
            new Binary(Binary.Kind.Mul), net.layer("last", net.input, 2), net.builder.scalar(3e38));
    Node total = net.builder.add(new Reduce(Reduce.Kind.Sum, List.of(2, 3, 4), false), scaled);
    Model model = net.model(net.linear("fc", total, 2), Task.MULTICLASS);
    float[] input = new float[120];
    Arrays.fill(input, 1e30f);
    assertThatThrownBy(
            () -> explain(model, Tensor.of(TinyNet.INPUT, input), FIRST.atLayers("last")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("raw values are not finite");
  }

  @Test
  void emptyPartsOfATargetListAreRefused() {
    for (String text : List.of(",", "a,", ",a", "a,,b")) {
      assertThatThrownBy(() -> Target.parseAll(text, List.of("a", "b")))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("empty");
    }
    assertThat(Target.parseAll("a, b", List.of("a", "b"))).hasSize(2);
    assertThatThrownBy(() -> Target.parse("nodul", List.of("nodule", "effusion")))
        .hasMessageContaining("nodule");
  }

  private static Model classifier(TinyNet net) {
    Node last = net.layer("last", net.layer("first", net.input, 4), 4);
    return net.model(net.linear("fc", net.flat(last), 3), Task.MULTILABEL);
  }

  private static Explained explain(Model model, Tensor input, Request request) {
    try (Explainer explainer = Explainer.of(model)) {
      return explainer.explain(input, request);
    }
  }
}
