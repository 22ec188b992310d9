package voxcam.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.check.GradCheck;
import voxcam.golden.Closeness;
import voxcam.grad.Case;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/**
 * The nine things that must hold on every backend and that no other program is needed to know. One
 * class for each backend has them all.
 */
interface Parity {
  int CELLS = 120;
  int CHANNELS = 4;
  int LABELS = 3;
  Request BOTH = Request.of(new Target.Index(1)).by(new HiResCam(), new GradCam());

  /** Which backend. */
  String device();

  /** What rounding may change, relative to what was added up. */
  default double rounding() {
    return device().equals("reference") ? 1e-12 : 2e-6;
  }

  /** 1. Behind flatten and one linear layer the map and the bias are the score. */
  @Test
  default void one_flattenAndLinear() {
    Flat net = new Flat(51);
    Explained explained = explain(net.model, BOTH.atLayers("last"), net.input);
    double[] map = explained.maps().get(0).map().doubles();
    double score = explained.logits().doubles()[1];
    assertThat(sum(map) + net.bias[1]).isCloseTo(score, within(rounding() * magnitude(map)));
  }

  /** 2. Behind averaging and one linear layer HiResCAM, Grad-CAM and CAM / N are one map. */
  @Test
  default void two_averageAndLinear() {
    TinyNet net = TinyNet.of(52);
    Node last = net.layer("last", net.input, CHANNELS);
    Model model = net.model(net.linear("fc", net.average(last), LABELS), Task.MULTILABEL);
    Tensor input = net.values(TinyNet.INPUT);
    double[] activation = activation(model, last, input);
    double[] weight = constant(model, "fc.w");
    double[] cam = new double[CELLS];
    for (int i = 0; i < activation.length; i++) {
      cam[i % CELLS] += weight[CHANNELS + i / CELLS] * activation[i] / CELLS;
    }
    Tensor expected = Tensor.of(Shape.of(6, 5, 4), cam);
    for (Explanation map : explain(model, BOTH.atLayers("last"), input).maps()) {
      assertThat(Closeness.relativeNorm(map.map(), expected)).isLessThan(rounding());
    }
  }

  static List<Case> operations() {
    return Case.all();
  }

  /** 3. Every operation's gradient is its central difference. */
  @ParameterizedTest
  @MethodSource("operations")
  default void three_centralDifferences(Case each) {
    GradCheck check = new GradCheck(7, backend());
    GradCheck.Result result = check.first(check.weighted(each.op(), each.inputs(), each.fixed()));
    assertThat(result.error()).isLessThan(device().equals("reference") ? 1e-8 : 2e-4);
  }

  /** 4. Grad-CAM's sum is HiResCAM's less N times the covariances of gradient and activation. */
  @Test
  default void four_covariance() {
    Flat net = new Flat(54);
    List<Explanation> maps = explain(net.model, BOTH.atLayers("last"), net.input).maps();
    double covariances = 0;
    for (int k = 0; k < CHANNELS; k++) {
      double[] a = Arrays.copyOfRange(net.activation, k * CELLS, (k + 1) * CELLS);
      double[] g = net.row(1, k);
      double products = IntStream.range(0, CELLS).mapToDouble(p -> a[p] * g[p]).sum();
      covariances += products - sum(a) * sum(g) / CELLS;
    }
    double hires = sum(maps.get(0).map().doubles());
    double pooled = sum(maps.get(1).map().doubles());
    double terms = magnitude(maps.get(0).map().doubles());
    assertThat(pooled).isCloseTo(hires - covariances, within(rounding() * terms));
  }

  /**
   * 5. Weights of random sign at each position: Grad-CAM lights cells whose share of the score is
   * negative, HiResCAM gives every cell its share.
   */
  @Test
  default void five_signsFlipped() {
    Flat net = new Flat(55);
    List<Explanation> maps = explain(net.model, BOTH.atLayers("last"), net.input).maps();
    double[] hires = maps.get(0).map().doubles();
    double[] pooled = maps.get(1).map().doubles();
    int wrong = 0;
    for (int p = 0; p < CELLS; p++) {
      double share = 0;
      for (int k = 0; k < CHANNELS; k++) {
        share += net.row(1, k)[p] * net.activation[k * CELLS + p];
      }
      assertThat(hires[p]).isCloseTo(share, within(1e-5));
      boolean opposed = Math.abs(share) > 1e-3 && share * pooled[p] < -1e-6;
      wrong += opposed ? 1 : 0;
    }
    assertThat(wrong).isGreaterThan(CELLS / 10);
  }

