package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import voxcam.cuda.CudaPlan.Origin;
import voxcam.cuda.CudaPlan.Value;
import voxcam.op.Shape;

final class GuardedStepsTest {
  private static final Value VALUE =
      new Value("y", "Relu", Shape.of(2), Origin.COMPUTED, 0, 0);
  private static final float UNWRITTEN = Float.intBitsToFloat(0x7fe5a5a5);
  private static final float BEHIND = Float.intBitsToFloat(0x7feb1b1b);

  @Test
  void acceptsWhatIsWhole() {
    assertThatCode(() ->
            GuardedSteps.checkOutput(VALUE, new float[] {1, Float.NaN, BEHIND, BEHIND}, 2))
        .doesNotThrowAnyException();
    assertThatCode(() ->
            GuardedSteps.checkInputs(
                VALUE, new float[][] {{1, Float.NaN}}, new float[][] {{1, Float.NaN}}))
        .doesNotThrowAnyException();
  }

  @Test
  void findsWhatIsNot() {
    assertThatThrownBy(() ->
            GuardedSteps.checkOutput(VALUE, new float[] {1, UNWRITTEN, BEHIND, BEHIND}, 2))
        .hasMessage("cuda: y: Relu [2] left element 1 of 2 unwritten");
    assertThatThrownBy(() ->
            GuardedSteps.checkOutput(VALUE, new float[] {1, 2, BEHIND, 0}, 2))
        .hasMessage("cuda: y: Relu [2] wrote behind its output, at 3 of 2");
    assertThatThrownBy(() ->
            GuardedSteps.checkInputs(VALUE, new float[][] {{1, 2}}, new float[][] {{1, -2}}))
        .hasMessage("cuda: y: Relu [2] changed input 0");
  }
}
