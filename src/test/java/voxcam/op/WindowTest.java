package voxcam.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowTest {
  /** Counts windows one by one, by PyTorch's words for floor and ceil mode. */
  private static int enumerated(Window.Axis axis, int size, boolean ceil) {
    int padded = axis.padBegin() + size + axis.padEnd();
    int last = axis.dilation() * (axis.kernel() - 1);
    if (last >= padded) {
      return 0;
    }
    int count = 0;
    for (int start = 0; start < padded; start += axis.stride()) {
      boolean whole = start + last < padded;
      boolean previousLeftSome = start - axis.stride() + last < padded - 1;
      boolean startsBeforeRightPadding = start < axis.padBegin() + size;
      boolean partial = ceil && previousLeftSome && startsBeforeRightPadding;
      if ((whole && (!ceil || startsBeforeRightPadding)) || partial) {
        count++;
      }
    }
    return count;
  }

  @Test
  void outputSizesAreThoseOfWindowsCountedOneByOne() {
    Random random = new Random(1);
    int partial = 0;
    for (int i = 0; i < 20_000; i++) {
      int dilation = 1 + random.nextInt(3);
      int kernel = 1 + random.nextInt(5);
      int extent = dilation * (kernel - 1) + 1;
      Window.Axis axis =
          new Window.Axis(
              kernel,
              1 + random.nextInt(4),
              random.nextInt(extent),
              random.nextInt(extent),
              dilation);
      int size = 1 + random.nextInt(20);
      for (boolean ceil : new boolean[] {false, true}) {
        assertThat(axis.output(size, ceil))
            .as("%s on %d, ceil %s", axis, size, ceil)
            .isEqualTo(enumerated(axis, size, ceil));
      }
      partial += axis.output(size, true) - axis.output(size, false);
    }
    assertThat(partial).as("ceil mode made a difference").isPositive();
  }

  @Test
  void convolutionUndoesTheSizeOfTheTransposedOne() {
    Random random = new Random(2);
    for (int i = 0; i < 5_000; i++) {
      int stride = 1 + random.nextInt(4);
      int dilation = 1 + random.nextInt(3);
      int kernel = 1 + random.nextInt(5);
      Window.Axis axis =
          new Window.Axis(kernel, stride, random.nextInt(3), random.nextInt(3), dilation);
      int positions = 1 + random.nextInt(9);
      int size = axis.transposed(positions, random.nextInt(stride));
      if (size >= 1) {
        assertThat(axis.output(size, false)).as("%s from %d", axis, size).isEqualTo(positions);
      }
    }
  }

  @Test
  void extentCountsTheGapsOfDilation() {
    assertThat(new Window.Axis(3, 1, 0, 0, 4).extent()).isEqualTo(9);
    assertThat(Window.Axis.UNIT.extent()).isEqualTo(1);
  }

  @Test
  void volumetricAddsUnitAxesInFront() {
    Window window = Window.cube(1, 3, 2, 1, 1);
    assertThat(window.volumetric().axes())
        .containsExactly(Window.Axis.UNIT, Window.Axis.UNIT, new Window.Axis(3, 2, 1, 1, 1));
    assertThat(window.volumetric().taps()).isEqualTo(3);
    assertThat(Window.cube(3, 3, 1, 1, 1).volumetric()).isEqualTo(Window.cube(3, 3, 1, 1, 1));
  }

  @Test
  void refusesImpossibleWindows() {
    assertThatThrownBy(() -> new Window.Axis(0, 1, 0, 0, 1))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "window: kernel 0, stride 1, padding 0 and 0, dilation 1; kernel, stride and dilation"
                + " must be at least 1, padding at least 0");
    assertThatThrownBy(() -> Window.cube(4, 3, 1, 1, 1))
        .isInstanceOf(InputException.class)
        .hasMessage("window: 4 spatial axes, 1 to 3 are supported");
    assertThatThrownBy(() -> new Window(List.of()))
        .hasMessage("window: 0 spatial axes, 1 to 3 are supported");
  }
}
