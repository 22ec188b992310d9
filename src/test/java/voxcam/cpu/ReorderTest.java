package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.Shape;

/** Tensors in the other layout, against the definition of the layouts. */
final class ReorderTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 16, 20, 35, 64})
  void movesEveryValueToItsPlace(int channels) {
    for (Shape shape :
        new Shape[] {
          Shape.of(2, channels, 1, 1, 1),
          Shape.of(2, channels, 7),
          Shape.of(1, channels, 13, 16, 16)
        }) {
      float[] x = Graphs.normal(new Random(channels), shape.dims()).floats();
      float[] expected = blocked(x, shape);
      for (int threads : new int[] {1, 2, 5}) {
        float[] y = filled(expected.length);
        new Reorder(shape, Layout.BLOCKED)
            .run(new float[][] {x}, y, new float[0], new Threads(threads));
        assertThat(Arrays.equals(plain(y, shape), x)).isTrue();
        float[] back = filled(x.length);
        new Reorder(shape, Layout.PLAIN)
            .run(new float[][] {expected}, back, new float[0], new Threads(threads));
        assertThat(Arrays.equals(back, x)).isTrue();
      }
    }
  }

  private static float[] filled(int length) {
    float[] values = new float[length];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  /** A blocked tensor whose missing channels are NaN. */
  static float[] blocked(float[] x, Shape shape) {
    float[] y = filled(Math.toIntExact(Layout.BLOCKED.floats(shape)));
    for (int i = 0; i < shape.length(); i++) {
      y[place(i, shape)] = x[i];
    }
    return y;
  }

  static float[] plain(float[] x, Shape shape) {
    float[] y = new float[shape.length()];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[place(i, shape)];
    }
    return y;
  }

  private static int place(int index, Shape shape) {
    int space = Math.toIntExact(shape.size(2, shape.rank()));
    int channels = shape.dim(1);
    int sample = index / (channels * space);
    int channel = index / space % channels;
    int block = sample * Layout.blocks(channels) + channel / Layout.BLOCK;
    return (block * space + index % space) * Layout.BLOCK + channel % Layout.BLOCK;
  }
}
