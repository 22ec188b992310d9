package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.golden.Closeness;
import voxcam.op.Cam;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * Heat maps of shapes that are cut in each of the ways there are: few channels, positions and
 * channels shared out among tasks, and runs and rests of the sums over positions.
 */
final class CpuCamTest {
  static Stream<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (Cam op : Cam.all()) {
      for (Shape shape :
          List.of(
              Shape.of(1, 5, 41, 43, 47),
              Shape.of(2, 8, 13, 17, 19),
              Shape.of(1, 21, 25, 26, 27),
              Shape.of(1, 600, 3, 5, 7),
              Shape.of(1, 130, 11, 12, 13))) {
        cases.add(Arguments.of(op, shape));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0} of {1}")
  @MethodSource("cases")
  void hasTheSameBitsForAnyThreadsAndAgreesWithTheReference(Cam op, Shape shape) {
    Random random = new Random(shape.size());
    float[] positive = Graphs.normal(random, shape.dims()).floats().clone();
    for (int i = 0; i < positive.length; i++) {
      positive[i] = Math.abs(positive[i]);
    }
    List<Tensor> inputs = List.of(Tensor.of(shape, positive), Graphs.normal(random, shape.dims()));
    float[] once = run("cpu", 1, op, inputs).floats();
    for (int threads : new int[] {2, 5}) {
      assertThat(run("cpu", threads, op, inputs).floats())
          .as("%d threads", threads)
          .containsExactly(once);
    }
    Tensor truth = run("reference", 1, op, inputs);
    assertThat(Closeness.relativeNorm(Tensor.of(truth.shape(), once), truth)).isLessThan(1e-6);
  }

  private static Tensor run(String device, int threads, Cam op, List<Tensor> inputs) {
    Options options = Options.DEFAULT.withThreads(threads);
    var graph = Graphs.of(op, inputs);
    try (Program program = Backends.named(device).compile(graph, options)) {
      return program.run(Graphs.named(inputs)).get(0);
    }
  }
}