  /** 6. Behind any piecewise linear part the biases complete the score. */
  @ParameterizedTest
  @ValueSource(strings = {"early", "middle", "sum"})
  default void six_piecewiseLinear(String layer) {
    TinyNet net = TinyNet.of(56);
    Node early = net.layer("early", net.input, CHANNELS);
    Node middle = net.layer("middle", early, CHANNELS);
    Node sum = net.builder.add("sum", new Binary(Binary.Kind.Add), middle, early);
    Node clipped = net.builder.add("clip", new Unary.Clip(-0.2, 1.5), net.conv("mix", sum, 3, 3));
    Model model = net.model(net.linear("fc", net.flat(clipped), 2), Task.MULTICLASS);
    Trust trust = explain(model, BOTH.atLayers(layer), net.values(TinyNet.INPUT)).first().trust();
    assertThat(trust.breaking()).isEmpty();
    assertThat(trust.biasTerm()).isNotZero();
    double terms =
        Math.abs(trust.mapSum()) + Math.abs(trust.biasTerm()) + Math.abs(trust.bypassTerm());
    assertThat(Math.abs(trust.residual())).isLessThan(5 * rounding() * Math.max(1, terms));
  }

  /** 7. A score over no voxels has a map of zeros. */
  @Test
  default void seven_emptySetOfVoxels() {
    TinyNet net = TinyNet.of(57);
    Node logits = net.conv("out", net.layer("layer", net.input, 3), 2, 1);
    Model model = net.model(logits, Task.SEGMENTATION);
    Voxels none = new Voxels.Region(Tensor.filled(Shape.of(6, 5, 4), 0));
    Request request = BOTH.by(Method.all().toArray(Method[]::new)).atLayers("layer").over(none);
    for (Explanation map : explain(model, request, net.values(TinyNet.INPUT)).maps()) {
      assertThat(map.map().doubles()).as(map.method().title()).containsOnly(0);
      assertThat(map.voxels()).hasValue(0);
    }
  }

  /** 8. A hot block comes back at its world coordinate, however the volume's axes run. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  default void eight_axes(long seed, @TempDir Path folder) {
    Random random = new Random(seed);
    int[] size = {12, 15, 18};
    int[] hot = {3 + random.nextInt(7), 3 + random.nextInt(9), 3 + random.nextInt(12)};
    double[][] rows = new double[3][4];
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2));
    Collections.shuffle(order, random);
    for (int axis = 0; axis < 3; axis++) {
      rows[order.get(axis)][axis] = (random.nextBoolean() ? 1 : -1) * (1 + random.nextDouble());
      rows[axis][3] = 50 * random.nextGaussian();
    }
    Grid grid = Grid.of(size, Affine.of(rows));
    float[] voxels = new float[grid.length()];
    for (int i = 0; i < 27; i++) {
      int x = hot[0] - 1 + i / 9;
      int y = hot[1] - 1 + i / 3 % 3;
      int z = hot[2] - 1 + i % 3;
      voxels[(x * size[1] + y) * size[2] + z] = 100;
    }
    Recipe recipe =
        Recipe.parse(
            "[{\"step\":\"orient\",\"codes\":\"RAS\"},{\"step\":\"crop_or_pad\",\"shape\":[20,20,20],\"value\":0}]");
    Prepared prepared = recipe.apply(Volume.of("block", grid, 1, voxels));
    TinyNet net = new TinyNet(58, prepared.input().shape());
    Node layer = net.builder.add("layer", new Unary.Relu(), net.input);
    Model model = net.model(net.linear("fc", net.average(layer), 1), Task.MULTILABEL);
    Explanation map =
        explain(model, Request.of(new Target.Index(0)).atLayers("layer"), prepared.input()).first();
    float sign = Math.signum((float) constant(model, "fc.w")[0]);
    float[] values = map.map().floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= sign;
    }
    Tensor raw = Tensor.of(map.map().shape(), values);
    Path file = folder.resolve("map.nii.gz");
    Nifti.write(file, prepared.back(Display.of(raw, prepared.grid()).map()));
    assertThat(centre(Nifti.read(file)))
        .containsExactly(grid.world(hot[0], hot[1], hot[2]), within(1e-3));
  }

  /** 9. A batch of two with different labels is two batches of one. */
  @Test
  default void nine_labelsOfABatch() {
    TinyNet net = new TinyNet(59, Shape.of(2, 1, 6, 5, 4));
    Node logits = net.linear("fc", net.flat(net.layer("last", net.input, CHANNELS)), LABELS);
    Model two = net.model(logits, Task.MULTICLASS);
    Tensor input = net.values(Shape.of(2, 1, 6, 5, 4));
    List<Method> methods = Method.all();
    Voxels predicted = new Voxels.Predicted();
    Target each = new Target.PerSample(List.of(2, 0));
    Request request = new Request(List.of(each), List.of("last"), methods, predicted);
    List<Explanation> both = explain(two, request, input).maps();
    TinyNet same = TinyNet.of(59);
    Node logit = same.linear("fc", same.flat(same.layer("last", same.input, CHANNELS)), LABELS);
    Model one = same.model(logit, Task.MULTICLASS);
    for (int sample = 0; sample < 2; sample++) {
      Target own = new Target.Index(sample == 0 ? 2 : 0);
      float[] part = Arrays.copyOfRange(input.floats(), sample * CELLS, (sample + 1) * CELLS);
      Request alone = new Request(List.of(own), List.of("last"), methods, predicted);
      List<Explanation> maps = explain(one, alone, Tensor.of(TinyNet.INPUT, part)).maps();
      for (int m = 0; m < maps.size(); m++) {
        double[] values = both.get(m).map().doubles();
        double[] mine = Arrays.copyOfRange(values, sample * CELLS, (sample + 1) * CELLS);
        Tensor map = Tensor.of(maps.get(m).map().shape(), mine);
        assertThat(Closeness.relativeNorm(map, maps.get(m).map())).isLessThan(5 * rounding());
      }
    }
  }

