package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The PTX of the jar can be assembled for every generation of GPUs, and nothing spills. */
final class AssembledTest {
  private static final int MOST_SHARED = 48 << 10;

  static List<String> architectures() {
    return Assembled.ARCHITECTURES;
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyKernelIsAssembledWithoutSpills(String architecture)
      throws IOException, InterruptedException {
    assumeTrue(Assembled.possible(), "there is no ptxas, or no PTX was compiled");
    for (Path ptx : Assembled.files()) {
      List<Assembled> kernels = Assembled.of(ptx, architecture);

      assertThat(kernels).as("%s", ptx).isNotEmpty();
      assertThat(kernels).allSatisfy(kernel -> assertThat(kernel.spilled()).isZero());
      assertThat(kernels)
          .allSatisfy(kernel -> assertThat(kernel.shared()).isLessThanOrEqualTo(MOST_SHARED));
    }
  }

  @Test
  void ptxIsAsOldAsItsTargetAllows() throws IOException {
    assumeTrue(!Assembled.files().isEmpty(), "no PTX was compiled");
    for (Path ptx : Assembled.files()) {
      assertThat(Files.readString(ptx)).contains(".version 6.3\n", ".target sm_75\n");
    }
  }

  @Test
  void readsWhatPtxasSays() {
    String output =
        """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'a' for 'sm_75'
        ptxas info    : Function properties for a
            0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 40 registers, used 1 barriers, 1024 bytes smem, 8 bytes cmem[0]
        ptxas info    : Compiling entry function 'b' for 'sm_75'
        ptxas info    : Function properties for b
            16 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
        ptxas info    : Used 255 registers, 8 bytes cmem[0]
        """;

    List<Assembled> kernels = Assembled.read("f", "sm_75", output);

    assertThat(kernels)
        .containsExactly(
            new Assembled("f", "a", "sm_75", 40, 1024, 0),
            new Assembled("f", "b", "sm_75", 255, 0, 12));
    assertThat(KernelTable.table(kernels))
        .contains("| f | a | 40 |  |  |  |  | 1024 | none |\n")
        .contains("| f | b | 255 |  |  |  |  | 0 | 12 |\n");
  }
}
