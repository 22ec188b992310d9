package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Window;

/** What cuDNN is asked for, and what it is not. */
final class CudnnProblemTest {
  private static String forward(Window window, int groups, Shape x, Shape w) {
    Conv op = new Conv.Forward(window, groups);
    Shape y = op.infer(List.of(x, w));
    assertThat(CudnnProblem.refusal(op, List.of(x, w), y)).isEmpty();
    return CudnnProblem.of(op, List.of(x, w), y).text();
  }

  private static Window window(Window.Axis... axes) {
    return new Window(List.of(axes));
  }

  @Test
  void aVolumeKeepsItsThreeAxes() {
    assertThat(
            forward(
                Window.cube(3, 3, 2, 1, 1), 2, Shape.of(1, 4, 9, 8, 7), Shape.of(6, 2, 3, 3, 3)))
        .isEqualTo(
            "forward x[1,4,9,8,7] w[6,2,3,3,3] y[1,6,5,4,4] padding[1,1,1] stride[2,2,2]"
                + " dilation[1,1,1] groups 2");
  }

  @Test
  void axesAlongWhichNothingSlidesAreMerged() {
    Window.Axis three = new Window.Axis(3, 1, 1, 1, 1);
    Window.Axis unit = new Window.Axis(1, 1, 0, 0, 5);
    assertThat(
            forward(window(unit, unit, unit), 1, Shape.of(2, 4, 5, 6, 7), Shape.of(8, 4, 1, 1, 1)))
        .startsWith("forward x[2,4,30,7] w[8,4,1,1] y[2,8,30,7] padding[0,0]")
        .contains("dilation[1,1]");
    assertThat(
            forward(window(three, unit, unit), 1, Shape.of(2, 4, 5, 6, 7), Shape.of(8, 4, 3, 1, 1)))
        .startsWith("forward x[2,4,5,42] w[8,4,3,1] y[2,8,5,42] padding[1,0]");
    assertThat(
            forward(
                window(unit, three, three), 1, Shape.of(2, 4, 1, 6, 7), Shape.of(8, 4, 1, 3, 3)))
        .startsWith("forward x[2,4,6,7] w[8,4,3,3] y[2,8,6,7] padding[1,1]");
    assertThat(
            forward(
                window(unit, three, three), 1, Shape.of(2, 4, 5, 6, 7), Shape.of(8, 4, 1, 3, 3)))
        .as("slices beside each other stay an axis")
        .startsWith("forward x[2,4,5,6,7] ");
    Window.Axis strided = new Window.Axis(1, 2, 0, 0, 1);
    assertThat(
            forward(
                window(strided, strided, strided),
                1,
                Shape.of(1, 4, 6, 6, 6),
                Shape.of(8, 4, 1, 1, 1)))
        .startsWith("forward x[1,4,6,6,6] w[8,4,1,1,1] y[1,8,3,3,3] padding[0,0,0] stride[2,2,2]");
  }

  /** Sizes that cuDNN is told are 32 bits each. */
  @Test
  void axesThatWouldBeTooLongStayApart() {
    Window.Axis unit = new Window.Axis(1, 1, 0, 0, 1);
    assertThat(
            forward(
                window(unit, unit, unit),
                1,
                Shape.of(1, 1, 65_536, 32_768, 2),
                Shape.of(1, 1, 1, 1, 1)))
        .startsWith("forward x[1,1,65536,65536] ");
    assertThat(
            forward(
                window(unit, unit, unit),
                1,
                Shape.of(1, 1, 65_536, 32_768, 65_536),
                Shape.of(1, 1, 1, 1, 1)))
        .startsWith("forward x[1,1,65536,32768,65536] ");
  }

  @Test
  void oneAxisGetsASecondOne() {
    assertThat(forward(Window.cube(1, 5, 1, 2, 1), 1, Shape.of(3, 4, 20), Shape.of(8, 4, 5)))
        .startsWith("forward x[3,4,1,20] w[8,4,1,5] y[3,8,1,20] padding[0,2] stride[1,1]");
  }

  @Test
  void gradientsNameTheSameThreeTensors() {
    Window window = Window.cube(3, 3, 1, 1, 1);
    Shape x = Shape.of(1, 4, 5, 6, 7);
    Shape w = Shape.of(8, 4, 3, 3, 3);
    Shape y = Shape.of(1, 8, 5, 6, 7);
    CudnnProblem input =
        CudnnProblem.of(new Conv.InputGrad(window, 1, List.of(5, 6, 7)), List.of(y, w), x);
    CudnnProblem weight = CudnnProblem.of(new Conv.WeightGrad(window, 1), List.of(x, y), w);
    String tensors = " x[1,4,5,6,7] w[8,4,3,3,3] y[1,8,5,6,7] ";
    assertThat(input.text()).startsWith("input gradient" + tensors);
    assertThat(weight.text()).startsWith("weight gradient" + tensors);
    assertThat(input.first()).isEqualTo(input.y());
    assertThat(input.result()).isEqualTo(input.x());
    assertThat(weight.second()).isEqualTo(weight.y());
    assertThat(input.depth()).isEqualTo(8 * 27);
    assertThat(weight.depth()).isEqualTo(5 * 6 * 7);
  }

  @Test
  void aTransposedConvolutionIsAnInputGradient() {
    Conv op = new Conv.Transposed(Window.cube(3, 3, 2, 1, 1), 1, List.of(1, 1, 1));
    List<Shape> inputs = List.of(Shape.of(1, 8, 3, 4, 5), Shape.of(8, 4, 3, 3, 3));
    Shape output = op.infer(inputs);
    assertThat(CudnnProblem.refusal(op, inputs, output)).isEmpty();
    assertThat(CudnnProblem.of(op, inputs, output).text())
        .startsWith("input gradient x[1,4,6,8,10] w[8,4,3,3,3] y[1,8,3,4,5] ");
  }

  @Test
  void unevenPaddingIsRefusedUnlessTheEndIsNeverReached() {
    Window.Axis uneven = new Window.Axis(3, 1, 1, 0, 1);
    Conv op = new Conv.Forward(window(uneven), 1);
    List<Shape> inputs = List.of(Shape.of(1, 1, 8), Shape.of(1, 1, 3));
    assertThat(CudnnProblem.refusal(op, inputs, op.infer(inputs)))
        .isEqualTo(Optional.of("padding differs before and behind"));

    Conv strided = new Conv.Forward(window(new Window.Axis(3, 2, 1, 0, 1)), 1);
    assertThat(CudnnProblem.refusal(strided, inputs, strided.infer(inputs))).isEmpty();
  }

  @Test
  void sumsOfSixteenBitsNeverOverflow() {
    assertThat(Packing.scale(100)).isEqualTo(1);
    assertThat(Packing.scale(16_376)).isEqualTo(1);
    assertThat(Packing.scale(16_377)).isEqualTo(0.5f);
    assertThat(Packing.scale(2_000_000)).isEqualTo(1 / 128f);
  }
}
