package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.OpCase;
import voxcam.graph.Graph;
import voxcam.op.Cam;
import voxcam.op.Conv;
import voxcam.op.Linear;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Regions;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;
import voxcam.op.Window;

/** What is no number, or infinite, comes out where the reference lets it out, and nowhere else. */
@Tag("emulator")
class SpecialValuesTest {
  private static LaunchHarness harness;

  @BeforeAll
  static void start() {
    harness = new LaunchHarness();
  }

  /** The first input holds special values. */
  record Special(Op op, List<Shape> shapes) {
    @Override
    public String toString() {
      return op + " of " + shapes;
    }
  }

  static Stream<Special> specials() {
    Window three = Window.cube(3, 3, 1, 1, 1);
    Conv fused = new Conv.Fused(three, 1, Optional.of(new Unary.Relu()), false);
    Regions sliding = new Regions.Sliding(Window.cube(3, 3, 2, 1, 1), false);
    Shape x = Shape.of(1, 6, 5, 6, 7);
    Shape pooled = Shape.of(1, 6, 3, 3, 4);
    return Stream.of(
        new Special(fused, List.of(x, Shape.of(7, 6, 3, 3, 3), Shape.of(7))),
        new Special(new Conv.Forward(three, 6), List.of(x, Shape.of(6, 1, 3, 3, 3))),
        new Special(
            new Conv.InputGrad(Window.cube(3, 3, 2, 1, 1), 1, List.of(9, 11, 13)),
            List.of(x, Shape.of(6, 16, 3, 3, 3))),
        new Special(new Linear.MatMul(), List.of(Shape.of(20, 30), Shape.of(30, 17))),
        new Special(new Linear.MatMul(), List.of(Shape.of(2, 30), Shape.of(30))),
        new Special(new Pool.Max(sliding), List.of(x)),
        new Special(new Pool.MaxPick(sliding), List.of(x, x)),
        new Special(new Pool.MaxScatter(sliding), List.of(x, pooled)),
        new Special(new Pool.Average(sliding, true), List.of(x)),
        new Special(new Pool.AverageGrad(sliding, true, List.of(5, 6, 7)), List.of(pooled)),
        new Special(new Pool.GlobalMax(), List.of(Shape.of(3, 5, 2, 3, 4))),
        new Special(new Pool.GlobalAverage(), List.of(Shape.of(3, 5, 2, 3, 4))),
        new Special(new Cam.HiRes(), List.of(x, x)),
        new Special(new Cam.Layer(), List.of(x, x)),
        new Special(new Cam.Elementwise(), List.of(x, x)),
        new Special(new Cam.Gradient(), List.of(x, x)));
  }

  @ParameterizedTest
  @MethodSource("specials")
  void areTreatedAsInTheReference(Special special) {
    Random random = new Random(7);
    List<Tensor> inputs = new ArrayList<>();
    for (Shape shape : special.shapes()) {
      float[] values = new float[shape.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() * 2 - 1;
      }
      if (inputs.isEmpty()) {
        values[values.length / 3] = Float.NaN;
        values[values.length / 2] = Float.POSITIVE_INFINITY;
        values[values.length - 2] = Float.NEGATIVE_INFINITY;
      }
      inputs.add(Tensor.of(shape, values));
    }
    OpCase opCase = new OpCase("", special.op(), inputs, OpCase.ROUNDED);
    Graph graph = opCase.graph(OpCase.Form.INPUTS);
    Tensor expected;
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      expected = program.run(opCase.given(OpCase.Form.INPUTS)).get(0);
    }
    Tensor actual = harness.run(CudaKernels.of(graph.outputs().get(0)), inputs, expected.shape());
    assertThat(KernelCasesTest.error(actual, expected)).isLessThanOrEqualTo(3e-6);
  }
}
