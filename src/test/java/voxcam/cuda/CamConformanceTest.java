package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
import voxcam.cuda.CamReduction.Precision;
import voxcam.op.Cam;

/**
 * The kernels of heat maps against their definition, in all precisions and layouts: each way of
 * each map with all pairs of channels and positions from 1 to 40, and larger ones; a third of the
 * pairs and all larger ones in two orders of threads that must give the same bits. The second run
 * has the counters that the first one left.
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
  record Way(Cam op, boolean inSteps) {
    static List<Way> all() {
      List<Way> all = new ArrayList<>();
      for (Cam op : Cam.all()) {
        all.add(new Way(op, true));
        if (op instanceof Cam.Pooled) {
          all.add(new Way(op, false));
        }
      }
      return all;
    }

    /** Those of HiResCAM and Grad-CAM, from which the others differ only in what is summed. */
    static List<Way> means() {
      return all().stream()
          .filter(way -> way.op() instanceof Cam.HiRes || way.op() instanceof Cam.Gradient)
          .toList();
    }

    /** Without one launch of these where the engine takes several; Grad-CAM stands for them. */
    static List<Way> suiting(CamShape shape) {
      return all().stream()
          .filter(
              way -> way.inSteps() || way.op() instanceof Cam.Gradient || CudaCam.isSmall(shape))
          .toList();
    }

    Launches launches(CamShape shape) {
      return op instanceof Cam.Pooled pooled
          ? inSteps ? CudaCam.inSteps(pooled, shape) : CudaCam.once(pooled, shape)
          : CudaCam.launches(op, shape);
    }
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Precision.values())
        .flatMap(
            precision -> Stream.of(Layout.values()).map(layout -> Arguments.of(precision, layout)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySizeOfChannelsAndPositions(Precision precision, Layout layout) {
    for (int channels = 1; channels <= LARGEST; channels++) {
      for (int positions = 1; positions <= LARGEST; positions++) {
        int batch = (channels * 3 + positions) % 4 == 0 ? 2 : 1;
        CamShape shape = new CamShape(batch, channels, positions, precision, layout);
        check(shape, Way.all(), (channels + positions) % 3 == 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySizeOfBatch(Precision precision, Layout layout) {
    for (int batch = 1; batch <= LARGEST; batch++) {
      check(new CamShape(batch, 35, 3, precision, layout), Way.means(), batch % 3 == 0);
      check(new CamShape(batch, 5, 9, precision, layout), Way.means(), batch % 3 == 1);
    }
  }

  /** Sizes that call for splits and for wide tiles, with tails. */
  @ParameterizedTest
  @MethodSource("kinds")
  void largerOnes(Precision precision, Layout layout) {
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
      CamShape shape = new CamShape(size[0], size[1], size[2], precision, layout);
      check(shape, Way.suiting(shape), true);
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
      CamHarness.Given given =
          new CamHarness.Given(shape, new Cam.HiRes(), numbers, ones, new double[count], null);
      float[] map = harness.run(CudaCam.launches(new Cam.HiRes(), shape), given, 1).getFirst();
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

  @ParameterizedTest
  @MethodSource("kinds")
  void tilesOfAWholeBlock(Precision precision, Layout layout) {
    CamShape shape = new CamShape(257, 3, 4096, precision, layout);
    check(shape, List.of(new Way(new Cam.HiRes(), true)), true);
  }

  /** One order of threads, and then all in another one, since to draw orders takes time. */
  private static void check(CamShape shape, List<Way> ways, boolean again) {
    long seed = shape.channels() * 1000 + shape.positions();
    CamHarness.Drawn drawn = CamHarness.drawn(shape, seed);
    try (var inputs = harness.new Inputs(drawn.bytes()[0], drawn.bytes()[1])) {
      List<CamHarness.Work> works = new ArrayList<>();
      List<float[]> maps = new ArrayList<>();
      Emulator.seed(seed);
      CamHarness.Given given = null;
      for (Way way : ways) {
        // Those of one map follow each other.
        given = given != null && given.op().equals(way.op()) ? given : drawn.given(way.op());
        CamHarness.Work work = inputs.work(way.launches(shape), given.map().length);
        works.add(work);
        maps.add(work.run());
        assertThat(CamHarness.difference(maps.getLast(), given)).as("%s", way).isEmpty();
      }
      Emulator.seed(seed + 1);
      for (int i = 0; again && i < works.size(); i++) {
        float[] map = works.get(i).run();
        if (!Arrays.equals(maps.get(i), map)) {
          assertThat(map).as("%s of %s again", ways.get(i), shape).isEqualTo(maps.get(i));
        }
      }
    }
  }
}
