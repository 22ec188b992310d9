package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import jcuda.CudaException;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.BackendException;
import voxcam.op.InputException;

/** What the user is told when the driver refuses. */
final class DriverTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2   | CUDA_ERROR_OUT_OF_MEMORY; close other programs that use the GPU, give a smaller input,"
            + " or use --device cpu",
        "100 | CUDA_ERROR_NO_DEVICE; the driver shows no GPU: see nvidia-smi and CUDA_VISIBLE_DEVICES",
        "222 | CUDA_ERROR_UNSUPPORTED_PTX_VERSION; this driver cannot load the kernels of this jar:"
            + " install a newer NVIDIA driver",
        "700 | CUDA_ERROR_ILLEGAL_ADDRESS; a kernel failed: run engine doctor, use --device cpu, and"
            + " please report this",
        "999 | CUDA_ERROR_UNKNOWN; restart the machine, as after an update of the driver, or use"
            + " --device cpu",
        "1   | CUDA_ERROR_INVALID_VALUE; run engine doctor, or use --device cpu",
        "-77 | error -77; run engine doctor, or use --device cpu",
      })
  void eachErrorSaysWhatFailedAndWhatToDo(int code, String told) {
    assertThatThrownBy(() -> Driver.check("cuSomething", code))
        .isInstanceOf(BackendException.class)
        .hasMessage("cuda: cuSomething failed with " + told);
  }

  @Test
  void whatJCudaThrowsIsToldWithItsReason() {
    assertThat(Driver.thrown(new CudaException("CUDA_ERROR_OUT_OF_MEMORY")))
        .isInstanceOf(BackendException.class)
        .hasMessage(
            "cuda: JCuda threw CUDA_ERROR_OUT_OF_MEMORY where its code is wanted; leave"
                + " setExceptionsEnabled(true) out");
  }

  @Test
  void successIsSilent() {
    assertThatCode(() -> Driver.check("cuSomething", CUresult.CUDA_SUCCESS))
        .doesNotThrowAnyException();
  }

  @Test
  void onlySomeErrorsEndTheContext() {
    assertThat(Driver.endsContext(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS)).isTrue();
    assertThat(Driver.endsContext(CUresult.CUDA_ERROR_OUT_OF_MEMORY)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"8g,8589934592", "512M,536870912", "3k,3072", "77,77"})
  void sizesAreReadAsForTheHeap(String text, long bytes) {
    assertThat(Bytes.parse(text)).hasValue(bytes);
  }

  @ParameterizedTest
  @CsvSource({"8 gigabytes", "-1", "g", "99999999999g"})
  void whatIsNoSizeIsNot(String text) {
    assertThat(Bytes.parse(text)).isEqualTo(OptionalLong.empty());
  }

  @Test
  void aCapIsAtMostTheDevicesMemory() {
    assertThat(DeviceMemory.cap(null, 100)).isEqualTo(100);
    assertThat(DeviceMemory.cap("1k", 4096)).isEqualTo(1024);
    assertThat(DeviceMemory.cap("8g", 4096)).isEqualTo(4096);
    assertThatThrownBy(() -> DeviceMemory.cap("much", 100))
        .isInstanceOf(InputException.class)
        .hasMessage("voxcam.cuda.memory: much is no size, give one as 8g or 512m");
  }

  @Test
  void amountsAreReadable() {
    assertThat(Bytes.text(1536L << 10)).isEqualTo("1.5 MiB");
    assertThat(Bytes.text(80L << 30)).isEqualTo("80.0 GiB");
    assertThat(Gpu.cuda(12_060)).isEqualTo("12.6");
  }
}
