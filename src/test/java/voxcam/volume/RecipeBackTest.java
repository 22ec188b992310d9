package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.Tensor;

/**
 * A hot block in one corner of an anisotropic, oblique, flipped volume comes back at the same world
 * coordinate through every recipe, and shows up in the network's input where the recipe puts it.
 */
final class RecipeBackTest {
  private static final int EDGE = 3;

  private static final String ORIENT = "{'step':'orient','codes':'%s'}";
  private static final String ZYX = "{'step':'axes','order':'zyx'}";
  private static final String PAD = "{'step':'crop_or_pad','shape':[23,26,21],'value':'min'}";
  private static final String CROP = "{'step':'crop_or_pad','shape':[15,16,17],'value':-1}";
  private static final String VALUES =
      "{'step':'clip','min':-10,'max':90},{'step':'scale','from':[0,100],'to':[0,1]},{'step':'minmax'},"
          + "{'step':'zscore','mask':'all'},{'step':'subtract','value':0.4}";

  /**
   * A volume whose sizes are multiples of three, 100 in a block of three voxels an edge, 0
   * elsewhere.
   */
  private static Volume block(Random random, int margin, boolean sheared) {
    int[] size = {
      15 + 3 * random.nextInt(3), 15 + 3 * random.nextInt(3), 15 + 3 * random.nextInt(3)
    };
    int[] start = new int[3];
    for (int axis = 0; axis < 3; axis++) {
      start[axis] = random.nextBoolean() ? margin : size[axis] - EDGE - margin;
    }
    float[] voxels = new float[size[0] * size[1] * size[2]];
    for (int i = 0; i < EDGE * EDGE * EDGE; i++) {
      int x = start[0] + i / 9;
      int y = start[1] + i / 3 % 3;
      int z = start[2] + i % 3;
      voxels[(x * size[1] + y) * size[2] + z] = 100;
    }
    return Volume.of("block", Grid.of(size, Places.random(random, sheared)), 1, voxels);
  }

  /** What is hot in the input, 0 or 1, on the grid of maps. */
  private static Tensor hot(Prepared prepared) {
    float[] input = prepared.input().floats();
    Stats stats = Stats.of(input, 0, input.length);
    float[] map = new float[input.length];
    for (int i = 0; i < map.length; i++) {
      map[i] = input[i] > (stats.least() + stats.most()) / 2 ? 1 : 0;
    }
    return Tensor.of(prepared.grid(), map);
  }

  private static Recipe recipe(String steps) {
    return Recipe.parse("[" + steps.replace('\'', '"') + "]");
  }

