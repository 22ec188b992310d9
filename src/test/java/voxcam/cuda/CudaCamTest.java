package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.cuda.CamReduction.Layout;
import voxcam.cuda.CamReduction.Precision;
import voxcam.op.Cam;

/** Which kernels and grids maps call for, without a device. */
final class CudaCamTest {
  private static final int LOADS = 4;
  private static final Cam HIRES = new Cam.HiRes();
  private static final Cam.Pooled MEAN = new Cam.Gradient();

  private static CamShape first(long batch, long channels, long positions) {
    return new CamShape(batch, channels, positions, Precision.FP32, Layout.CHANNELS_FIRST);
  }

  private static Launch only(Launches launches) {
    assertThat(launches.launches()).hasSize(1);
    return launches.launches().getFirst();
  }

  private static long[] geometry(Launch launch) {
    return launch.arguments().stream()
        .filter(Argument.Geometry.class::isInstance)
        .map(argument -> ((Argument.Geometry) argument).values())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void channelsAreSplitWherePositionsAreFew() {
    Launches launches = CudaCam.launches(HIRES, first(1, 512, 27));
    Launch launch = only(launches);
    // 8 threads along 27 positions, 32 rows in a block, so 16 blocks, each with a load per thread.
    assertThat(launch.grid()).isEqualTo(new Grid(1, 16, 1, 256));
    assertThat(geometry(launch)).containsExactly(1, 512, 27, 8, 16, 32, 1, 32, 0, 1);
    assertThat(launches.scratch()).isEqualTo(16 * 27 * 8);
    assertThat(launches.counters()).isEqualTo(1);
  }

  @Test
  void positionsAreSplitWhereThereAreMany() {
    Launches launches = CudaCam.launches(HIRES, first(1, 64, 128 * 128 * 64));
    assertThat(only(launches).grid()).isEqualTo(new Grid(1024, 1, 1, 256));
    assertThat(geometry(only(launches))).startsWith(1, 64, 1 << 20, 256, 1, 64, 0);
    assertThat(launches.scratch() + launches.counters()).isZero();
  }

  /** Between the two, blocks share rows until there are enough of them. */
  @ParameterizedTest
  @CsvSource({"512,216", "512,1728", "2048,512", "64,4096", "256,13824", "64,262144"})
  void thereAreBlocksForALargeGpu(long channels, long positions) {
    for (Precision precision : Precision.values()) {
      CamShape shape = new CamShape(1, channels, positions, precision, Layout.CHANNELS_FIRST);
      Grid grid = only(CudaCam.launches(HIRES, shape)).grid();
      long loads = channels * positions / shape.each();
      long threads = (long) grid.x() * grid.y() * grid.z() * grid.threads();
      assertThat(threads)
          .as("%s", shape)
          .isGreaterThanOrEqualTo(Math.min(loads / LOADS, 132 * 256));
      assertThat(threads).as("%s", shape).isLessThan(2 * loads);
    }
  }

  @Test
  void aSplitHasRowsEnoughToBeWorthItsSum() {
    for (long channels : new long[] {1, 31, 33, 100, 512, 5000}) {
      long[] values = geometry(only(CudaCam.launches(HIRES, first(1, channels, 1000))));
      assertThat(values[4] * values[5]).isGreaterThanOrEqualTo(channels);
      assertThat((values[4] - 1) * values[5]).isLessThan(channels);
      assertThat(values[5] % 32).isZero();
    }
  }

  @Test
  void longRowsAreSplitAndShortOnesShareABlock() {
    CamShape large = first(1, 16, 64 * 64 * 64);
    Launch means = CudaCam.inSteps(MEAN, large).launches().getFirst();
    assertThat(means.kernel()).isEqualTo("camRowsF32");
    assertThat(means.grid()).isEqualTo(new Grid(16, 32, 1, 256));
    CamShape last = new CamShape(2, 16, 1000, Precision.FP16, Layout.CHANNELS_LAST);
    Launch map = only(CudaCam.launches(HIRES, last));
    assertThat(map.grid()).isEqualTo(new Grid(16, 1, 1, 256));
    assertThat(geometry(map)).containsExactly(2000, 16, 1000, 2, 1, 16, 0, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "1,   512,  27,   true", // the last feature map of a ResNet
    "8,   512,  27,   true",
    "1,  2048,  27,   true",
    "135,  16,  36,   true", // AxialNet's slabs
    "1,   512, 125,   true",
    "1,   512, 128,   true",
    "1,   512, 129,  false", // the last block's share passes 64 KiB
    "1,   512, 216,  false",
    "1,    16, 256,   true",
    "1,    16, 257,  false", // one block would have all
    "1,    64, 262144, false"
  })
  void smallGradCamsAreOneLaunch(long batch, long channels, long positions, boolean once) {
    Launches launches = CudaCam.launches(MEAN, first(batch, channels, positions));
    assertThat(launches.launches().stream().map(Launch::kernel))
        .isEqualTo(once ? List.of("camOnceF32") : List.of("camRowsF32", "camColumnsF32"));
  }

  @Test
  void fewChannelsNeedNoHandOver() {
    Launches launches = CudaCam.launches(MEAN, first(135, 16, 36));
    assertThat(only(launches).grid()).isEqualTo(new Grid(1, 135, 1, 256));
    assertThat(launches.scratch() + launches.counters()).isZero();
    Launches many = CudaCam.launches(MEAN, first(3, 512, 27));
    assertThat(only(many).grid()).isEqualTo(new Grid(64, 3, 1, 256));
    assertThat(many.counters()).isEqualTo(3);
    assertThat(many.scratch()).isEqualTo(3 * 64 * 27 * 8);
  }

  /** Grad-CAM++ reads A, g and A; XGrad-CAM reads A and g, then A. */
  @Test
  void otherWeightsTakeOtherSteps() {
    CamShape large = first(1, 16, 64 * 64 * 64);
    assertThat(kernels(CudaCam.launches(new Cam.PlusPlus(), large)))
        .containsExactly("camRowsF32", "camRowsF32", "camColumnsF32");
    assertThat(kernels(CudaCam.launches(new Cam.XGradient(), large)))
        .containsExactly("camRowsBalancedF32", "camColumnsF32");
    CamShape last = new CamShape(1, 512, 27, Precision.FP16, Layout.CHANNELS_LAST);
    assertThat(kernels(CudaCam.inSteps(new Cam.XGradient(), last)))
        .containsExactly("camColumnsBalancedF16", "camRowsF16");
    assertThat(kernels(CudaCam.inSteps(new Cam.PlusPlus(), last)))
        .containsExactly("camColumnsF16", "camColumnsShareF16", "camRowsF16");
    assertThat(kernels(CudaCam.launches(new Cam.PlusPlus(), last)))
        .containsExactly("camOnceLastF16");
  }

  private static List<String> kernels(Launches launches) {
    return launches.launches().stream().map(Launch::kernel).toList();
  }

  /** Sums of 16-bit inputs are half as long. */
  @ParameterizedTest
  @EnumSource(Layout.class)
  void precisionAndLayoutNameTheKernel(Layout layout) {
    CamShape shape = new CamShape(1, 512, 27, Precision.BF16, layout);
    boolean isFirst = layout == Layout.CHANNELS_FIRST;
    assertThat(only(CudaCam.launches(HIRES, shape)).kernel())
        .isEqualTo(isFirst ? "camColumnsB16" : "camRowsB16");
    Launches small = CudaCam.launches(MEAN, shape);
    assertThat(only(small).kernel()).isEqualTo(isFirst ? "camOnceB16" : "camOnceLastB16");
    assertThat(small.scratch()).isEqualTo((isFirst ? 64L : 16L) * 27 * 4);
    assertThat(CudaCam.inSteps(MEAN, shape).launches().stream().map(Launch::kernel))
        .isEqualTo(
            isFirst
                ? List.of("camRowsB16", "camColumnsB16")
                : List.of("camColumnsB16", "camRowsB16"));
  }

  /** The means and the parts of sums share the scratch memory without touching each other. */
  @Test
  void scratchHoldsMeansAndParts() {
    for (Layout layout : Layout.values()) {
      CamShape shape = new CamShape(2, 70, 300_000, Precision.FP32, layout);
      Launches launches = CudaCam.inSteps(MEAN, shape);
      List<Argument.Scratch> used =
          launches.launches().stream()
              .flatMap(launch -> launch.arguments().stream())
              .filter(Argument.Scratch.class::isInstance)
              .map(Argument.Scratch.class::cast)
              .toList();
      assertThat(used).contains(new Argument.Scratch(0));
      assertThat(used).allSatisfy(at -> assertThat(at.offset() % 256).isZero());
      assertThat(used).anySatisfy(at -> assertThat(at.offset()).isGreaterThanOrEqualTo(560));
      assertThat(launches.scratch()).isGreaterThan(768);
      assertThat(launches.counters()).isPositive();
    }
  }
}
