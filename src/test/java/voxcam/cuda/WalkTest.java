package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import voxcam.op.Broadcast;
import voxcam.op.InputException;
import voxcam.op.Shape;

class WalkTest {
  @Test
  void axesThatAllTensorsCrossAlikeAreOne() {
    Shape y = Shape.of(2, 5, 3, 4, 9);
    Walk channels = over(y, y, Shape.of(5, 1, 1, 1));
    assertThat(channels.sizes()).containsExactly(108, 5, 2);
    assertThat(channels.strides()[0]).containsExactly(1, 108, 540);
    assertThat(channels.strides()[1]).containsExactly(0, 1, 0);
    assertThat(over(y, y, y).sizes()).containsExactly(1080);
    assertThat(over(y, Shape.SCALAR).strides()[0]).containsExactly(0);
    assertThat(over(Shape.of(1, 1), Shape.of(1, 1)).axes()).isZero();
  }

  @Test
  void axesInReverseAreOneToo() {
    Walk walk = Walk.over("Slice", Shape.of(3, 4), new long[] {-4, -1});
    assertThat(walk.sizes()).containsExactly(12);
    assertThat(walk.strides()[0]).containsExactly(-1);
    assertThat(walk.isFlat(0)).isFalse();
  }

  @Test
  void flatIsOneNumberOrEveryElementInTurn() {
    Shape y = Shape.of(6, 7);
    assertThat(over(y, y, Shape.SCALAR).isFlat(0)).isTrue();
    assertThat(over(y, y, Shape.SCALAR).isFlat(1)).isTrue();
    assertThat(over(y, y, Shape.of(7)).isFlat(0)).isFalse();
    assertThat(Walk.over("Slice", Shape.of(5), new long[] {2}).isFlat(0)).isFalse();
  }

  @Test
  void membersAreThoseOfTheStruct() {
    Shape y = Shape.of(4, 3);
    Argument.Geometry geometry = over(y, y, Shape.of(3)).behind(12, 7);
    long[] expected = new long[2 + 1 + 3 * Walk.MOST_AXES];
    expected[0] = 12;
    expected[1] = 7;
    expected[2] = 2;
    expected[3] = 3;
    expected[4] = 4;
    expected[3 + Walk.MOST_AXES] = 1;
    expected[4 + Walk.MOST_AXES] = 3;
    expected[3 + 2 * Walk.MOST_AXES] = 1;
    assertThat(geometry.values()).containsExactly(expected);
  }

  @Test
  void tooManyAxesAreRefused() {
    Shape shape = Shape.of(2, 2, 2, 2, 2, 2, 2, 2, 2);
    long[] strides = shape.strides();
    long[] reversed = LongStream.range(0, 9).map(i -> strides[8 - (int) i]).toArray();
    assertThatThrownBy(() -> Walk.over("Transpose", shape, reversed))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Transpose: device cuda walks over at most 8 axes, [2,2,2,2,2,2,2,2,2] has 9;"
                + " use --device cpu");
  }

  @Test
  void partsJoinWholeAxesInside() {
    // Channels 4 and 5 of 6 are one stretch of each sample.
    PartAxes slice =
        PartAxes.of(
            "SliceGrad", Shape.of(2, 6, 3, 9), longs(0, 4, 0, 0), ones(4), longs(2, 2, 3, 9), true);
    assertThat(slice.axes()).isEqualTo(2);
    assertThat(slice.whole()).startsWith(162, 2).hasSize(Walk.MOST_AXES);
    assertThat(slice.first()).startsWith(108, 0);
    assertThat(slice.part()).startsWith(54, 2);
  }

  @Test
  void partsWithStepsOrMirrorsStayApart() {
    Shape shape = Shape.of(6, 4);
    PartAxes everySecond =
        PartAxes.of("SliceGrad", shape, longs(0, 0), longs(2, 1), longs(3, 4), true);
    assertThat(everySecond.axes()).isEqualTo(2);
    assertThat(everySecond.step()).startsWith(1, 2);
    PartAxes mirrored = PartAxes.of("Pad", shape, longs(1, 0), ones(2), longs(4, 4), false);
    assertThat(mirrored.axes()).isEqualTo(2);
    assertThat(PartAxes.of("Pad", shape, longs(0, 0), ones(2), longs(6, 4), false).axes())
        .isEqualTo(1);
  }

  @Test
  void teamsSplitOnlyWhatIsLongAndFew() {
    assertThat(Teams.of(511)).isEqualTo(32);
    assertThat(Teams.of(512)).isEqualTo(256);
    assertThat(Teams.partLength(1 << 20, 1024, 4096)).isEqualTo(1 << 20);
    assertThat(Teams.partLength(4096, 1, 4096)).isEqualTo(4096);
    assertThat(Teams.partLength(5000, 1, 4096)).isEqualTo(4096);
    assertThat(Teams.partLength(1 << 20, 32, 4096)).isEqualTo(1 << 15);
    for (long length : new long[] {1, 63, 4097, 123_457, 2_000_003}) {
      for (long blocks : new long[] {1, 7, 500, 1023, 5000}) {
        long part = Teams.partLength(length, blocks, 64);
        assertThat(Math.ceilDiv(length, part)).isBetween(1L, 65_535L);
        assertThat(part == length || part % 64 == 0).isTrue();
      }
    }
  }

  private static Walk over(Shape y, Shape... tensors) {
    return Walk.over(
        "Add", y, Arrays.stream(tensors).map(t -> Broadcast.strides(t, y)).toArray(long[][]::new));
  }

  private static long[] longs(long... values) {
    return values;
  }

  private static long[] ones(int count) {
    return LongStream.generate(() -> 1).limit(count).toArray();
  }
}
