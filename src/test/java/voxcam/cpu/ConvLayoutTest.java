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
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

/** The kernels of convolution that know layouts, in all layouts, against plain loops in double. */
final class ConvLayoutTest {
  private static final int GEOMETRIES = 40;

  /** A kind of kernel. */
  private enum Kind {
    DIRECT,
    TAPS,
    POINTWISE,
    DEPTHWISE;

    boolean suits(Correlation c, Layout in, Layout out) {
      return switch (this) {
        case DIRECT -> DirectConv.suits(c, in, out);
        case TAPS -> TapConv.suits(c, in, out);
        case POINTWISE -> ChannelsLastPointwise.suits(c, in, out);
        case DEPTHWISE -> DepthwiseConv.suits(c, in, out);
      };
    }

    Kernel kernel(
        Correlation c,
        ConvEpilogue epilogue,
        ConvTiles tiles,
        Optional<float[]> weights,
        Layout in,
        Layout out) {
      return switch (this) {
        case DIRECT -> new DirectConv(c, epilogue, tiles, weights.map(Weights::of), in, out, 3);
        case TAPS -> new TapConv(c, epilogue, tiles, weights.map(Weights::of), out, 3);
        case POINTWISE ->
            new ChannelsLastPointwise(c, epilogue, tiles, weights.map(Weights::of), in, out, 3);
        case DEPTHWISE -> new DepthwiseConv(c, epilogue, tiles, weights);
      };
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void agreesWithPlainLoops(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] checked = new int[Kind.values().length];
    for (int i = 0; i < GEOMETRIES; i++) {
      for (ConvTest.Case test : ConvTest.cases(random)) {
        check(test, random, checked);
      }
    }
    assertThat(checked[Kind.DIRECT.ordinal()]).isGreaterThan(10 * GEOMETRIES);
    assertThat(checked[Kind.TAPS.ordinal()]).isGreaterThan(5 * GEOMETRIES);
    assertThat(checked[Kind.POINTWISE.ordinal()]).isGreaterThan(GEOMETRIES / 4);
  }

  @Test
  void groupsOfBlocks() {
    SplittableRandom random = new SplittableRandom(7);
    int[] checked = new int[Kind.values().length];
    for (int[] shape : new int[][] {{2, 16, 32}, {3, 32, 16}, {2, 5, 16}, {2, 16, 5}, {4, 1, 16}}) {
      for (int kernel = 1; kernel <= 3; kernel += 2) {
        Window window = Window.cube(3, kernel, 2, kernel / 2, 1);
        grouped(random, window, shape[0], shape[1], shape[2], checked);
      }
    }
    assertThat(checked[Kind.DIRECT.ordinal()]).isGreaterThan(40);
  }

  @Test
  void depthwise() {
    SplittableRandom random = new SplittableRandom(8);
    int[] checked = new int[Kind.values().length];
    for (int channels : new int[] {3, 16, 40}) {
      grouped(random, Window.cube(3, 3, 1, 1, 1), channels, 1, 1, checked);
      grouped(random, Window.cube(3, 3, 2, 1, 1), channels, 1, 1, checked);
      grouped(random, Window.cube(3, 3, 1, 2, 2), channels, 1, 1, checked);
    }
    assertThat(checked[Kind.DEPTHWISE.ordinal()]).isGreaterThan(20);
  }

  @Test
  void positionsAndWeightsOfManyPieces() {
    SplittableRandom random = new SplittableRandom(9);
    int[] checked = new int[Kind.values().length];
    Window window = Window.cube(3, 3, 1, 1, 1);
    Conv op = new Conv.Fused(window, 1, Optional.of(new Unary.Relu()), true);
    for (int size : new int[] {3, 12}) {
      Shape x = Shape.of(1, 200, 4, size, size);
      List<Shape> shapes = List.of(x, Shape.of(100, 200, 3, 3, 3), Shape.of(100), out(x, 100));
      check(ConvTest.made(random, op, shapes), random, checked);
    }
    Conv point = new Conv.Forward(Window.cube(3, 1, 2, 0, 1), 1);
    List<Shape> shapes = List.of(Shape.of(2, 700, 9, 9, 9), Shape.of(80, 700, 1, 1, 1));
    check(ConvTest.made(random, point, shapes), random, checked);
  }

  private static Shape out(Shape x, int channels) {
    return Shape.of(x.dim(0), channels, x.dim(2), x.dim(3), x.dim(4));
  }

  private static void grouped(
      SplittableRandom random, Window window, int groups, int in, int out, int[] checked) {
    Shape x = Shape.of(2, groups * in, 5, 6, 7);
    int kernel = window.axis(0).kernel();
    Shape w = Shape.of(groups * out, in, kernel, kernel, kernel);
    Conv forward = new Conv.Forward(window, groups);
    check(ConvTest.made(random, forward, List.of(x, w)), random, checked);
    Shape y = forward.infer(List.of(x, w));
    Shape bias = Shape.of(groups * out);
    check(ConvTest.fused(random, window, groups, List.of(x, w, bias), y), random, checked);
    Conv back = new Conv.InputGrad(window, groups, List.of(5, 6, 7));
    check(ConvTest.made(random, back, List.of(y, w)), random, checked);
  }

