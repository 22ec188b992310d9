package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.cuda.CamDisplay.Format;
import voxcam.op.Shape;

/** Which grids display maps call for, without a device. */
final class CudaDisplayTest {
  private static final int RECIPROCAL = 7;
  private static final int TABLE = 15;

  private static long[] geometry(Launch launch) {
    return launch.arguments().stream()
        .filter(Argument.Geometry.class::isInstance)
        .map(argument -> ((Argument.Geometry) argument).values())
        .findFirst()
        .orElseThrow();
  }

  private static Launch write(Shape coarse, Shape grid, Format format) {
    return CudaDisplay.launches(coarse, grid, 2, format).launches().getLast();
  }

  @Test
  void smallMapsNeedNoHandOver() {
    Launches small = CudaDisplay.launches(Shape.of(7, 7, 7), Shape.of(96, 96, 96), 3, Format.UINT8);
    assertThat(small.launches().stream().map(Launch::kernel))
        .isEqualTo(List.of("displayRange", "displayWriteU8"));
    assertThat(small.launches().getFirst().grid()).isEqualTo(new Grid(1, 3, 1, 256));
    assertThat(small.counters()).isZero();
    Launches large =
        CudaDisplay.launches(Shape.of(64, 64, 64), Shape.of(128, 128, 128), 3, Format.UINT8);
    assertThat(large.launches().getFirst().grid()).isEqualTo(new Grid(64, 3, 1, 256));
    assertThat(large.counters()).isEqualTo(3);
    assertThat(large.scratch()).isEqualTo(256 + 3 * 64 * 8);
  }

  /** A piece for each 16 bytes of a plane, and one more where planes begin inside of pieces. */
  @Test
  void threadsCoverAPlane() {
    Shape coarse = Shape.of(7, 7, 7);
    assertThat(write(coarse, Shape.of(112, 128, 128), Format.FLOAT32).grid())
        .isEqualTo(new Grid(17, 112, 2, 256));
    assertThat(write(coarse, Shape.of(112, 128, 128), Format.UINT8).grid())
        .isEqualTo(new Grid(5, 112, 2, 256));
    assertThat(write(coarse, Shape.of(3, 5, 9), Format.FLOAT16).grid())
        .isEqualTo(new Grid(1, 3, 2, 32));
    assertThat(write(coarse, Shape.of(1, 1, 1), Format.FLOAT16).grid())
        .isEqualTo(new Grid(1, 1, 2, 32));
  }

  @Test
  void tablesAreForMapsThatAreCoarse() {
    for (Format format : Format.values()) {
      Shape grid = Shape.of(128, 128, 128);
      assertThat(geometry(write(Shape.of(16, 16, 16), grid, format))[TABLE]).isOne();
      assertThat(geometry(write(Shape.of(64, 64, 64), grid, format))[TABLE]).isOne();
    }
    Shape same = Shape.of(2, 70, 70);
    assertThat(geometry(write(same, same, Format.UINT8))[TABLE]).isZero();
    assertThat(geometry(write(Shape.of(1, 1, 5000), same, Format.FLOAT32))[TABLE]).isZero();
  }

  /** The product with a reciprocal is the quotient, for every value that comes up. */
  @Test
  void reciprocalsDivide() {
    Random random = new Random(3);
    int most = CudaDisplay.MOST_SIZE;
    for (int i = 0; i < 10_000; i++) {
      int size = i < 100 ? i + 1 : i < 200 ? most - i + 100 : 1 + random.nextInt(most);
      Shape grid = Shape.of(1, 1, size);
      long reciprocal = geometry(write(Shape.of(1, 1, 1), grid, Format.FLOAT32))[RECIPROCAL + 2];
      long multiple = 2L * size * random.nextInt(1 + most / size);
      for (long value : new long[] {multiple, multiple + 2L * size - 1, 1L << 31, 0}) {
        assertThat(Math.unsignedMultiplyHigh(value, reciprocal)).isEqualTo(value / (2L * size));
      }
    }
  }
}
