package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Sums of rows where they go by panels, share a panel out, or have channels side by side. */
final class RowsConvTest {
  /** What a layer may differ from the reference in relative norm. */
  private static final double BOUND = 3e-6;

  /** Channels, output channels, input size, kernel, stride: what networks have, and odd ones. */
  @ParameterizedTest
  @CsvSource({
    "1, 16, 31, 7, 2", // many panels, 343 terms
    "20, 24, 19, 3, 1", // panels of equal length
    "40, 37, 9, 3, 1", // one panel, shared
    "64, 130, 5, 3, 1", // channels side by side, not a multiple of 4
    "300, 300, 3, 3, 1", // two rows of them, many blocks of terms
    "257, 128, 4, 1, 1", // a block of one term
    "3, 128, 4, 3, 2", // few terms
    "600, 8, 6, 1, 1" // terms of a last piece
  })
  void agreesWithPlainLoops(int channels, int outputs, int size, int kernel, int stride) {
    Window window = Window.cube(3, kernel, stride, kernel / 2, 1);
    Shape x = Shape.of(2, channels, size, size, size);
    Shape w = Shape.of(outputs, channels, kernel, kernel, kernel);
    Conv forward = new Conv.Forward(window, 1);
    Shape y = forward.infer(List.of(x, w));
    Conv fused = new Conv.Fused(window, 1, Optional.of(new Unary.Relu()), true);
    SplittableRandom random = new SplittableRandom(1);
    check(ConvTest.made(random, forward, List.of(x, w)));
    check(ConvTest.made(random, fused, List.of(x, w, Shape.of(outputs), y)));
    check(
        ConvTest.made(
            random, new Conv.InputGrad(window, 1, List.of(size, size, size)), List.of(y, w)));
  }

  private static void check(ConvTest.Case test) {
    ConvOracle expected = ConvOracle.of(test.op, test.shapes, test.output, test.inputs);
    for (boolean constant : new boolean[] {true, false}) {
      float[] one = run(test, constant, 1);
      assertThat(distance(one, expected.values)).as("%s", test).isLessThan(BOUND);
      for (int threads : new int[] {2, 5}) {
        assertThat(Arrays.equals(one, run(test, constant, threads))).as("%s", test).isTrue();
      }
    }
  }

  private static float[] run(ConvTest.Case test, boolean constant, int threads) {
    Shape shape = test.shapes.get(1);
    Tensor weights = Tensor.of(shape, Arrays.copyOf(test.inputs[1], shape.length()));
    Optional<Tensor> weight = constant ? Optional.of(weights) : Optional.empty();
    ConvEpilogue epilogue = CpuConv.epilogue(test.op, test.shapes);
    List<Kernel> parts =
        CpuConv.correlations(test.op, test.shapes, test.output).stream()
            .map(part ->
                part.taps() == 0
                    ? new ZeroConv(part, epilogue, ConvTiles.PREFERRED, Layout.PLAIN)
                    : (Kernel) new RowsConv(part, epilogue, weight))
            .toList();
    Kernel kernel = new CpuConv.Parts(parts, constant, -1);
    float[] output = new float[test.output.length()];
    Arrays.fill(output, Float.NaN);
    float[] scratch = new float[Math.toIntExact(kernel.scratch())];
    Arrays.fill(scratch, Float.NaN);
    kernel.run(test.inputs, output, scratch, new Threads(threads));
    return output;
  }

  private static double distance(float[] values, double[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < values.length; i++) {
      difference += Math.pow(values[i] - expected[i], 2);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(difference / norm);
  }

  @Test
  void whatIsNotFiniteStaysWhereItIs() {
    Conv op = new Conv.Forward(Window.cube(3, 1, 1, 0, 1), 1);
    for (int outputs : new int[] {3, 130}) {
      List<Shape> shapes = List.of(Shape.of(1, 3, 2, 2, 2), Shape.of(outputs, 3, 1, 1, 1));
      ConvTest.Case test = ConvTest.made(new SplittableRandom(2), op, shapes);
      test.inputs[0][1] = Float.POSITIVE_INFINITY;
      test.inputs[0][2] = Float.NaN;
      float[] y = run(test, true, 2);
      for (int i = 0; i < y.length; i++) {
        if (i % 8 == 1) {
          assertThat(y[i]).isInfinite();
        } else if (i % 8 == 2) {
          assertThat(y[i]).isNaN();
        } else {
          assertThat(y[i]).isFinite();
        }
      }
    }
  }
}
