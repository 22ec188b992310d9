package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options.Precision;
import voxcam.cuda.CublasProblem.Matrix;
import voxcam.cuda.CublasWork.Numbers;
import voxcam.op.Linear;
import voxcam.op.Shape;

/** Products in the order of rows as cuBLAS, which goes by columns, is told of them. */
final class CublasProblemTest {
  private static Optional<CublasProblem> of(Linear op, Shape... inputs) {
    List<Shape> shapes = List.of(inputs);
    return CublasProblem.of(CudaLinear.product(op, shapes, op.infer(shapes)));
  }

  @Test
  void theTransposedResultIsAskedFor() {
    assertThat(of(new Linear.MatMul(), Shape.of(17, 33), Shape.of(33, 20)))
        .contains(
            new CublasProblem(20, 17, 33, new Matrix(false, 20, 0), new Matrix(false, 33, 0), 1));
    assertThat(of(new Linear.Gemm(1, 1, true, true), Shape.of(33, 17), Shape.of(20, 33)))
        .contains(
            new CublasProblem(20, 17, 33, new Matrix(true, 33, 0), new Matrix(true, 17, 0), 1));
  }

  @Test
  void oneRowStillHasADistanceThatSuits() {
    assertThat(of(new Linear.Gemm(1, 1, true, false), Shape.of(33, 1), Shape.of(33, 20)))
        .hasValueSatisfying(p -> assertThat(p.right()).isEqualTo(new Matrix(false, 33, 0)));
  }

  @Test
  void batchesLieAtOneDistanceOrAreRefused() {
    assertThat(of(new Linear.MatMul(), Shape.of(2, 3, 5, 7), Shape.of(2, 3, 7, 9)))
        .hasValueSatisfying(p -> {
          assertThat(p.batches()).isEqualTo(6);
          assertThat(p.left().stride()).isEqualTo(63);
          assertThat(p.right().stride()).isEqualTo(35);
        });
    assertThat(of(new Linear.MatMul(), Shape.of(4, 7), Shape.of(3, 7, 5)))
        .hasValueSatisfying(p -> assertThat(p.right().stride()).isZero());
    assertThat(of(new Linear.MatMul(), Shape.of(2, 1, 5, 7), Shape.of(3, 7, 18))).isEmpty();
  }

  @Test
  void fp16IsMultipliedWithItsDigitsAndAnySize() {
    assertThat(Numbers.of(Precision.FP32, 9)).isEqualTo(Numbers.FP32);
    assertThat(Numbers.of(Precision.FP16, 8)).isEqualTo(Numbers.TF32);
    assertThat(Numbers.of(Precision.BF16, 8)).isEqualTo(Numbers.BF16);
    assertThat(Numbers.of(Precision.FP16, 7)).isEqualTo(Numbers.FP32);
  }
}
