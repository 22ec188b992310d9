package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Options;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Every way to compute a convolution against plain loops in double, over random geometries. */
final class ConvTest {
  private static final int GEOMETRIES = 80;
  static final float GUARD = 12345;
  static final int GUARDS = 40;

  /** Where rounding may take a sum, as a part of the sum of magnitudes. */
  static final double TOLERANCE = 3e-6;

  static final List<ConvTiles> TILES = List.of(ConvTiles.PREFERRED, new ScalarConvTiles());

  /** Whether plain loops are left out, to which the width of vectors makes no difference. */
  static final boolean VECTORS_ONLY = Boolean.getBoolean("voxcam.test.vectors.only");

  /** The algorithms for plain tensors that keep the bound of plain sums. */
  private enum Algorithm {
    DIRECT,
    PLANAR,
    POINTWISE,
    COLUMNS,
    ROWS,
    ZERO
  }

  /** One convolution with its data. */
  static final class Case {
    final Conv op;
    final List<Shape> shapes;
    final Shape output;
    final float[][] inputs;

    Case(Conv op, List<Shape> shapes, Shape output, float[][] inputs) {
      this.op = op;
      this.shapes = shapes;
      this.output = output;
      this.inputs = inputs;
    }

    @Override
    public String toString() {
      return op + " " + shapes + " -> " + output;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void agreesWithPlainLoops(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int checked = 0;
    for (int i = 0; i < GEOMETRIES; i++) {
      for (Case test : cases(random)) {
        checked += check(test);
      }
    }
    assertThat(checked).isGreaterThan(10 * GEOMETRIES);
  }

  @Test
  void agreesOnPlanesThatDoNotFitTheRing() {
    Window.Axis unit = Window.Axis.UNIT;
    for (int stride = 1; stride <= 2; stride++) {
      Window window = new Window(List.of(new Window.Axis(3, stride, 4, 4, 4), unit, unit));
      Shape x = Shape.of(2, 5, 25, 60, 200);
      Conv op = new Conv.Forward(window, 1);
      check(made(new SplittableRandom(6), op, List.of(x, Shape.of(3, 5, 3, 1, 1))));
    }
  }

  static List<Case> cases(SplittableRandom random) {
    int rank = 1 + random.nextInt(3);
    int groups = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : 1;
    int channels = groups * (1 + random.nextInt(groups == 1 ? 40 : 9));
    int outputs = groups * (1 + random.nextInt(groups == 1 ? 40 : 20));
    int batch = 1 + random.nextInt(2);
    boolean point = random.nextInt(6) == 0;
    List<Window.Axis> axes = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int kernel = point ? 1 : 1 + random.nextInt(random.nextInt(3) == 0 ? 7 : 3);
      int stride = point && random.nextBoolean() ? 1 : 1 + random.nextInt(3);
      int dilation = 1 + random.nextInt(random.nextBoolean() ? 1 : 4);
      int pad = point ? 0 : 4;
      Window.Axis axis =
          new Window.Axis(
              kernel,
              stride,
              pad == 0 ? 0 : random.nextInt(pad),
              pad == 0 ? 0 : random.nextInt(pad),
              dilation);
      axes.add(axis);
      int least = Math.max(1, axis.extent() - axis.padBegin() - axis.padEnd());
      int most = i == rank - 1 ? (rank == 1 ? 90 : 40) : 7;
      sizes.add(least + random.nextInt(most));
    }
    Window window = new Window(axes);
    Shape x = shape(batch, channels, sizes);
    Shape w = shape(outputs, channels / groups, axes.stream().map(Window.Axis::kernel).toList());
    Conv forward = new Conv.Forward(window, groups);
    Shape y = forward.infer(List.of(x, w));
    Shape b = Shape.of(outputs);
    List<Case> cases = new ArrayList<>();
    cases.add(made(random, forward, random.nextBoolean() ? List.of(x, w) : List.of(x, w, b)));
    cases.add(fused(random, window, groups, List.of(x, w, b), y));
    cases.add(made(random, new Conv.InputGrad(window, groups, sizes), List.of(y, w)));
    cases.add(made(random, new Conv.WeightGrad(window, groups), List.of(x, y)));
    transposed(random, window, groups, y, w).ifPresent(cases::add);
    return cases;
  }