  /** Checks all kernels that can compute a case in all layouts, and counts them. */
  private static void check(ConvTest.Case test, SplittableRandom random, int[] checked) {
    if (test.op instanceof Conv.WeightGrad) {
      return;
    }
    ConvOracle expected = ConvOracle.of(test.op, test.shapes, test.output, test.inputs);
    for (ConvTiles tiles : ConvTest.TILES) {
      for (Kind kind : Kind.values()) {
        for (Layout in : Layout.values()) {
          for (Layout out : Layout.values()) {
            Optional<Kernel> kernel = kernel(test, kind, tiles, random.nextBoolean(), in, out);
            if (kernel.isPresent()) {
              String how = kind + " " + in + " " + out + " " + tiles.getClass().getSimpleName();
              if (!ConvTest.VECTORS_ONLY || !(tiles instanceof ScalarConvTiles)) {
                run(test, kernel.get(), in, out, how, expected);
              }
              checked[kind.ordinal()]++;
            }
          }
        }
      }
    }
  }

  private static Optional<Kernel> kernel(
      ConvTest.Case test, Kind kind, ConvTiles tiles, boolean packed, Layout in, Layout out) {
    Optional<float[]> weights = packed ? Optional.of(test.inputs[1]) : Optional.empty();
    ConvEpilogue epilogue = CpuConv.epilogue(test.op, test.shapes);
    List<Kernel> parts = new ArrayList<>();
    for (Correlation part : CpuConv.correlations(test.op, test.shapes, test.output)) {
      if (part.taps() == 0) {
        parts.add(new ZeroConv(part, epilogue, tiles, out));
        continue;
      }
      if (!kind.suits(part, in, out)) {
        return Optional.empty();
      }
      parts.add(kind.kernel(part, epilogue, tiles, weights, in, out));
    }
    return Optional.of(new CpuConv.Parts(parts, packed, -1));
  }

  private static void run(
      ConvTest.Case test, Kernel kernel, Layout in, Layout out, String how, ConvOracle expected) {
    float[][] inputs = test.inputs.clone();
    if (in == Layout.BLOCKED) {
      inputs[0] = blocked(inputs[0], test.shapes.get(0));
    }
    if (out == Layout.BLOCKED && inputs.length > 3) {
      inputs[3] = blocked(inputs[3], test.output);
    }
    String what = how + " " + test;
    float[] once = run(kernel, inputs, out.floats(test.output), 1, what);
    float[] values = out == Layout.PLAIN ? once : plain(once, test.output);
    for (int i = 0; i < test.output.length(); i++) {
      double allowed =
          ConvTest.TOLERANCE * (expected.magnitudes[i] + 1e-3)
              + Math.ulp((float) expected.values[i]);
      if (!(Math.abs(values[i] - expected.values[i]) <= allowed)) {
        assertThat((double) values[i])
            .as("%s at %d", what, i)
            .isCloseTo(expected.values[i], within(allowed));
      }
    }
    for (int threads : new int[] {2, 5}) {
      float[] again = run(kernel, inputs, out.floats(test.output), threads, what);
      again = out == Layout.PLAIN ? again : plain(again, test.output);
      assertThat(Arrays.equals(values, 0, test.output.length(), again, 0, test.output.length()))
          .as("same bits for %d threads: %s", threads, what)
          .isTrue();
    }
  }

  private static float[] run(
      Kernel kernel, float[][] inputs, long floats, int threads, String what) {
    float[] output = guarded(floats);
    float[] scratch = guarded(kernel.scratch());
    kernel.run(inputs, output, scratch, new Threads(threads));
    for (float[] array : List.of(output, scratch)) {
      for (int i = array.length - ConvTest.GUARDS; i < array.length; i++) {
        assertThat(array[i]).as("guard of %s", what).isEqualTo(ConvTest.GUARD);
      }
    }
    return output;
  }

  private static float[] guarded(long floats) {
    float[] array = new float[Math.toIntExact(floats) + ConvTest.GUARDS];
    Arrays.fill(array, Float.NaN);
    Arrays.fill(array, array.length - ConvTest.GUARDS, array.length, ConvTest.GUARD);
    return array;
  }

  /** Missing channels and what follows the tensor are not numbers. */
  private static float[] blocked(float[] plain, Shape shape) {
    float[] blocked = new float[Math.toIntExact(Layout.BLOCKED.floats(shape)) + ConvTest.GUARDS];
    Arrays.fill(blocked, Float.NaN);
    for (int i = 0; i < shape.length(); i++) {
      blocked[blockedIndex(i, shape)] = plain[i];
    }
    return blocked;
  }

  private static float[] plain(float[] blocked, Shape shape) {
    float[] plain = new float[shape.length()];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = blocked[blockedIndex(i, shape)];
    }
    return plain;
  }

  private static int blockedIndex(int i, Shape shape) {
    int channels = shape.dim(1);
    int volume = shape.length() / shape.dim(0) / channels;
    int channel = i / volume % channels;
    int block = i / volume / channels * Layout.blocks(channels) + channel / Layout.BLOCK;
    return (block * volume + i % volume) * Layout.BLOCK + channel % Layout.BLOCK;
  }
}
