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
 * each map with all pairs of channels and positions from 1 to 40, and larger ones; in two orders of
 * threads that must give the same bits. The second run has the counters that the first one left.
 */
@Tag("emulator")
class CamConformanceTest {
  private static final int LARGEST = 40;
  private static final int SEED = 11;

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
      List<CamShape> shapes = new ArrayList<>();
      for (int positions = 1; positions <= LARGEST; positions++) {
        int batch = 1 + (channels * 3 + positions) % 3;
        shapes.add(new CamShape(batch, channels, positions, precision, layout));
      }
      check(shapes);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everySizeOfBatch(Precision precision, Layout layout) {
    List<CamShape> shapes = new ArrayList<>();
    for (int batch = 1; batch <= LARGEST; batch++) {
      shapes.add(new CamShape(batch, 35, 3, precision, layout));
      shapes.add(new CamShape(batch, 5, 9, precision, layout));
    }
    check(shapes);
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
      check(List.of(new CamShape(size[0], size[1], size[2], precision, layout)));
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
    check(List.of(shape), List.of(new Way(new Cam.HiRes(), true)));
  }

  private static void check(List<CamShape> shapes) {
    check(shapes, Way.all());
  }

  /** One order of threads after the other, since to draw orders takes time. */
  private static void check(List<CamShape> shapes, List<Way> ways) {
    List<Sample> samples = new ArrayList<>();
    try {
      for (CamShape shape : shapes) {
        samples.add(new Sample(shape, ways));
      }
      Emulator.seed(SEED);
      samples.forEach(Sample::first);
      Emulator.seed(SEED + 1);
      samples.forEach(Sample::again);
    } finally {
      samples.forEach(Sample::close);
    }
  }

  /** The maps of one activation and gradient. */
  private static final class Sample implements AutoCloseable {
    private final CamHarness.Drawn drawn;
    private final List<Way> ways;
    private final CamHarness.Inputs inputs;
    private final List<CamHarness.Work> works = new ArrayList<>();
    private final List<float[]> maps = new ArrayList<>();

    Sample(CamShape shape, List<Way> ways) {
      drawn = CamHarness.drawn(shape, shape.channels() * 1000 + shape.positions());
      this.ways = ways;
      inputs = harness.new Inputs(drawn.bytes()[0], drawn.bytes()[1]);
    }

    void first() {
      CamHarness.Given given = null;
      Cam op = null;
      for (Way way : ways) {
        if (!way.op().equals(op)) {
          op = way.op();
          given = drawn.given(op);
        }
        CamHarness.Work work = inputs.work(way.launches(drawn.shape()), given.map().length);
        float[] map = work.run();
        assertThat(CamHarness.difference(map, given)).as("%s", way).isEmpty();
        works.add(work);
        maps.add(map);
      }
    }

    void again() {
      for (int i = 0; i < works.size(); i++) {
        float[] map = works.get(i).run();
        if (!Arrays.equals(maps.get(i), map)) {
          assertThat(map).as("%s of %s again", ways.get(i), drawn.shape()).isEqualTo(maps.get(i));
        }
      }
    }

    @Override
    public void close() {
      inputs.close();
    }
  }
}