  static Case fused(
      SplittableRandom random, Window window, int groups, List<Shape> shapes, Shape y) {
    List<Optional<Unary>> activations =
        List.of(
            Optional.empty(),
            Optional.of(new Unary.Relu()),
            Optional.of(new Unary.LeakyRelu(0.1)),
            Optional.of(new Unary.Sigmoid()),
            Optional.of(new Unary.Tanh()));
    boolean residual = random.nextBoolean();
    List<Shape> all = new ArrayList<>(shapes);
    if (residual) {
      all.add(y);
    }
    Optional<Unary> activation = activations.get(random.nextInt(activations.size()));
    return made(random, new Conv.Fused(window, groups, activation, residual), all);
  }

  private static Optional<Case> transposed(
      SplittableRandom random, Window window, int groups, Shape x, Shape w) {
    List<Integer> paddings = new ArrayList<>();
    for (int i = 0; i < window.rank(); i++) {
      Window.Axis axis = window.axis(i);
      int padding = random.nextInt(Math.max(axis.stride(), axis.dilation()));
      if (axis.transposed(x.dim(i + 2), padding) < 1) {
        return Optional.empty();
      }
      paddings.add(padding);
    }
    List<Shape> shapes = List.of(x, w, Shape.of(w.dim(1) * groups));
    Conv op = new Conv.Transposed(window, groups, paddings);
    return Optional.of(made(random, op, random.nextBoolean() ? shapes : shapes.subList(0, 2)));
  }

  private static Shape shape(int batch, int channels, List<Integer> sizes) {
    int[] dims = new int[sizes.size() + 2];
    dims[0] = batch;
    dims[1] = channels;
    for (int i = 0; i < sizes.size(); i++) {
      dims[i + 2] = sizes.get(i);
    }
    return Shape.of(dims);
  }

  static Case made(SplittableRandom random, Conv op, List<Shape> shapes) {
    float[][] inputs = new float[shapes.size()][];
    for (int i = 0; i < inputs.length; i++) {
      int length = shapes.get(i).length();
      inputs[i] = new float[length + GUARDS];
      Arrays.fill(inputs[i], Float.NaN);
      for (int j = 0; j < length; j++) {
        inputs[i][j] = (float) random.nextDouble(-1, 1);
      }
    }
    return new Case(op, shapes, op.infer(shapes), inputs);
  }

  /** Checks all kernels that can compute a case and returns how many there were. */
  private static int check(Case test) {
    ConvOracle expected = ConvOracle.of(test.op, test.shapes, test.output, test.inputs);
    Tensor w =
        Tensor.of(test.shapes.get(1), Arrays.copyOf(test.inputs[1], test.shapes.get(1).length()));
    run(test, chosen(test, Optional.empty()), "chosen", expected);
    if (!(test.op instanceof Conv.WeightGrad)) {
      run(test, chosen(test, Optional.of(w)), "packed", expected);
    }
    int checked = 2;
    for (ConvTiles tiles : TILES) {
      if (test.op instanceof Conv.WeightGrad grad) {
        Shape x = test.shapes.get(0);
        Shape gy = test.shapes.get(1);
        run(test, WeightGradConv.of(grad, x, gy, test.output, tiles), name(tiles), expected);
        checked++;
        continue;
      }
      for (Algorithm algorithm : Algorithm.values()) {
        Optional<Tensor> weight = checked % 2 == 0 ? Optional.empty() : Optional.of(w);
        Optional<Kernel> kernel = forced(test, algorithm, tiles, weight);
        if (kernel.isPresent()) {
          run(test, kernel.get(), algorithm + " " + name(tiles), expected);
          checked++;
        }
      }
    }
    return checked;
  }

