package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.op.Reduce;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class CpuReduceTest {
  @Test
  void aSumOverAVolumeIsAccurate() {
    // Sixteen million values around 1000: one running float sum would be wrong in the third digit.
    int side = 256;
    float[] values = new float[side * side * side];
    double exact = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = 1000 + (((i * 2654435761L) >>> 8) & 0xffff) / 65536f;
      exact += values[i];
    }
    List<Tensor> inputs = List.of(Tensor.of(Shape.of(1, 1, side, side, side), values));
    for (List<Integer> axes : List.of(List.<Integer>of(), List.of(2, 3, 4))) {
      Reduce op = new Reduce(Reduce.Kind.Sum, axes, false);
      try (Program program = new CpuBackend().compile(Graphs.of(op, inputs), Options.DEFAULT)) {
        double sum = program.run(Graphs.named(inputs)).getFirst().floats()[0];
        assertThat(Math.abs(sum - exact) / exact).isLessThan(1e-6);
      }
    }
  }

  @Test
  void segmentsDoNotDependOnThreads() {
    int[][] shapes = {{1 << 20}, {3, 1 << 18}, {1 << 18, 3}, {70, 90, 50}, {300, 7, 80}};
    for (int[] dims : shapes) {
      Tensor x = Graphs.normal(new Random(3), dims);
      for (Reduce.Kind kind : Reduce.Kind.values()) {
        for (int mask = 1; mask < 1 << dims.length; mask++) {
          List<Integer> axes = new ArrayList<>();
          for (int axis = 0; axis < dims.length; axis++) {
            if (((mask >> axis) & 1) > 0) {
              axes.add(axis);
            }
          }
          Reduce op = new Reduce(kind, axes, false);
          Shape shape = op.infer(List.of(x.shape()));
          Kernel kernel = CpuReduce.kernel(op, x.shape());
          float[] one = new float[shape.length()];
          float[] three = new float[shape.length()];
          float[][] inputs = {x.floats()};
          kernel.run(inputs, one, new float[0], new Threads(1));
          kernel.run(inputs, three, new float[0], new Threads(3));
          assertThat(Arrays.equals(three, one)).as("%s of %s", op, x.shape()).isTrue();
        }
      }
    }
  }
}
