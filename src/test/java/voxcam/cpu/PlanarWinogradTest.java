package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Planar Winograd convolution, with vectors and without, against plain loops in double. */
final class PlanarWinogradTest {
  /** The relative norm of the error that a layer may have. */
  private static final double TOLERANCE = 3e-6;

  private static final float GUARD = 12345;
  private static final int GUARDS = 40;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void agreesWithPlainLoops(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int checked = 0;
    for (int i = 0; i < 15; i++) {
      checked += check(random, random.nextInt(6) == 0);
    }
    assertThat(checked).isGreaterThan(60);
  }

  @Test
  void suitsThreePositionsWithoutStride() {
    assertThat(PlanarWinograd.suits(correlation(3, 1, 16))).isTrue();
    assertThat(PlanarWinograd.suits(correlation(3, 2, 1))).isFalse();
    assertThat(PlanarWinograd.suits(correlation(5, 1, 1))).isFalse();
  }

  @Test
  void costsLessWhereChannelsAreMany() {
    Correlation c = correlation(3, 1, 1);
    Correlation many =
        new Correlation(1, 1, 20, 20, c.d(), c.h(), c.w(), new ConvWeights(0, 0, 0, 0, 0, 0, 0));
    assertThat(PlanarCost.winograd(many, 16)).isLessThan(PlanarCost.direct(many, 16));
    assertThat(PlanarCost.winograd(correlation(3, 2, 1), 16)).isInfinite();
    // Of a tile of four by four rows only one is asked for.
    ConvAxis one = new ConvAxis(3, 1, 3, 1, 0, 1, 1, 0, 1);
    Correlation point = new Correlation(1, 1, 20, 20, one, one, c.w(), many.weights());
    assertThat(PlanarCost.winograd(point, 16)).isGreaterThan(PlanarCost.direct(point, 16));
  }

  private static Correlation correlation(int kernel, int stride, int dilation) {
    Window window = Window.cube(3, kernel, stride, 0, dilation);
    Shape x = Shape.of(1, 2, 40, 40, 40);
    Shape w = Shape.of(2, 2, kernel, kernel, kernel);
    Conv op = new Conv.Forward(window, 1);
    return CpuConv.correlations(op, List.of(x, w), op.infer(List.of(x, w))).get(0);
  }

  private static int check(SplittableRandom random, boolean large) {
    int groups = random.nextInt(4) == 0 ? 2 : 1;
    int channels = groups * (1 + random.nextInt(large ? 24 : 6));
    int outputs = groups * (1 + random.nextInt(large ? 24 : 12));
    List<Window.Axis> axes = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int kernel = i == 2 ? 1 + random.nextInt(4) : 3;
      int dilation = 1 + random.nextInt(random.nextBoolean() ? 1 : 5);
      int begin = random.nextInt(dilation * 2 + 1);
      int end = random.nextInt(dilation * 2 + 1);
      Window.Axis axis = new Window.Axis(kernel, 1, begin, end, dilation);
      axes.add(axis);
      int least = Math.max(1, axis.extent() - begin - end);
      sizes.add(least + random.nextInt(i == 2 ? 80 : 12));
    }
    Window window = new Window(axes);
    Shape x = shape(1 + random.nextInt(2), channels, sizes);
    Shape w = shape(outputs, channels / groups, axes.stream().map(Window.Axis::kernel).toList());
    Conv forward = new Conv.Forward(window, groups);
    Shape y = forward.infer(List.of(x, w));
    boolean residual = random.nextBoolean();
    Conv fused = new Conv.Fused(window, groups, activation(random), residual);
    List<Shape> all = new ArrayList<>(List.of(x, w, Shape.of(outputs)));
    if (residual) {
      all.add(y);
    }
    return check(random, fused, all)
        + check(random, forward, List.of(x, w))
        + check(random, new Conv.InputGrad(window, groups, sizes), List.of(y, w));
  }

  private static Optional<Unary> activation(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(new Unary.Sigmoid());
      case 2 -> Optional.of(new Unary.LeakyRelu(0.1));
      default -> Optional.of(new Unary.Relu());
    };
  }

  private static Shape shape(int batch, int channels, List<Integer> sizes) {
    return Shape.of(batch, channels, sizes.get(0), sizes.get(1), sizes.get(2));
  }

  private static int check(SplittableRandom random, Conv op, List<Shape> shapes) {
    Shape output = op.infer(shapes);
    float[][] inputs = new float[shapes.size()][];
    for (int i = 0; i < inputs.length; i++) {
      int length = shapes.get(i).length();
      inputs[i] = new float[length + GUARDS];
      Arrays.fill(inputs[i], Float.NaN);
      for (int j = 0; j < length; j++) {
        inputs[i][j] = (float) random.nextDouble(-1, 1);
      }
    }
    ConvOracle expected = ConvOracle.of(op, shapes, output, inputs);
    int checked = 0;
    for (boolean vectors : new boolean[] {true, false}) {
      ConvEpilogue epilogue = CpuConv.epilogue(op, shapes);
      ConvTiles rows = vectors ? ConvTiles.PREFERRED : new ScalarConvTiles();
      PlanarTiles tiles = vectors ? PlanarTiles.PREFERRED : new ScalarPlanarTiles();
      WinogradRuns runs = vectors ? WinogradRuns.PREFERRED : new ScalarWinogradRuns();
      Optional<float[]> weights =
          random.nextBoolean() ? Optional.empty() : Optional.of(inputs[1].clone());
      List<Kernel> parts = new ArrayList<>();
      for (Correlation part : CpuConv.correlations(op, shapes, output)) {
        assertThat(PlanarWinograd.suits(part)).isTrue();
        parts.add(new PlanarWinograd(part, epilogue, rows, tiles, runs, weights, 3));
      }
      Kernel kernel = new CpuConv.Parts(parts, weights.isPresent(), -1);
      String what = op + " " + shapes + (vectors ? " with vectors" : " in plain loops");
      float[] once = run(kernel, inputs, output, 1, what);
      assertThat(error(once, expected)).as(what).isLessThan(TOLERANCE);
      assertThat(run(kernel, inputs, output, 2, what)).as("2 threads, %s", what).isEqualTo(once);
      assertThat(run(kernel, inputs, output, 5, what)).as("5 threads, %s", what).isEqualTo(once);
      checked++;
    }
    return checked;
  }

  private static double error(float[] values, ConvOracle expected) {
    double error = 0;
    double norm = 1e-12;
    for (int i = 0; i < expected.values.length; i++) {
      double difference = values[i] - expected.values[i];
      error += difference * difference;
      norm += expected.values[i] * expected.values[i];
    }
    return Math.sqrt(error / norm);
  }

  private static float[] run(
      Kernel kernel, float[][] inputs, Shape shape, int threads, String what) {
    float[] output = guarded(shape.length());
    int scratchLength = Math.toIntExact(kernel.scratch());
    float[] scratch = guarded(scratchLength);
    kernel.run(inputs, output, scratch, new Threads(threads));
    for (int i = 0; i < GUARDS; i++) {
      assertThat(output[shape.length() + i]).as("guard of %s", what).isEqualTo(GUARD);
      assertThat(scratch[scratchLength + i]).as("scratch guard of %s", what).isEqualTo(GUARD);
    }
    return output;
  }

  private static float[] guarded(int length) {
    float[] array = new float[length + GUARDS];
    Arrays.fill(array, 0, length, Float.NaN);
    Arrays.fill(array, length, array.length, GUARD);
    return array;
  }
}