  /** What a program would take for tensors that lie plain; WinogradTest has Winograd's bounds. */
  private static Kernel chosen(Case test, Optional<Tensor> weight) {
    GraphBuilder builder = new GraphBuilder();
    List<Node> inputs = new ArrayList<>();
    for (int i = 0; i < test.shapes.size(); i++) {
      inputs.add(
          i == 1 && weight.isPresent()
              ? builder.constant(weight.get())
              : builder.input("x" + i, test.shapes.get(i)));
    }
    Node node = builder.add("y", test.op, inputs);
    Options options = Options.DEFAULT.withThreads(3).withExactness();
    return Kernels.forms(node, options, new WeightBuffer(0)).stream()
        .filter(form -> form.output() == Layout.PLAIN)
        .filter(form -> !form.inputs().contains(Layout.BLOCKED))
        .findFirst()
        .orElseThrow()
        .kernel()
        .get();
  }

  private static String name(ConvTiles tiles) {
    return tiles.getClass().getSimpleName();
  }

  private static Optional<Kernel> forced(
      Case test, Algorithm algorithm, ConvTiles tiles, Optional<Tensor> weight) {
    ConvEpilogue epilogue = CpuConv.epilogue(test.op, test.shapes);
    List<Kernel> parts = new ArrayList<>();
    for (Correlation part : CpuConv.correlations(test.op, test.shapes, test.output)) {
      Algorithm possible = part.taps() == 0 ? Algorithm.ZERO : algorithm;
      if ((algorithm == Algorithm.ZERO && part.taps() > 0)
          || (algorithm == Algorithm.POINTWISE && !PointwiseConv.suits(part))) {
        return Optional.empty();
      }
      parts.add(kernel(possible, part, epilogue, tiles, weight));
    }
    return Optional.of(new CpuConv.Parts(parts, weight.isPresent(), -1));
  }

  private static Kernel kernel(
      Algorithm algorithm,
      Correlation c,
      ConvEpilogue epilogue,
      ConvTiles tiles,
      Optional<Tensor> weight) {
    Optional<float[]> weights = weight.map(Tensor::floats);
    return switch (algorithm) {
      case DIRECT ->
          new DirectConv(
              c, epilogue, tiles, weights.map(Weights::of), Layout.PLAIN, Layout.PLAIN, 2);
      case PLANAR -> {
        PlanarTiles planar =
            tiles instanceof ScalarConvTiles ? new ScalarPlanarTiles() : PlanarTiles.PREFERRED;
        yield new PlanarConv(c, epilogue, tiles, planar, weights, 2);
      }
      case POINTWISE -> new PointwiseConv(c, epilogue, tiles, weights);
      case COLUMNS -> new ColumnsConv(c, epilogue, tiles, weight, 2);
      case ROWS -> new RowsConv(c, epilogue, weight);
      case ZERO -> new ZeroConv(c, epilogue, tiles, Layout.PLAIN);
    };
  }

  private static void run(Case test, Kernel kernel, String how, ConvOracle expected) {
    float[] once = run(test, kernel, 1);
    float[] twice = run(test, kernel, 3);
    String what = how + " " + test;
    int length = test.output.length();
    for (int i = 0; i < length; i++) {
      double allowed =
          TOLERANCE * (expected.magnitudes[i] + 1e-3) + Math.ulp((float) expected.values[i]);
      if (!(Math.abs(once[i] - expected.values[i]) <= allowed)) {
        assertThat((double) once[i])
            .as("%s at %d", what, i)
            .isCloseTo(expected.values[i], within(allowed));
      }
    }
    assertThat(Arrays.equals(once, twice)).as("same bits for any threads: %s", what).isTrue();
    for (int i = length; i < once.length; i++) {
      assertThat(once[i]).as("guard of %s", what).isEqualTo(GUARD);
    }
  }

  private static float[] run(Case test, Kernel kernel, int threads) {
    int length = test.output.length();
    float[] output = new float[length + GUARDS];
    Arrays.fill(output, 0, length, Float.NaN);
    Arrays.fill(output, length, output.length, GUARD);
    int scratchLength = Math.toIntExact(kernel.scratch());
    float[] scratch = new float[scratchLength + GUARDS];
    Arrays.fill(scratch, 0, scratchLength, Float.NaN);
    Arrays.fill(scratch, scratchLength, scratch.length, GUARD);
    kernel.run(test.inputs, output, scratch, new Threads(threads));
    for (int i = scratchLength; i < scratch.length; i++) {
      assertThat(scratch[i]).as("scratch guard of %s", test).isEqualTo(GUARD);
    }
    return output;
  }
}
