package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import voxcam.op.Window;

/** Which Winograd tile is taken, and what tiles lose. */
final class WinogradChoiceTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void transformsComputeACorrelation(int m) {
    SplittableRandom random = new SplittableRandom(m);
    double[][] g = WinogradTransform.kernel(m);
    double[][] b = WinogradTransform.input(m);
    double[][] a = WinogradTransform.output(m);
    double[] kernel = random.doubles(g[0].length).toArray();
    double[] x = random.doubles(b.length).toArray();
    for (int j = 0; j < m; j++) {
      double sum = 0;
      for (int i = 0; i < b.length; i++) {
        sum += a[j][i] * dot(g[i], kernel) * dot(b[i], x);
      }
      assertThat(sum).isCloseTo(dot(kernel, Arrays.copyOfRange(x, j, b.length)), within(1e-12));
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "64, 64, 3, 1, 32, 4x4x4",
    "128, 128, 3, 1, 24, 4x4x4",
    "512, 512, 3, 4, 12, 3x3x3", // a tile covers a sub-lattice
    "512, 512, 3, 1, 3, none", // transforming weights takes as long as it saves
    "20, 20, 3, 4, 96, 4x4x4",
    "64, 64, 1, 1, 32, none",
    "64, 64, 5, 1, 32, none",
    "4, 64, 3, 1, 32, none",
  })
  void takesTheCheapestTile(
      int channels, int outputs, int kernel, int dilation, int size, String expected) {
    Window window = Window.cube(3, kernel, 1, dilation * (kernel - 1) / 2, dilation);
    Correlation c = correlation(window, channels, outputs, size);
    Optional<WinogradTile> best = WinogradChoice.best(c, 16, 2, Optional.empty());
    assertThat(best.map(WinogradTile::toString).orElse("none")).isEqualTo(expected);
  }

  @Test
  void stridesAndGroupsOfFewChannelsAreNotItsBusiness() {
    Window strided = Window.cube(3, 3, 2, 1, 1);
    assertThat(WinogradTile.all(correlation(strided, 32, 32, 9))).isEmpty();
    Window window = Window.cube(3, 3, 1, 1, 1);
    Shape x = Shape.of(1, 24, 9, 9, 9);
    Shape w = Shape.of(24, 12, 3, 3, 3);
    Conv op = new Conv.Forward(window, 2);
    Shape y = op.infer(List.of(x, w));
    assertThat(WinogradTile.all(CpuConv.correlations(op, List.of(x, w), y).getFirst())).isEmpty();
  }

  @Test
  void errorsGrowWithTheTile() {
    Correlation c = correlation(Window.cube(3, 3, 1, 1, 1), 64, 16, 16);
    Weights weights = Weights.of(noise(64 * 16 * 27));
    double small = WinogradError.of(c, new WinogradTile(2, 2, 2), weights);
    double large = WinogradError.of(c, new WinogradTile(4, 4, 4), weights);
    assertThat(small).isBetween(1e-8, 6e-7);
    assertThat(large).isBetween(2 * small, WinogradError.BOUND);
  }

  @Test
  void tilesThatLoseTooMuchAreNotTaken() {
    Correlation c = correlation(Window.cube(3, 3, 1, 1, 1), 64, 16, 32);
    Optional<Weights> weights = Optional.of(Weights.of(noise(64 * 16 * 27)));
    WinogradTile cheapest = new WinogradTile(4, 4, 4);
    double lost = WinogradError.of(c, cheapest, weights.get());
    assertThat(WinogradChoice.best(c, 16, 2, weights, lost)).hasValue(cheapest);
    double bound = 0.9 * lost;
    WinogradTile next = WinogradChoice.best(c, 16, 2, weights, bound).orElseThrow();
    assertThat(WinogradError.of(c, next, weights.get())).isLessThanOrEqualTo(bound);
    assertThat(WinogradChoice.best(c, 16, 2, weights, 1e-9)).isEmpty();
  }

  private static float[] noise(int length) {
    SplittableRandom random = new SplittableRandom(7);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Correlation correlation(Window window, int channels, int outputs, int size) {
    Shape x = Shape.of(1, channels, size, size, size);
    int kernel = window.axis(0).kernel();
    Shape w = Shape.of(outputs, channels, kernel, kernel, kernel);
    Conv op = new Conv.Forward(window, 1);
    Shape y = op.infer(List.of(x, w));
    return CpuConv.correlations(op, List.of(x, w), y).getFirst();
  }
}
