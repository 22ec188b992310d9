package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Winograd convolution against plain loops in double, over random geometries. */
final class WinogradTest {
  private static final int GEOMETRIES = 10;
  private static final int TILES = 4;
  private static final float GUARD = 12345;
  private static final int GUARDS = 40;
  private static final int WORKERS = 3;

  /** The relative norm that every layer stays within. */
  private static final double TOLERANCE = 3e-6;

  private static final List<Optional<Unary>> ACTIVATIONS =
      List.of(
          Optional.empty(),
          Optional.of(new Unary.Relu()),
          Optional.of(new Unary.LeakyRelu(0.1)),
          Optional.of(new Unary.Sigmoid()),
          Optional.of(new Unary.Tanh()));

  /** One convolution with its data in row-major order. */
  private record Case(Conv op, List<Shape> shapes, Shape output, float[][] inputs) {
    static Case of(SplittableRandom random, Conv op, List<Shape> shapes) {
      float[][] inputs = new float[shapes.size()][];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = new float[shapes.get(i).length()];
        // Sums of order one, as in a network: activations would enlarge the error of larger ones.
        double scale =
            i == 1 ? 1 / Math.sqrt((double) shapes.get(1).size() / shapes.get(1).dim(0)) : 1;
        for (int j = 0; j < inputs[i].length; j++) {
          inputs[i][j] = (float) (scale * random.nextGaussian());
        }
      }
      return new Case(op, shapes, op.infer(shapes), inputs);
    }

    Correlation correlation() {
      return CpuConv.correlations(op, shapes, output).getFirst();
    }

