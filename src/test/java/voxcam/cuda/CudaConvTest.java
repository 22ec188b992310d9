package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Unary;
import voxcam.op.Window;

class CudaConvTest {
  private static final Window THREE = Window.cube(3, 3, 1, 1, 1);

  private static CudaConvGeometry forward(int c, int k, int groups, int size) {
    return CudaConvGeometry.forward(
        new Conv.Forward(THREE, groups),
        Shape.of(1, c, size, size, size),
        Shape.of(1, k, size, size, size));
  }

  @ParameterizedTest
  @CsvSource({
    "256, 32, convTile128x64",
    "64, 32, convTile64x128",
    "32, 32, convTile32x128",
    "16, 32, convTile16x256",
    "512, 3, convTile128x32"
  })
  void theTileWastesLittle(int channels, int size, String kernel) {
    assertThat(CudaConv.tile(forward(64, channels, 1, size)).kernel()).isEqualTo(kernel);
  }

  @Test
  void fewChannelsAreComputedDirectly() {
    assertThat(CudaConv.isDirect(forward(1, 64, 1, 32))).isTrue();
    assertThat(CudaConv.isDirect(forward(96, 96, 96, 32))).isTrue();
    assertThat(CudaConv.isDirect(forward(64, 3, 1, 32))).isTrue();
    assertThat(CudaConv.isDirect(forward(512, 3, 1, 3))).isFalse();
    assertThat(CudaConv.isDirect(forward(64, 64, 1, 32))).isFalse();
  }

  @Test
  void splitsAreOnlyWhereBlocksAreFewAndSumsLong() {
    assertThat(CudaConv.splits(160, 1 << 20, 128, 8)).isEqualTo(1);
    assertThat(CudaConv.splits(4, 255, 128, 8)).isEqualTo(1);
    assertThat(CudaConv.splits(4, 13824, 128, 8)).isEqualTo(64);
    assertThat(CudaConv.splits(100, 13824, 128, 8)).isEqualTo(4);
  }

  @Test
  void everySplitHasWork() {
    for (long blocks = 1; blocks < 200; blocks += 7) {
      for (long depth = 1; depth < 30_000; depth += 377) {
        long splits = CudaConv.splits(blocks, depth, 128, 8);
        long steps = Math.ceilDiv(depth, 8);
        assertThat((splits - 1) * Math.ceilDiv(steps, splits)).isLessThan(steps);
        assertThat(splits).isBetween(1L, 64L);
      }
    }
  }

  @Test
  void splitSumsLieInScratchUntilTheyAreAdded() {
    Conv op = new Conv.Fused(THREE, 1, Optional.of(new Unary.LeakyRelu(0.25)), true);
    Shape x = Shape.of(1, 512, 3, 3, 3);
    Launches launches =
        CudaConv.launches(op, List.of(x, Shape.of(512, 512, 3, 3, 3), Shape.of(512), x), x);
    Launch parts = launches.launches().get(0);
    Launch sum = launches.launches().get(1);
    assertThat(parts.grid()).isEqualTo(new Grid(4, 64, 1, 256));
    assertThat(parts.arguments().get(4)).isEqualTo(new Argument.Scratch(0));
    assertThat(launches.scratch()).isEqualTo(64L * 512 * 27 * 4);
    assertThat(sum.kernel()).isEqualTo("convSum");
    assertThat(sum.arguments().subList(0, 4))
        .containsExactly(
            new Argument.Scratch(0),
            new Argument.Input(2),
            new Argument.Input(3),
            new Argument.Output());
    assertThat(((Argument.Geometry) sum.arguments().get(4)).values())
        .containsExactly(512 * 27, 64, 512, 27, 1, 1, 2);
    assertThat(sum.arguments().get(5)).isEqualTo(new Argument.Real(0.25f));
  }

  @Test
  void aGradientWithStrideFallsIntoPhases() {
    Window window =
        new Window(
            List.of(
                new Window.Axis(3, 2, 1, 1, 1),
                new Window.Axis(3, 1, 1, 1, 1),
                new Window.Axis(4, 6, 0, 0, 4)));
    Conv op = new Conv.InputGrad(window, 2, List.of(7, 5, 20));
    Shape gx = Shape.of(3, 8, 7, 5, 20);
    Shape w = Shape.of(6, 4, 3, 3, 4);
    Shape gy = new Conv.Forward(window, 2).infer(List.of(gx, w));
    CudaConvGeometry g = CudaConvGeometry.backward(op, gy, gx);
    assertThat(g.phases()).isEqualTo(12);
    // Phases have up to 4, 5 and 4 positions per axis and 2, 3 and 2 of the taps.
    assertThat(g.positions()).isEqualTo(3L * 4 * 5 * 4);
    assertThat(g.depth()).isEqualTo(3L * 2 * 3 * 2);
    long[] values = g.argument(1, false, false, Activation.NONE).values();
    assertThat(values)
        .containsExactly(
            3,
            2,
            4,
            3,
            gy.dim(2),
            gy.dim(3),
            gy.dim(4),
            7,
            5,
            20,
            3,
            3,
            4,
            2,
            1,
            6,
            1,
            1,
            0,
            1,
            1,
            4,
            2,
            1,
            3,
            3 * 4 * 36,
            36,
            4 * 36,
            1,
            12,
            1,
            0,
            0,
            0);
    Launch launch = CudaConv.launches(op, List.of(gy, w), gx).launches().get(0);
    assertThat(launch.kernel()).isEqualTo("convDirect4");
    assertThat(launch.grid().x()).isEqualTo(2 * 12);
  }

  @Test
  void axesThatATensorLacksHaveOnePosition() {
    CudaConvGeometry g =
        CudaConvGeometry.forward(
            new Conv.Forward(Window.cube(1, 5, 2, 2, 1), 1), Shape.of(2, 6, 11), Shape.of(2, 8, 6));
    assertThat(g.source()).containsExactly(1, 1, 11);
    assertThat(g.result()).containsExactly(1, 1, 6);
    assertThat(g.phases()).isEqualTo(1);
    assertThat(g.columns()).isEqualTo(30);
  }
}
