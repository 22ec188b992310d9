package voxcam.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
  @Test
  void theTableStandsBetweenItsMarks(@TempDir Path folder) throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(page, "x\n<!-- t: begin -->\nold\n<!-- t: end -->\ny\n");
    Page.write(page, "t", "new\n");
    assertThat(page).hasContent("x\n<!-- t: begin -->\nnew\n<!-- t: end -->\ny\n");
    assertThatThrownBy(() -> Page.write(page, "u", "new\n"))
        .hasMessageContaining("page.md lacks <!-- u: begin --> and <!-- u: end -->");
  }
}
