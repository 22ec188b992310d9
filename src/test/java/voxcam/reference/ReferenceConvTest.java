package voxcam.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import voxcam.op.Conv;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Window;

/**
 * The reference's convolution, with its hoisted bounds, against the definition element by element.
 */
class ReferenceConvTest {
  private final Random random = new Random(4);

  private Tensor draw(Shape shape) {
    return Tensor.of(shape, random.doubles(shape.length(), -1, 1).toArray());
  }

  private Window.Axis axis() {
    return new Window.Axis(
        1 + random.nextInt(4),
        1 + random.nextInt(3),
        random.nextInt(4),
        random.nextInt(4),
        1 + random.nextInt(3));
  }

  /** {@code x} at a position, or zero in the padding. */
  private static double at(Tensor x, int n, int c, int... position) {
    Shape shape = x.shape();
    int index = n * shape.dim(1) + c;
    for (int i = 0; i < position.length; i++) {
      if (position[i] < 0 || position[i] >= shape.dim(i + 2)) {
        return 0;
      }
      index = index * shape.dim(i + 2) + position[i];
    }
    return x.doubles()[index];
  }

  private static double element(Conv conv, Tensor x, Tensor w, int n, int k, int z, int p, int q) {
    List<Window.Axis> axes = conv.window().axes();
    int channels = w.shape().dim(1);
    int firstChannel = k / (w.shape().dim(0) / conv.groups()) * channels;
    double sum = 0;
    for (int c = 0; c < channels; c++) {
      for (int t = 0; t < axes.get(0).kernel(); t++) {
        for (int r = 0; r < axes.get(1).kernel(); r++) {
          for (int s = 0; s < axes.get(2).kernel(); s++) {
            sum +=
                at(w, k, c, t, r, s)
                    * at(
                        x,
                        n,
                        firstChannel + c,
                        position(axes.get(0), z, t),
                        position(axes.get(1), p, r),
                        position(axes.get(2), q, s));
          }
        }
      }
    }
    return sum;
  }

  private static int position(Window.Axis axis, int output, int tap) {
    return output * axis.stride() + tap * axis.dilation() - axis.padBegin();
  }

  @Test
  void everyElementIsThatOfTheDefinition() {
    int tried = 0;
    while (tried < 60) {
      Window window = new Window(List.of(axis(), axis(), axis()));
      int groups = 1 + random.nextInt(3);
      Shape x =
          Shape.of(
              2, groups * 2, 1 + random.nextInt(6), 1 + random.nextInt(6), 1 + random.nextInt(9));
      boolean fits =
          IntStream.range(0, 3).allMatch(i -> window.axis(i).output(x.dim(i + 2), false) > 0);
      if (!fits) {
        continue;
      }
      tried++;
      Tensor input = draw(x);
      Tensor weight =
          draw(
              Shape.of(
                  groups * 3,
                  2,
                  window.axis(0).kernel(),
                  window.axis(1).kernel(),
                  window.axis(2).kernel()));
      Conv conv = new Conv.Forward(window, groups);
      Shape shape = conv.infer(List.of(x, weight.shape()));
      double[] y = new double[shape.length()];
      ReferenceConv.run(conv, List.of(input, weight), shape, y);
      Tensor output = Tensor.of(shape, y);
      for (int n = 0; n < shape.dim(0); n++) {
        for (int k = 0; k < shape.dim(1); k++) {
          for (int z = 0; z < shape.dim(2); z++) {
            for (int p = 0; p < shape.dim(3); p++) {
              for (int q = 0; q < shape.dim(4); q++) {
                assertThat(at(output, n, k, z, p, q))
                    .as("%s of %s", conv, x)
                    .isCloseTo(element(conv, input, weight, n, k, z, p, q), within(1e-12));
              }
            }
          }
        }
      }
    }
  }
}
