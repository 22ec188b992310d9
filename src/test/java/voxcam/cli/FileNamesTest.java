package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FileNamesTest {
  @Test
  void nothingThatASystemTakesForSomethingElse() {
    assertThat(FileNames.safe(List.of("a/b\\c:d*", "..", "", "x y"), true))
        .containsExactly("a_b_c_d_", "_..", "_", "x_y");
    assertThat(FileNames.safe("layer4.0.relu", true)).isEqualTo("layer4.0.relu");
    assertThat(FileNames.safe("St. 2", false)).isEqualTo("St__2");
    assertThat(FileNames.safe("l".repeat(500), true)).hasSize(60);
  }

  @Test
  void namesThatBecomeTheSameAreTold() {
    assertThat(FileNames.safe(List.of("a b", "a/b", "A_B", "a_b-2"), true))
        .containsExactly("a_b", "a_b-2", "A_B-3", "a_b-2-2");
  }

  @Test
  void stems() {
    assertThat(FileNames.stem("x/t1.nii.gz")).isEqualTo("t1");
    assertThat(FileNames.stem("t1.v2.nii")).isEqualTo("t1.v2");
    assertThat(FileNames.stem("C:\\data\\scan.npz:ct")).isEqualTo("scan");
    assertThat(FileNames.stem("../.hidden.npy")).isEqualTo("_.hidden");
    assertThat(FileNames.stem("data")).isEqualTo("data");
  }
}
