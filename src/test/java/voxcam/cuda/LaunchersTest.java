package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.graph.Node;
import voxcam.op.Cam;
import voxcam.op.Conv;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Resize;
import voxcam.op.Shape;

/** What launchers compute, without a device. */
class LaunchersTest {
  private static Launches launches(Op op, Shape... inputs) {
    List<Shape> list = List.of(inputs);
    Shape output = op.infer(list);
    return switch (op) {
      case Linear linear -> CudaLinear.launches(linear, list, output);
      case Pool pool -> CudaPool.launches(pool, list, output);
      case Resize resize -> CudaResize.launches(resize, list, output);
      default -> throw new IllegalArgumentException(op.name());
    };
  }

  private static long[] geometry(Launch launch) {
    return launch.arguments().stream()
        .filter(Argument.Geometry.class::isInstance)
        .map(argument -> ((Argument.Geometry) argument).values())
        .findFirst()
        .orElseThrow();
  }

  static Stream<OpCase> cases() {
    return OpCases.all().stream()
        .filter(opCase ->
            switch (opCase.op()) {
              case Conv _, Linear _, Pool _, Resize _, Cam _ -> true;
              default -> false;
            });
  }

  /** Addresses in scratch memory are aligned as the contract says, and lie inside of it. */
  @ParameterizedTest
  @MethodSource("cases")
  void scratchIsAlignedAndLargeEnough(OpCase opCase) {
    Node node = opCase.graph(OpCase.Form.INPUTS).outputs().get(0);
    Launches launches = CudaKernels.of(node);
    for (Launch launch : launches.launches()) {
      for (Argument argument : launch.arguments()) {
        if (argument instanceof Argument.Scratch(long offset)) {
          assertThat(offset % 256).isZero();
          assertThat(offset).isLessThan(launches.scratch());
        }
      }
    }
  }

  @Test
  void matricesThatShareTheirRightFactorAreOne() {
    Launch one =
        launches(new Linear.MatMul(), Shape.of(8, 5, 7), Shape.of(7, 40)).launches().get(0);
    assertThat(geometry(one)).startsWith(40, 40, 7, 1, 1, 7, 1, 40, 1);
    Launch many =
        launches(new Linear.MatMul(), Shape.of(8, 5, 7), Shape.of(8, 7, 40)).launches().get(0);
    assertThat(geometry(many)).startsWith(5, 40, 7, 8);
  }

  @Test
  void broadcastMatricesHaveStrideZero() {
    Launch launch =
        launches(new Linear.MatMul(), Shape.of(2, 1, 5, 7), Shape.of(3, 7, 9)).launches().get(0);
    assertThat(geometry(launch))
        .startsWith(5, 9, 7, 6)
        .containsSubsequence(1, 1, 1, 1, 2, 3, 0, 0, 0, 0, 35, 0, 0, 0, 0, 0, 0, 63);
  }

  @Test
  void tooManyBatchAxesAreTold() {
    assertThatThrownBy(() ->
            launches(
                new Linear.MatMul(),
                Shape.of(1, 1, 1, 1, 1, 1, 2, 3, 4),
                Shape.of(1, 1, 1, 1, 1, 2, 1, 4, 5)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "MatMul: 7 batch axes (inputs [1,1,1,1,1,1,2,3,4] and [1,1,1,1,1,2,1,4,5]), at most 6"
                + " on this device; reshape them");
  }

  @Test
  void transposedFactorsAreReadAlongTheirRows() {
    Linear.Gemm op = new Linear.Gemm(1, 1, true, true);
    Launch launch = launches(op, Shape.of(7, 40), Shape.of(50, 7), Shape.of(50)).launches().get(0);
    assertThat(geometry(launch)).startsWith(40, 50, 7, 1, 1, 1, 40, 1, 7).endsWith(1, 0, 1);
  }

  @Test
  void fewLargePlanesArePooledInParts() {
    Launches few = launches(new Pool.GlobalAverage(), Shape.of(1, 16, 64, 64, 64));
    assertThat(few.launches().get(0).grid()).isEqualTo(new Grid(16, 16, 1, 256));
    assertThat(few.scratch()).isEqualTo(16L * 16 * 8);
    Launches many = launches(new Pool.GlobalAverage(), Shape.of(1, 512, 3, 3, 3));
    assertThat(many.launches().get(0).grid()).isEqualTo(new Grid(512, 1, 1, 32));
    assertThat(many.scratch()).isZero();
  }

  @Test
  void gradientsOfAResizeLeaveOutWhatDoesNotChange() {
    Resize.Forward op = new Resize.Forward(Resize.Sampling.TRILINEAR, List.of(8, 5, 12), List.of());
    Resize.Grad grad = new Resize.Grad(op, List.of(4, 5, 6));
    Launches launches = launches(grad, Shape.of(1, 2, 8, 5, 12));
    assertThat(launches.launches()).hasSize(5);
    Launch depth = launches.launches().get(2);
    Launch width = launches.launches().get(4);
    assertThat(geometry(depth)).containsExactly(2, 4, 8, 60, 0, 1);
    assertThat(geometry(width)).containsExactly(2 * 4 * 5, 6, 12, 1, 13, 1);
    assertThat(depth.arguments().get(4)).isEqualTo(width.arguments().get(0));
    assertThat(width.arguments().get(4)).isEqualTo(new Argument.Output());
  }
}