  private static float[] ones(Volume block) {
    float[] ones = block.voxels().clone();
    for (int i = 0; i < ones.length; i++) {
      ones[i] /= 100;
    }
    return ones;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ORIENT,
        ZYX,
        PAD,
        VALUES,
        ORIENT + "," + PAD + "," + VALUES + "," + ZYX,
        ZYX + "," + PAD
      })
  void comesBackVoxelForVoxelWithoutInterpolation(String steps) {
    Random random = new Random(31);
    for (int round = 0; round < 30; round++) {
      Volume block = block(random, 0, round % 3 == 0);
      Prepared prepared = recipe(steps.formatted(codes(random))).apply(block);

      Volume back = prepared.back(hot(prepared));

      assertThat(back.grid()).isEqualTo(block.grid());
      assertThat(back.voxels()).isEqualTo(ones(block));
      assertThat(prepared.labelsBack(prepared.forwardMask(block)).voxels())
          .isEqualTo(block.voxels());
    }
  }

  @Test
  void cropsComeBackWithZerosAroundThem() {
    Random random = new Random(32);
    for (int round = 0; round < 30; round++) {
      Volume block = block(random, 3, false);
      String codes = codes(random);
      Prepared prepared = recipe(ORIENT.formatted(codes) + "," + CROP).apply(block);
      assertThat(prepared.back(hot(prepared)).voxels()).isEqualTo(ones(block));

      float[] seen = prepared.back(Tensor.filled(prepared.grid(), 1)).voxels();
      int count = 0;
      for (float value : seen) {
        count += value == 1 ? 1 : 0;
        assertThat(value).isIn(0f, 1f);
      }
      int expected = 1;
      int[] shape = {15, 16, 17};
      Grid grid = block.grid();
      Move move = Orientation.of(grid.affine()).to(Orientation.of(codes), grid.size());
      for (int axis = 0; axis < 3; axis++) {
        expected *= Math.min(shape[axis], move.permuted(grid.size())[axis]);
      }
      assertThat(count).isEqualTo(expected);
    }
  }

  @Test
  void slabsComeBackOnTheirSlices() {
    Random random = new Random(33);
    for (int round = 0; round < 30; round++) {
      Volume block = block(random, 0, false);
      String steps =
          ORIENT.formatted(codes(random)) + "," + ZYX + ",{'step':'slabs','n':3}," + VALUES;
      Prepared prepared = recipe(steps).apply(block);
      Volume back = prepared.back(prepared.forwardMask(block));
      assertThat(back.voxels()).isEqualTo(block.voxels());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%2$s",
        "%1$s,%2$s",
        "%2$s,{'step':'axes','order':'zyx'}",
        "%1$s,%2$s,%3$s,{'step':'axes','order':'zyx'}",
        "%1$s,%2$s,%3$s"
      })
  void comesBackInPlaceThroughResampling(String steps) {
    Random random = new Random(34);
    String large = "{'step':'crop_or_pad','shape':[90,95,100],'value':'min'}," + VALUES;
    for (int round = 0; round < 20; round++) {
      Volume block = block(random, 0, round % 3 == 0);
      double[] spacing = new double[3];
      double coarsest = 0;
      for (int axis = 0; axis < 3; axis++) {
        spacing[axis] = 0.7 + 1.5 * random.nextDouble();
        coarsest = Math.max(coarsest, Math.max(spacing[axis], block.grid().spacing()[axis]));
      }
      String kind = round % 2 == 0 ? "linear" : "nearest";
      String resample =
          "{'step':'resample','spacing':[%s,%s,%s],'interpolation':'%s'}"
              .formatted(spacing[0], spacing[1], spacing[2], kind);
      String text = steps.formatted(ORIENT.formatted(codes(random)), resample, large);
      Prepared prepared = recipe(text).apply(block);

      Volume back = prepared.back(hot(prepared));

      double[] there = centre(block);
      double[] here = centre(back);
      for (int axis = 0; axis < 3; axis++) {
        assertThat(here[axis])
            .as("%s, round %d", text, round)
            .isCloseTo(there[axis], within(0.6 * coarsest));
      }
      assertThat(prepared.labelsBack(hot(prepared)).voxels()).containsOnly(0f, 1f);
    }
  }

  /**
   * The recipe's own record of where the network's voxels lie in the world agrees with the way
   * back.
   */
  @Test
  void theNetworksGridHasItsPlaceInTheWorld() {
    Random random = new Random(35);
    for (int round = 0; round < 30; round++) {
      Volume block = block(random, 0, round % 2 == 0);
      String codes = codes(random);
      Frame frame = new Frame(block.voxels().clone(), 1, block.grid());
      String resample = "{'step':'resample','spacing':[1.1,0.9,2.3]}";
      for (Step step : recipe(ORIENT.formatted(codes) + "," + resample + "," + PAD).steps()) {
        step.apply(frame);
      }
      assertThat(Orientation.of(frame.affine).codes()).isEqualTo(codes);
      assertThat(frame.affine.columnLength(0)).isEqualTo(1.1, within(1e-9));
      assertThat(frame.affine.columnLength(2)).isEqualTo(2.3, within(1e-9));
      double[] world = frame.affine.apply(3, 5, 7);
      double[] index = frame.toSource.matrix().apply(3, 5, 7);
      assertThat(block.grid().world(index[0], index[1], index[2]))
          .containsExactly(world, within(1e-9));
      double[] again = frame.toSource.inverse().matrix().apply(index[0], index[1], index[2]);
      assertThat(again).containsExactly(new double[] {3, 5, 7}, within(1e-9));
    }
  }

  private static double[] centre(Volume volume) {
    int[] size = volume.grid().size();
    double[] sum = new double[3];
    double weight = 0;
    for (int x = 0; x < size[0]; x++) {
      for (int y = 0; y < size[1]; y++) {
        for (int z = 0; z < size[2]; z++) {
          double value = volume.value(x, y, z);
          double[] at = volume.grid().world(x, y, z);
          for (int axis = 0; axis < 3; axis++) {
            sum[axis] += value * at[axis];
          }
          weight += value;
        }
      }
    }
    return new double[] {sum[0] / weight, sum[1] / weight, sum[2] / weight};
  }

  private static String codes(Random random) {
    String[] orders = {"RAS", "LPS", "SPR", "AIL", "PSL", "IRA", "RIP"};
    return orders[random.nextInt(orders.length)];
  }
}
