package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import voxcam.backend.Options.Precision;
import voxcam.cuda.LibraryUse.Choice;
import voxcam.op.InputException;

/** What may be said of NVIDIA's libraries, and what is refused. */
final class LibraryUseTest {
  private static final LibraryUse BOTH = new LibraryUse(true, true, Choice.TIMED);
  private static final Cudnn MISSING =
      new Cudnn(Optional.empty(), "libcudnn.so.9: not found by the dynamic linker");
  private static final Cudnn THERE =
      new Cudnn(Optional.of(91501L), "libcudnn.so.9: version 9.15.1");

  @Test
  void propertiesSayWhatIsUsed() {
    assertThat(LibraryUse.of(null, null, Choice.TIMED)).isEqualTo(BOTH);
    assertThat(LibraryUse.of("none", "listed", Choice.TIMED))
        .isEqualTo(new LibraryUse(false, false, Choice.LISTED));
    assertThat(LibraryUse.of("cuBLAS", "Library", Choice.TIMED))
        .isEqualTo(new LibraryUse(false, true, Choice.LIBRARY));
    assertThatThrownBy(() -> LibraryUse.of("cufft", null, Choice.TIMED))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "voxcam.cuda.libraries: cufft is not known, give none, cudnn, cublas or cudnn,cublas");
    assertThatThrownBy(() -> LibraryUse.of(null, "fast", Choice.TIMED))
        .isInstanceOf(InputException.class)
        .hasMessage("voxcam.cuda.choice: fast is not known, give timed, listed or library");
  }

  @Test
  void findingsSayWhatWasTakenAndWhatIsDoneWithout() {
    assertThat(THERE.finding(BOTH).found())
        .isEqualTo("libcudnn.so.9: version 9.15.1; taken for convolutions");
    assertThat(THERE.finding(new LibraryUse(false, true, Choice.TIMED)).found())
        .isEqualTo("libcudnn.so.9: version 9.15.1; not taken, voxcam.cuda.libraries leaves it out");
    assertThat(MISSING.finding(BOTH).found())
        .isEqualTo(
            "libcudnn.so.9: not found by the dynamic linker; convolutions run on our kernels");
    assertThat(new Cublas(Optional.empty(), "libcublas.so.12: not found").finding(BOTH).found())
        .isEqualTo("libcublas.so.12: not found; matrix products run on our kernels");
  }

  @Test
  void aPrecisionNeedsAGpuAndCudnn() {
    Gpu turing = new Gpu(0, "T4", 1L << 34, 7, 5, 12_060);
    Gpu ampere = new Gpu(0, "A100", 1L << 36, 8, 0, 12_060);
    assertThat(CudaBackend.refusal(Precision.FP32, turing, BOTH, () -> MISSING)).isEmpty();
    assertThat(CudaBackend.refusal(Precision.FP16, turing, BOTH, () -> THERE)).isEmpty();
    assertThat(CudaBackend.refusal(Precision.BF16, ampere, BOTH, () -> THERE)).isEmpty();
    assertThat(CudaBackend.refusal(Precision.TF32, turing, BOTH, () -> THERE))
        .contains(
            "precision tf32 needs compute capability 8.0 (Ampere, of 2020) or later, T4 has 7.5;"
                + " give fp32 or fp16");
    assertThat(CudaBackend.refusal(Precision.BF16, ampere, BOTH, () -> MISSING))
        .contains(
            "precision bf16 needs cuDNN 9, libcudnn.so.9: not found by the dynamic linker; install"
                + " it, or give fp32");
  }

  @Test
  void whatIsRefusedIsToldFromWhatFails() {
    assertThat(Cudnn.isRefusal(2000)).isTrue();
    assertThat(Cudnn.isRefusal(3000)).isTrue();
    assertThat(Cudnn.isRefusal(3007)).isTrue();
    assertThat(Cudnn.isRefusal(0)).isFalse();
    assertThat(Cudnn.isRefusal(1001)).isFalse();
    assertThat(Cudnn.isRefusal(4000)).isFalse();
    assertThat(Cudnn.isRefusal(5000)).isFalse();
  }
}
