package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.BackendException;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.cuda.Emulator.Kind;
import voxcam.op.Linear;

/** Both ways to call cuBLAS: by JCublas for CUDA 12, without it for CUDA 13. */
@Tag("emulator")
final class CublasTest {
  private Use use;

  @BeforeEach
  void begin() {
    use = Use.of("cudnn,cublas", "library");
    Emulator.loadCublas13();
    Emulator.reset();
  }

  @AfterEach
  void end() {
    use.close();
    Device.releaseIdle();
    assertThat(Cublas.find(List.of(Cublas.CUDA_12)).told()).endsWith("by JCublas");
    assertThat(Emulator.report()).isEmpty();
    assertThat(Emulator.live(Kind.LIBRARY_OBJECTS)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "libcublas.so.12, libcublas.so.12: version 12.6 by JCublas",
    "libcublas.so.13, libcublas.so.13: version 13.0 by java.lang.foreign"
  })
  void productsAreTheirs(String library, String told) {
    assertThat(Cublas.find(List.of(library)).told()).isEqualTo(told);
    int number = 0;
    for (OpCase opCase : OpCases.all()) {
      if (opCase.op() instanceof Linear) {
        Precision precision = number++ % 4 == 0 ? Precision.TF32 : Precision.FP32;
        Conformance.Result result =
            Conformance.run(new CudaBackend(), Options.DEFAULT.withPrecision(precision), opCase);
        assertThat(result.passed()).as(result.message()).isTrue();
      }
    }
    assertThat(number).isGreaterThan(20);
    assertThat(Emulator.live(Kind.LIBRARY_OBJECTS)).isPositive();
  }

  @Test
  void thatOfCuda12ComesFirst() {
    assertThat(Cublas.find(List.of(Cublas.CUDA_12, Cublas.CUDA_13)).told())
        .startsWith("libcublas.so.12: ");
    assertThat(Cublas.find(List.of("libcublas.so.11", Cublas.CUDA_13)).told())
        .startsWith("libcublas.so.13: ");
  }

  @Test
  void whereJCublasDoesNotLoadTheOtherWayIsTakenAndTold() {
    Cublas looked =
        Cublas.look(
            List.of(Cublas.CUDA_12),
            () -> {
              throw new BackendException("cuda: JCublas2.so does not load: no space");
            });
    assertThat(looked.maker()).isPresent();
    assertThat(looked.told())
        .isEqualTo(
            "libcublas.so.12: version 12.6 by java.lang.foreign, since JCublas cannot be used:"
                + " cuda: JCublas2.so does not load: no space");
  }
}