  /** A layer behind which stand flatten and one linear layer. */
  final class Flat {
    private final Model model;
    private final Tensor input;
    private final double[] activation;
    private final double[] weight;
    private final double[] bias;

    Flat(long seed) {
      TinyNet net = TinyNet.of(seed);
      Node last = net.layer("last", net.input, CHANNELS);
      model = net.model(net.linear("fc", net.flat(last), LABELS), Task.MULTILABEL);
      input = net.values(TinyNet.INPUT);
      activation = activation(model, last, input);
      weight = constant(model, "fc.w");
      bias = constant(model, "fc.b");
    }

    /** The weights of a label for a channel. */
    double[] row(int label, int channel) {
      int from = (label * CHANNELS + channel) * CELLS;
      return Arrays.copyOfRange(weight, from, from + CELLS);
    }
  }

  private Backend backend() {
    return Backends.named(device());
  }

  private Explained explain(Model model, Request request, Tensor input) {
    try (Explainer explainer = new Explainer(model, backend(), Options.DEFAULT)) {
      return explainer.explain(input, request);
    }
  }

  private static double[] constant(Model model, String name) {
    return ((Source.Constant) model.graph().node(name).op()).value().doubles();
  }

  private static double[] activation(Model model, Node layer, Tensor input) {
    var builder = GraphBuilder.extending(model.graph());
    try (var program =
        Backends.named("reference").compile(builder.build(List.of(layer)), Options.DEFAULT)) {
      return program.run(Map.of("input", input)).get(0).doubles();
    }
  }

  private static double sum(double... values) {
    return Arrays.stream(values).sum();
  }

  private static double magnitude(double... values) {
    return Arrays.stream(values).map(Math::abs).sum();
  }

  /** The world coordinate of the centre of all that is hot. */
  private static double[] centre(Volume volume) {
    Grid grid = volume.grid();
    double[] sums = new double[3];
    double total = 0;
    for (int x = 0; x < grid.size(0); x++) {
      for (int y = 0; y < grid.size(1); y++) {
        for (int z = 0; z < grid.size(2); z++) {
          double[] world = grid.world(x, y, z);
          double value = volume.value(x, y, z);
          total += value;
          for (int axis = 0; axis < 3; axis++) {
            sums[axis] += value * world[axis];
          }
        }
      }
    }
    return new double[] {sums[0] / total, sums[1] / total, sums[2] / total};
  }
}
