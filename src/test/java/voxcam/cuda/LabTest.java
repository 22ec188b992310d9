package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every step of kernels/lab compiles, says what it predicted and brought, and is in the table. */
final class LabTest {
  private static final String SOURCE =
      """
      // Sum 01: as it comes.
      // Predicted: little.
      // Brought: less.
      // lab: launches=2 bytes=16 ahead=2x4
      """;

  @Test
  void everyStepCompilesWithoutSpillsAndTheTableIsOfThem()
      throws IOException, InterruptedException {
    assumeTrue(Lab.possible(), "there is no nvcc or no ptxas");
    String page = Files.readString(Path.of("kernels/README.md"));
    List<Lab> steps = new ArrayList<>();
    for (Path file : Lab.files()) {
      Lab step = Lab.of(file);
      steps.add(step);
      assertThat(step.kernels()).as("%s", file).isNotEmpty();
      assertThat(step.kernels()).allSatisfy(kernel -> assertThat(kernel.spilled()).isZero());
      assertThat(step.wideLoads() >= step.loads()).as("%s", file).isEqualTo(step.width() == 16);
      // Registers differ from one release of ptxas to the next.
      assertThat(page).contains("| " + step.title() + " | " + step.launches() + " |");
    }
    assertThat(steps).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void readsAStep() {
    String ptx =
        """
        .visible .entry sum(
        ) { ld.global.nc.v4.f32 {%f1,%f2,%f3,%f4}, [%rd1]; ld.global.f32 %f5, [%rd2]; }
        .visible .entry camSumF16(
        ) { ld.global.nc.v4.u32 {%r1,%r2,%r3,%r4}, [%rd1]; }
        """;
    List<Assembled> kernels = new ArrayList<>();
    for (String architecture : Lab.ARCHITECTURES) {
      kernels.add(new Assembled("sum01", "sum", architecture, 40, 8192, 0));
      kernels.add(new Assembled("sum01", "camSumF16", architecture, 99, 0, 0));
    }

    Lab step = Lab.read(SOURCE, ptx, kernels);

    assertThat(step.wideLoads()).isEqualTo(1);
    assertThat(LabTable.table(List.of(step)))
        .contains(
            "| Sum 01 | as it comes. | 2 | 16 | 2 x 4 | 1 | 40, 40, 40 | 1024, 1536, 1536 |"
                + " 8, 12, 12 |\n")
        .contains("| 512 x 27 | 0.11 MB | 0.35 us | 0.07 us | 0.11 us | 0.03 us |\n");
    assertThatThrownBy(() -> Lab.read("// Sum 01: x\n", ptx, kernels))
        .hasMessageStartingWith("no title or no line of facts");
    assertThatThrownBy(() -> Lab.read(SOURCE.replace("Brought", "bought"), ptx, kernels))
        .hasMessageContaining("Sum 01 lacks // Brought:");
  }

  /** 64 registers are four blocks; 8 KiB and the system's one of 64 KiB are seven. */
  @Test
  void occupancyIsTheLeastOfRegistersAndSharedMemory() {
    assertThat(LabTable.threads("sm_80", 64, 0)).isEqualTo(1024);
    assertThat(LabTable.threads("sm_80", 32, 0)).isEqualTo(2048);
    assertThat(LabTable.threads("sm_75", 32, 0)).isEqualTo(1024);
    assertThat(LabTable.threads("sm_75", 79, 8196)).isEqualTo(768);
    assertThat(LabTable.threads("sm_75", 32, 40 << 10)).isEqualTo(256);
  }
}
