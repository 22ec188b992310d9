package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import voxcam.explain.Explanation;
import voxcam.explain.GradCam;
import voxcam.explain.HiResCam;
import voxcam.explain.Method;
import voxcam.explain.Trust;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class ResultLineTest {
  private static String line(Method method, boolean guaranteed, boolean coincide, double sum) {
    Trust trust =
        new Trust(
            guaranteed, coincide, "because", List.of(), 10, sum, 0, 0, Optional.<String>empty());
    Tensor map = Tensor.of(Shape.of(1, 1, 2), new float[] {1, 2});
    Explanation explanation =
        new Explanation("nodule", 0, "conv", method, map, OptionalLong.empty(), trust);
    return ResultLine.of(new MapFiles.Written(explanation, Optional.empty(), List.of(), List.of()));
  }

  @Test
  void sumsAddUpOnlyIfTheResidualSaysSo() {
    HiResCam method = new HiResCam();
    assertThat(line(method, false, false, 9.9999)).endsWith("1.0e-05  adds up, not guaranteed");
    for (double sum : new double[] {9.98, 30, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThat(line(method, false, false, sum)).contains("  residual ");
      assertThat(line(method, false, false, sum)).endsWith("  does not add up");
    }
    assertThat(line(method, true, true, 9.9999)).endsWith("residual 1.0e-05  guaranteed");
  }

  @Test
  void gradCamHasAResidualOnlyWhereItIsHiResCam() {
    GradCam method = new GradCam();
    assertThat(line(method, false, false, 300))
        .doesNotContain("residual")
        .endsWith("not guaranteed");
    assertThat(line(method, true, true, 9.9999)).contains("residual 1.0e-05");
    assertThat(line(method, false, true, 300)).endsWith("does not add up");
  }
}
