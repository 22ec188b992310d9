package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.golden.Closeness;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/**
 * What must hold for any network of a kind, whatever its weights: no other program is needed to
 * know it.
 */
class InvariantsTest {
  private static final Request BOTH =
      Request.of(new Target.Index(1)).by(new HiResCam(), new GradCam());

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void behindFlattenAndOneLinearLayerTheMapAndTheBiasAreTheScore(String backend) {
    TinyNet net = TinyNet.of(1);
    Model model =
        net.model(net.linear("fc", net.flat(net.layer("last", net.input, 5)), 3), Task.MULTILABEL);
    Explanation map = explain(model, backend, BOTH.atLayers("last")).first();
    assertThat(map.trust().guaranteed()).isTrue();
    assertThat(map.trust().coincide()).isFalse();
    assertThat(map.trust().breaking()).isEmpty();
    assertThat(map.trust().relativeResidual()).isLessThan(1e-5);
    double bias =
        model.graph().node("fc.b").op() instanceof Source.Constant(var b) ? b.doubles()[1] : 0;
    assertThat(map.trust().biasTerm()).isCloseTo(bias, within(1e-6));
    assertThat(map.trust().bypassTerm()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void behindGlobalAveragingBothMethodsAreTheSameMap(String backend) {
    TinyNet net = TinyNet.of(2);
    Model model =
        net.model(
            net.linear("fc", net.average(net.layer("last", net.input, 5)), 3), Task.MULTILABEL);
    List<Explanation> maps = explain(model, backend, BOTH.atLayers("last")).maps();
    assertThat(Closeness.relativeNorm(maps.get(1).map(), maps.get(0).map())).isLessThan(1e-5);
    assertThat(maps).allMatch(map -> map.trust().coincide() && map.trust().guaranteed());
    assertThat(maps.get(0).trust().relativeResidual()).isLessThan(1e-5);
  }

  @Test
  void gradCamLosesTheCovarianceOfGradientAndActivation() {
    TinyNet net = TinyNet.of(3);
    Node last = net.layer("last", net.input, 4);
    Node fc = net.linear("fc", net.flat(last), 2);
    Model model = net.model(fc, Task.MULTILABEL);
    Tensor input = net.values(TinyNet.INPUT);
    List<Explanation> maps = explain(model, "reference", BOTH.atLayers("last"), input).maps();
    double[] weight = constant(model, "fc.w");
    double[] activation = run(model, last, input);
    int cells = activation.length / 4;
    double covariance = 0;
    for (int k = 0; k < 4; k++) {
      double both = 0;
      double w = 0;
      double a = 0;
      for (int p = 0; p < cells; p++) {
        double g = weight[activation.length + k * cells + p];
        both += g * activation[k * cells + p];
        w += g;
        a += activation[k * cells + p];
      }
      covariance += both - w * a / cells;
    }
    double difference = maps.get(0).trust().mapSum() - maps.get(1).trust().mapSum();
    assertThat(difference).isCloseTo(covariance, within(1e-9));
  }

  /** The case of README: weights that cancel in the mean still light up where they were. */
  @Test
  void gradCamLightsACellThatSpeaksAgainstTheLabel() {
    TinyNet net = new TinyNet(4, Shape.of(1, 1, 1, 1, 4));
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Node weight = net.builder.constant("w", Tensor.of(Shape.of(1, 4), 3f, 2f, -1f, -1f));
    Node logit = net.builder.add("fc", new Linear.Gemm(1, 1, false, true), net.flat(layer), weight);
    Model model = net.model(logit, Task.MULTILABEL);
    Tensor input = Tensor.of(Shape.of(1, 1, 1, 1, 4), 0f, 1f, 2f, 0f);
    Request request =
        new Request(
            List.of(new Target.Index(0)), List.of("layer"), Method.all(), new Voxels.Predicted());
    List<Explanation> maps = explain(model, "cpu", request, input).maps();
    assertThat(maps).hasSize(6);
    assertThat(maps.get(0).map().floats()).containsExactly(0f, 2f, -2f, 0f);
    assertThat(maps.get(1).map().floats()).containsExactly(0f, 0.75f, 1.5f, 0f);
    // 3 / (2 + 3 * 3) + 2 / (2 + 2 * 3) is the weight of Grad-CAM++.
    float channel = 3f / 11 + 2f / 8;
    assertThat(maps.get(2).map().floats())
        .containsExactly(new float[] {0, channel, 2 * channel, 0}, within(1e-6f));
    // Its one channel has gradients 2 * 1 + -1 * 2 = 0 by activation, so no weight.
    assertThat(maps.get(3).map().floats()).containsExactly(0f, 0f, 0f, 0f);
    assertThat(maps.get(4).map().floats()).containsExactly(0f, 2f, 0f, 0f);
    assertThat(maps.get(5).map().floats()).containsExactly(0f, 2f, 0f, 0f);
  }

  /** Each channel keeps its sum, so what HiResCAM explains in all XGrad-CAM explains in all. */
  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void xGradCamHasTheSumOfHiResCam(String backend) {
    TinyNet net = TinyNet.of(21);
    Node fc = net.linear("fc", net.flat(net.layer("last", net.input, 4)), 2);
    Request request = BOTH.by(new HiResCam(), new XGradCam()).atLayers("last");
    List<Explanation> maps = explain(net.model(fc, Task.MULTILABEL), backend, request).maps();
    assertThat(maps.get(1).trust().mapSum()).isCloseTo(maps.get(0).trust().mapSum(), within(1e-5));
    assertThat(Closeness.relativeNorm(maps.get(1).map(), maps.get(0).map())).isGreaterThan(0.1);
    assertThat(maps.get(1).trust().guaranteed()).isFalse();
    assertThat(maps.get(1).trust().reason()).startsWith("XGrad-CAM spreads");
    assertThat(maps.get(1).trust().relativeResidual()).isLessThan(1e-5);
  }

  @Test
  void xGradCamWeighsPositionsByTheirActivation() {
    TinyNet net = new TinyNet(23, Shape.of(1, 1, 1, 1, 3));
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Node weight = net.builder.constant("w", Tensor.of(Shape.of(1, 3), 4f, -1f, 9f));
    Node logit = net.builder.add("fc", new Linear.Gemm(1, 1, false, true), net.flat(layer), weight);
    Request request = Request.of(new Target.Index(0)).by(new XGradCam()).atLayers("layer");
    Tensor input = Tensor.of(Shape.of(1, 1, 1, 1, 3), 3f, 2f, 0f);
    Model model = net.model(logit, Task.MULTILABEL);
    // (4 * 3 - 1 * 2) / (3 + 2) = 2
    assertThat(explain(model, "cpu", request, input).first().map().floats())
        .containsExactly(6f, 4f, 0f);
  }

  @Test
  void aChannelWithoutActivationHasNoWeight() {
    TinyNet net = new TinyNet(22, Shape.of(1, 2, 1, 1, 2));
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Node fc = net.linear("fc", net.flat(layer), 1);
    Request request =
        Request.of(new Target.Index(0)).by(Method.all().toArray(Method[]::new)).atLayers("layer");
    Tensor input = Tensor.of(Shape.of(1, 2, 1, 1, 2), -1f, -2f, 1f, 2f);
    for (Explanation map : explain(net.model(fc, Task.MULTILABEL), "cpu", request, input).maps()) {
      assertThat(map.map().floats()).doesNotContain(Float.NaN);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 7, 8})
  void behindAnyPiecewiseLinearPartTheBiasesCompleteTheScore(long seed) {
    TinyNet net = TinyNet.of(seed);
    Node early = net.layer("early", net.input, 4);
    Node middle = net.layer("middle", early, 4);
    Node sum = net.builder.add("sum", new Binary(Binary.Kind.Add), middle, early);
    Node clipped = net.builder.add("clip", new Unary.Clip(-0.2, 1.5), net.conv("mix", sum, 3, 3));
    Node gate =
        net.builder.add("gate", new Unary.HardSigmoid(0.3, 0.4), net.conv("mix2", clipped, 2, 1));
    Model model = net.model(net.linear("fc", net.flat(gate), 2), Task.MULTICLASS);
    Request request = BOTH.by(new HiResCam());
    for (String layer : List.of("early", "middle", "sum", "clip")) {
      Trust trust = explain(model, "reference", request.atLayers(layer)).first().trust();
      assertThat(trust.breaking()).as(layer).isEmpty();
      assertThat(Math.abs(trust.residual())).as(layer).isLessThan(1e-12);
      assertThat(trust.guaranteed()).isFalse();
      assertThat(trust.bypassTerm() != 0)
          .as("%s is passed by", layer)
          .isEqualTo(layer.equals("middle"));
    }
  }

  @Test
  void aSigmoidGateIsNamedAndTheResidualShows() {
    TinyNet net = TinyNet.of(9);
    Node layer = net.layer("layer", net.input, 4);
    Node gate = net.builder.add("se.gate", new Unary.Sigmoid(), net.conv("se.conv", layer, 4, 1));
    Node scaled = net.builder.add("se.scale", new Binary(Binary.Kind.Mul), layer, gate);
    Model model = net.model(net.linear("fc", net.flat(scaled), 2), Task.MULTICLASS);
    Trust trust = explain(model, "cpu", BOTH.atLayers("layer")).first().trust();
    assertThat(trust.breaking()).containsExactly("se.gate (Sigmoid)", "se.scale (Mul)");
    assertThat(trust.relativeResidual()).isGreaterThan(1e-3);
    assertThat(trust.guaranteed()).isFalse();
    assertThat(trust.reason()).contains("se.gate");
  }

  @Test
  void anEmptySetOfVoxelsGivesAMapOfZerosThatSaysWhy() {
    TinyNet net = TinyNet.of(10);
    Node logits = net.conv("out", net.layer("layer", net.input, 3), 2, 1);
    Model model = net.model(logits, Task.SEGMENTATION);
    Request request =
        BOTH.atLayers("layer").over(new Voxels.Region(Tensor.filled(Shape.of(6, 5, 4), 0)));
    Explanation map = explain(model, "cpu", request).first();
    assertThat(map.map().floats()).containsOnly(0f);
    assertThat(map.voxels()).hasValue(0);
    assertThat(map.trust().empty()).hasValueSatisfying(why -> assertThat(why).contains("no voxel"));
  }

  @Test
  void aRegionOfOneVoxelExplainsThatVoxelsLogit() {
    TinyNet net = TinyNet.of(11);
    Node logits = net.conv("out", net.layer("layer", net.input, 3), 2, 1);
    Model model = net.model(logits, Task.SEGMENTATION);
    Tensor input = net.values(TinyNet.INPUT);
    float[] mask = new float[120];
    mask[37] = 1;
    Request request =
        BOTH.atLayers("layer").over(new Voxels.Region(Tensor.of(Shape.of(6, 5, 4), mask)));
    Explained explained = explain(model, "cpu", request, input);
    Explanation map = explained.first();
    assertThat(map.score()).isCloseTo(explained.logits().floats()[120 + 37], within(1e-6));
    assertThat(map.voxels()).hasValue(1);
    for (int p = 0; p < 120; p++) {
      assertThat(map.map().floats()[p] != 0).isEqualTo(p == 37 && map.map().floats()[37] != 0);
    }
    assertThat(map.trust().relativeResidual()).isLessThan(1e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void aBatchWithTwoTargetsIsTwoBatchesOfOne(String backend) {
    TinyNet net = new TinyNet(12, Shape.of(2, 1, 6, 5, 4));
    Node logits = net.linear("fc", net.flat(net.layer("last", net.input, 4)), 3);
    Model two = net.model(logits, Task.MULTICLASS);
    Tensor input = net.values(Shape.of(2, 1, 6, 5, 4));
    Request request =
        new Request(
            List.of(new Target.PerSample(List.of(2, 0))),
            List.of("last"),
            Method.all(),
            new Voxels.Predicted());
    List<Explanation> both = explain(two, backend, request, input).maps();
    TinyNet same = TinyNet.of(12);
    Model one =
        same.model(
            same.linear("fc", same.flat(same.layer("last", same.input, 4)), 3), Task.MULTICLASS);
    for (int sample = 0; sample < 2; sample++) {
      float[] part = Arrays.copyOfRange(input.floats(), sample * 120, sample * 120 + 120);
      Request alone = BOTH.atLayers("last").by(Method.all().toArray(Method[]::new));
      Request wanted =
          new Request(
              List.of(new Target.Index(sample == 0 ? 2 : 0)),
              alone.layers(),
              alone.methods(),
              alone.voxels());
      List<Explanation> maps = explain(one, backend, wanted, Tensor.of(TinyNet.INPUT, part)).maps();
      assertThat(maps).hasSize(Method.all().size()).hasSameSizeAs(both);
      for (int m = 0; m < maps.size(); m++) {
        float[] values = both.get(m).map().floats();
        float[] own = Arrays.copyOfRange(values, sample * 120, sample * 120 + 120);
        assertThat(Closeness.relativeNorm(Tensor.of(Shape.of(120), own), maps.get(m).map()))
            .isLessThan(1e-5);
      }
    }
  }

  @Test
  void theBestLabelsComeFirstAndAllLabelsShareOneForwardPass() {
    TinyNet net = TinyNet.of(13);
    Model model =
        net.model(net.linear("fc", net.flat(net.layer("last", net.input, 4)), 5), Task.MULTICLASS);
    Tensor input = net.values(TinyNet.INPUT);
    Request top =
        new Request(
            List.of(new Target.Top(3)),
            List.of("last"),
            List.of(new HiResCam()),
            new Voxels.Predicted());
    Explained best = explain(model, "cpu", top, input);
    Request each =
        new Request(
            List.of(new Target.All()),
            List.of("last"),
            List.of(new HiResCam()),
            new Voxels.Predicted());
    Explained all = explain(model, "cpu", each, input);
    List<Explanation> sorted =
        all.maps().stream()
            .sorted((a, b) -> Double.compare(b.score(), a.score()))
            .limit(3)
            .toList();
    for (int i = 0; i < 3; i++) {
      assertThat(best.maps().get(i).target()).isEqualTo(sorted.get(i).target());
      assertThat(Closeness.relativeNorm(best.maps().get(i).map(), sorted.get(i).map()))
          .isLessThan(1e-5);
    }
    assertThat(all.cost().forwardFlops()).isEqualTo(best.cost().forwardFlops());
    assertThat(all.cost().gradientFlops()).isLessThan(all.cost().forwardFlops());
  }

  @Test
  void segmentationLabelsAreRankedByTheirVoxels() {
    TinyNet net = TinyNet.of(14);
    Model model =
        net.model(net.conv("out", net.layer("layer", net.input, 4), 4, 3), Task.SEGMENTATION);
    Tensor input = net.values(TinyNet.INPUT);
    Request top =
        new Request(
            List.of(new Target.Top(4)),
            List.of("layer"),
            List.of(new HiResCam()),
            new Voxels.Predicted());
    Explained best = explain(model, "cpu", top, input);
    assertThat(best.maps().stream().mapToLong(map -> map.voxels().getAsLong()).sum())
        .isEqualTo(120);
    assertThat(best.maps())
        .isSortedAccordingTo(
            (a, b) -> Long.compare(b.voxels().getAsLong(), a.voxels().getAsLong()));
    Explanation first = best.first();
    Request own =
        new Request(
            List.of(new Target.Index(first.index())),
            List.of("layer"),
            List.of(new HiResCam()),
            new Voxels.Predicted());
    Explanation fixed = explain(model, "cpu", own, input).first();
    assertThat(Closeness.relativeNorm(first.map(), fixed.map())).isLessThan(1e-5);
    assertThat(first.score()).isCloseTo(fixed.score(), within(1e-4));
  }

  private static double[] constant(Model model, String name) {
    return ((Source.Constant) model.graph().node(name).op()).value().doubles();
  }

  private static double[] run(Model model, Node node, Tensor input) {
    var builder = GraphBuilder.extending(model.graph());
    try (var program =
        Backends.named("reference").compile(builder.build(List.of(node)), Options.DEFAULT)) {
      return program.run(Map.of("input", input)).get(0).doubles();
    }
  }

  private static Explained explain(Model model, String backend, Request request) {
    return explain(model, backend, request, TinyNet.of(99).values(TinyNet.INPUT));
  }

  private static Explained explain(Model model, String backend, Request request, Tensor input) {
    try (Explainer explainer = new Explainer(model, Backends.named(backend), Options.DEFAULT)) {
      return explainer.explain(input, request);
    }
  }
}
