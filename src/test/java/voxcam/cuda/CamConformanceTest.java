package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.cuda.CamReduction.Layout;
import voxcam.cuda.CamReduction.Method;
import voxcam.cuda.CamReduction.Precision;

/**
 * The kernels of heat maps against their definition, in all precisions and layouts: HiResCAM with
 * all pairs of channels and positions from 1 to 40, each way of Grad-CAM with every third of them,
 * and larger ones; in two orders of threads that must give the same bits. The second run has the
 * counters that the first one left.
 */
@Tag("emulator")
class CamConformanceTest {
  private static final int LARGEST = 40;

  private static CamHarness harness;

  @BeforeAll
  static void start() {
    harness = new CamHarness();
  }

  /** A way to a map. */
  enum Way {
    HIRES(Method.HIRESCAM),
    ONCE(Method.GRADCAM),
    TWICE(Method.GRADCAM);

    private final Method method;

    Way(Method method) {
      this.method = method;
    }

    Launches launches(CamShape shape) {
      return switch (this) {
        case HIRES -> CudaCam.hiRes(shape);
        case ONCE -> CudaCam.gradientOnce(shape);
        case TWICE -> CudaCam.gradientTwice(shape);
      };
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Way.values())
        .flatMap(way ->
            Stream.of(Precision.values())
                .flatMap(precision ->
                    Stream.of(Layout.values())
                        .map(layout -> Arguments.of(way, precision, layout))));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySizeOfChannelsAndPositions(Way way, Precision precision, Layout layout) {
    for (int channels = 1; channels <= LARGEST; channels++) {
      for (int positions = 1; positions <= LARGEST; positions++) {
        // The two ways of Grad-CAM share their kernels' parts with HiResCAM, so a third does.
        if (way != Way.HIRES && (channels + positions) % 3 != 0) {
          continue;
        }
        int batch = 1 + (channels * 3 + positions) % 3;
        check(way, new CamShape(batch, channels, positions, precision, layout));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySizeOfBatch(Way way, Precision precision, Layout layout) {
    for (int batch = 1; batch <= LARGEST; batch++) {
      check(way, new CamShape(batch, 35, 3, precision, layout));
      check(way, new CamShape(batch, 5, 9, precision, layout));
    }
  }

  /** Sizes that call for splits and for wide tiles, with tails. */
  @ParameterizedTest
  @MethodSource("kinds")
  void largerOnes(Way way, Precision precision, Layout layout) {
    long[][] sizes = {
      {1, 512, 27},
      {2, 512, 27},
      {1, 515, 29},
      {2, 96, 343},
      {1, 300, 512},
      {1, 2, 40_001},
      {2, 67, 900},
      {1, 40_003, 2},
      {3, 1000, 33}
    };
    for (long[] size : sizes) {
      check(way, new CamShape(size[0], size[1], size[2], precision, layout));
    }
  }

  /** Infinities, what is no number, and the smallest numbers, as they are, times 1. */
  @ParameterizedTest
  @EnumSource(names = {"FP16", "BF16"})
  void everyNumberOfSixteenBits(Precision precision) {
    int count = 1 << 16;
    byte[] numbers = new byte[count * 2];
    byte[] ones = new byte[count * 2];
    short one = precision == Precision.FP16 ? Float.floatToFloat16(1) : 0x3f80;
    for (int i = 0; i < count; i++) {
      numbers[2 * i] = (byte) i;
      numbers[2 * i + 1] = (byte) (i >> 8);
      ones[2 * i] = (byte) one;
      ones[2 * i + 1] = (byte) (one >> 8);
    }
    for (Layout layout : Layout.values()) {
      CamShape shape = new CamShape(1, 1, count, precision, layout);
      CamHarness.Given given = new CamHarness.Given(shape, numbers, ones, new double[count], null);
      float[] map = harness.run(CudaCam.hiRes(shape), given, 1).getFirst();
      for (int i = 0; i < count; i++) {
        float wanted =
            precision == Precision.FP16
                ? Float.float16ToFloat((short) i)
                : Float.intBitsToFloat(i << 16);
        if (map[i] != wanted && !(Float.isNaN(map[i]) && Float.isNaN(wanted))) {
          assertThat(map[i]).as("bits %x", i).isEqualTo(wanted);
        }
      }
    }
  }

  static Stream<Arguments> numbers() {
    return Stream.of(Precision.values())
        .flatMap(
            precision -> Stream.of(Layout.values()).map(layout -> Arguments.of(precision, layout)));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void tilesOfAWholeBlock(Precision precision, Layout layout) {
    check(Way.HIRES, new CamShape(257, 3, 4096, precision, layout));
  }

  private static void check(Way way, CamShape shape) {
    long seed = shape.channels() * 1000 + shape.positions();
    CamHarness.Given given = CamHarness.given(shape, way.method, seed);
    List<float[]> maps = harness.run(way.launches(shape), given, seed, seed + 1);
    assertThat(CamHarness.difference(maps.getFirst(), given)).isEmpty();
    if (!Arrays.equals(maps.getFirst(), maps.getLast())) {
      assertThat(maps.getLast()).as("%s again", shape).isEqualTo(maps.getFirst());
    }
  }
}
