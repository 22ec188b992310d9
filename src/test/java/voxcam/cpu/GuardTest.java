package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Kernels with faults, to see that guarded programs find them. */
final class GuardTest {
  private static final int LENGTH = 10;

  @Test
  void aSoundKernelPasses() {
    assertThatCode(() -> run((inputs, y, scratch, threads) -> copy(inputs[0], y, LENGTH)))
        .doesNotThrowAnyException();
  }

  @Test
  void writingBehindTheOutputIsFound() {
    assertThatThrownBy(() -> run((inputs, y, scratch, threads) -> copy(inputs[0], y, LENGTH + 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cpu: y: Relu [10] wrote behind its output, at 10 of 10");
  }

  @Test
  void leavingAnElementOutIsFound() {
    assertThatThrownBy(() -> run((inputs, y, scratch, threads) -> copy(inputs[0], y, LENGTH - 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cpu: y: Relu [10] left element 9 of 10 unwritten, or made it from such");
  }

  @Test
  void readingTheOutputBeforeWritingIsFound() {
    assertThatThrownBy(() ->
            run((inputs, y, scratch, threads) -> {
              for (int i = 0; i < LENGTH; i++) {
                y[i] += inputs[0][i];
              }
            }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("left element 0 of 10 unwritten, or made it from such");
  }

  @Test
  void changingAnInputIsFound() {
    assertThatThrownBy(() ->
            run((inputs, y, scratch, threads) -> {
              copy(inputs[0], y, LENGTH);
              inputs[0][3] = 7;
            }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cpu: y: Relu [10] changed an input");
  }

  @Test
  void writingBehindTheScratchMemoryIsFound() {
    Kernel kernel =
        new Kernel() {
          @Override
          public void run(float[][] inputs, float[] y, float[] scratch, Threads threads) {
            copy(inputs[0], y, LENGTH);
            scratch[5] = 1;
          }

          @Override
          public long scratch() {
            return 5;
          }
        };
    assertThatThrownBy(() -> run(kernel))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cpu: y: Relu [10] wrote behind its scratch memory, at 5 of 5");
  }

  private static void copy(float[] from, float[] to, int length) {
    Arrays.fill(to, 0, length, 0);
    System.arraycopy(from, 0, to, 0, Math.min(length, LENGTH));
  }

  private static void run(Kernel kernel) {
    List<Tensor> inputs = List.of(Tensor.filled(Shape.of(LENGTH), 1));
    Options options = Options.DEFAULT.withGuards();
    try (CpuProgram program =
        CpuProgram.of(
            Graphs.of(new Unary.Relu(), inputs),
            options,
            node -> List.of(Form.plain(node, () -> kernel)))) {
      program.run(Graphs.named(inputs));
    }
  }
}