    @Override
    public String toString() {
      return op + " " + shapes + " -> " + output;
    }
  }

  /** One way to compute a case. */
  private record Way(WinogradTile tile, boolean vectors, boolean panels, Layout in, Layout out) {
    static Way of(SplittableRandom random, WinogradTile tile) {
      Layout in = random.nextInt(3) == 0 ? Layout.PLAIN : Layout.BLOCKED;
      Layout out = random.nextInt(3) == 0 ? Layout.PLAIN : Layout.BLOCKED;
      return new Way(tile, random.nextInt(3) > 0, random.nextBoolean(), in, out);
    }

    Kernel kernel(Case test) {
      Correlation c = test.correlation();
      ConvEpilogue epilogue = CpuConv.epilogue(test.op, test.shapes);
      WinogradRows rows = vectors ? WinogradRows.PREFERRED : new ScalarWinogradRows();
      WinogradLines lines = vectors ? WinogradLines.PREFERRED : new ScalarWinogradLines();
      Weights weights = Weights.of(test.inputs[1]);
      return panels
          ? new WinogradPanelConv(c, epilogue, tile, rows, lines, weights, in, out, WORKERS)
          : new WinogradConv(c, epilogue, tile, rows, lines, weights, in, out, WORKERS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void agreesWithPlainLoops(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < GEOMETRIES; i++) {
      for (Case test : cases(random)) {
        float[][] expected = {expected(test)};
        List<WinogradTile> tiles = WinogradTile.all(test.correlation());
        assertThat(tiles).isNotEmpty();
        for (int j = 0; j < TILES; j++) {
          WinogradTile tile = tiles.get(random.nextInt(tiles.size()));
          check(test, Way.of(random, tile), expected[0]);
        }
      }
    }
  }

  @Test
  void agreesWhereTasksHaveTilesOfTheirOwn() {
    SplittableRandom random = new SplittableRandom(5);
    Window window = Window.cube(2, 3, 1, 1, 1);
    Case test =
        Case.of(
            random,
            new Conv.Forward(window, 1),
            List.of(Shape.of(2, 20, 45, 83), Shape.of(68, 20, 3, 3)));
    for (WinogradTile tile : cubes(test)) {
      for (Layout layout : Layout.values()) {
        check(test, new Way(tile, true, true, layout, layout), expected(test));
        check(test, new Way(tile, true, false, layout, layout), expected(test));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 40, 48", "2, 64, 64"})
  void weightsOfManyTilesAreKeptAsTheyAre(int groups, int channels, int outputs) {
    Case test =
        Case.of(
            new SplittableRandom(9),
            new Conv.Forward(Window.cube(3, 3, 1, 1, 1), groups),
            List.of(
                Shape.of(1, channels, 22, 23, 24), Shape.of(outputs, channels / groups, 3, 3, 3)));
    Way way = new Way(new WinogradTile(4, 4, 4), true, false, Layout.BLOCKED, Layout.PLAIN);
    long padded = 4L * Layout.blocks(outputs) * Layout.BLOCK * (channels / groups) * 27;
    assertThat(way.kernel(test).weightBytes()).isBetween(padded, padded + 64);
    check(test, way, expected(test));
  }

  @Test
  void agreesWhereInputsAreTransformedInTurns() {
    Window window = Window.cube(2, 3, 1, 1, 1);
    Case test =
        Case.of(
            new SplittableRandom(8),
            new Conv.Forward(window, 1),
            List.of(Shape.of(1, 80, 121, 123), Shape.of(5, 80, 3, 3)));
    WinogradTile tile = new WinogradTile(1, 2, 2);
    long floats = (long) WinogradGrid.of(test.correlation(), tile).tiles() * tile.points() * 80;
    assertThat(floats).isGreaterThan(WinogradPanelConv.INPUTS);
    check(test, new Way(tile, true, true, Layout.BLOCKED, Layout.BLOCKED), expected(test));
  }

  @Test
  void longSumsStayAccurate() {
    SplittableRandom random = new SplittableRandom(6);
    Window window = Window.cube(3, 3, 1, 1, 1);
    Case test =
        Case.of(
            random,
            new Conv.Forward(window, 1),
            List.of(Shape.of(1, 500, 4, 4, 4), Shape.of(16, 500, 3, 3, 3)));
    relu(test.inputs[0]);
    for (WinogradTile tile : cubes(test)) {
      for (boolean panels : new boolean[] {false, true}) {
        Way way = new Way(tile, true, panels, Layout.BLOCKED, Layout.BLOCKED);
        check(test, way, expected(test));
      }
    }
  }

  /** The tiles of equal sides. */
  private static List<WinogradTile> cubes(Case test) {
    return WinogradTile.all(test.correlation()).stream()
        .filter(tile -> tile.h() == tile.w() && (tile.d() == 1 || tile.d() == tile.h()))
        .toList();
  }

  private static void relu(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(values[i], 0);
    }
  }

  private static List<Case> cases(SplittableRandom random) {
    int rank = 1 + random.nextInt(3);
    int groups = random.nextInt(6) == 0 ? 2 : 1;
    int channels = groups == 1 ? 1 + random.nextInt(70) : 32 * (1 + random.nextInt(2));
    int outputs = groups == 1 ? 1 + random.nextInt(70) : 32 * (1 + random.nextInt(2));
    int batch = 1 + random.nextInt(2);
    int wide = random.nextInt(rank);
    List<Window.Axis> axes = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int kernel = i == wide || random.nextInt(4) > 0 ? 3 : 1;
      int dilation = random.nextBoolean() ? 1 : 1 + random.nextInt(5);
      Window.Axis axis = new Window.Axis(kernel, 1, random.nextInt(5), random.nextInt(5), dilation);
      axes.add(axis);
      int least = Math.max(1, axis.extent() - axis.padBegin() - axis.padEnd());
      sizes.add(least + random.nextInt(rank == 1 ? 60 : rank == 2 ? 20 : 7));
    }
    Window window = new Window(axes);
    Shape x = shape(batch, channels, sizes);
    Shape w = shape(outputs, channels / groups, axes.stream().map(Window.Axis::kernel).toList());
    Conv forward = new Conv.Forward(window, groups);
    Shape y = forward.infer(List.of(x, w));
    List<Case> cases = new ArrayList<>();
    cases.add(Case.of(random, forward, List.of(x, w)));
    cases.add(fused(random, window, groups, List.of(x, w, Shape.of(outputs)), y));
    cases.add(Case.of(random, new Conv.InputGrad(window, groups, sizes), List.of(y, w)));
    return cases;
  }

  private static Case fused(
      SplittableRandom random, Window window, int groups, List<Shape> shapes, Shape y) {
    List<Shape> all = new ArrayList<>(shapes);
    boolean residual = random.nextBoolean();
    if (residual) {
      all.add(y);
    }
    Optional<Unary> activation = ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    return Case.of(random, new Conv.Fused(window, groups, activation, residual), all);
  }

  private static Shape shape(int first, int second, List<Integer> rest) {
    List<Integer> sizes = new ArrayList<>(List.of(first, second));
    sizes.addAll(rest);
    return Shape.of(sizes.stream().mapToInt(Integer::intValue).toArray());
  }

  private static float[] expected(Case test) {
    double[] values = ConvOracle.of(test.op, test.shapes, test.output, test.inputs).values;
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  private static void check(Case test, Way way, float[] expected) {
    if (!way.vectors && ConvTest.VECTORS_ONLY) {
      return;
    }
    String what = way + " " + test;
    float[] once = run(test, way, 1);
    double error = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = once[i] - expected[i];
      error += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
    assertThat(Math.sqrt(error / norm)).as(what).isLessThanOrEqualTo(TOLERANCE);
    for (int threads : new int[] {2, 5}) {
      assertThat(Arrays.equals(once, run(test, way, threads)))
          .as("same bits for %d threads: %s", threads, what)
          .isTrue();
    }
  }

  /** The output in row-major order. */
  private static float[] run(Case test, Way way, int threads) {
    Kernel kernel = way.kernel(test);
    float[][] inputs = test.inputs.clone();
    inputs[0] = in(way.in, test.shapes.get(0), inputs[0]);
    if (inputs.length > 3) {
      inputs[3] = in(way.out, test.output, inputs[3]);
    }
    inputs[1] = null;
    int length = Math.toIntExact(way.out.floats(test.output));
    float[] output = guarded(length);
    int scratchLength = Math.toIntExact(kernel.scratch());
    float[] scratch = guarded(scratchLength);
    kernel.run(inputs, output, scratch, new Threads(threads));
    checkGuard(output, length, test);
    checkGuard(scratch, scratchLength, test);
    return out(way.out, test.output, output);
  }

  private static float[] guarded(int length) {
    float[] array = new float[length + GUARDS];
    Arrays.fill(array, 0, length, Float.NaN);
    Arrays.fill(array, length, array.length, GUARD);
    return array;
  }

  private static void checkGuard(float[] array, int length, Case test) {
    for (int i = length; i < array.length; i++) {
      assertThat(array[i]).as("guard of %s", test).isEqualTo(GUARD);
    }
  }

  /** A tensor in a layout; missing channels are NaN. */
  private static float[] in(Layout layout, Shape shape, float[] plain) {
    if (layout == Layout.PLAIN) {
      return plain;
    }
    float[] blocked = new float[Math.toIntExact(layout.floats(shape))];
    Arrays.fill(blocked, Float.NaN);
    for (int i = 0; i < plain.length; i++) {
      blocked[blockedAt(shape, i)] = plain[i];
    }
    return blocked;
  }

  private static float[] out(Layout layout, Shape shape, float[] values) {
    float[] plain = new float[shape.length()];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = values[layout == Layout.PLAIN ? i : blockedAt(shape, i)];
    }
    return plain;
  }

  private static int blockedAt(Shape shape, int i) {
    int space = (int) shape.size(2, shape.rank());
    int channel = i / space % shape.dim(1);
    int n = i / space / shape.dim(1);
    int block = n * Layout.blocks(shape.dim(1)) + channel / Layout.BLOCK;
    return (block * space + i % space) * Layout.BLOCK + channel % Layout.BLOCK;
  }
}
