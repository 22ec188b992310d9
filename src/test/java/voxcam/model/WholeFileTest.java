package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.op.InputException;

final class WholeFileTest {
  @TempDir Path folder;

  @Test
  void replacesAFileInOneStep() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    WholeFile.write(
        target,
        out -> {
          out.write("new".getBytes(StandardCharsets.UTF_8));
          out.close();
          assertThat(target).hasContent("old");
        });
    assertThat(target).hasContent("new");
    assertThat(folder.toFile().list()).containsExactly("a.txt");
  }

  @Test
  void leavesNothingWhereWritingFails() throws IOException {
    Path target = folder.resolve("a.txt");
    assertThatThrownBy(() ->
            WholeFile.write(
                target,
                out -> {
                  out.write(1);
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(InputException.class)
        .hasMessage(
            target
                + ": cannot write, No space left on device; free space or choose another folder");
    assertThatThrownBy(() ->
            WholeFile.write(
                target,
                out -> {
                  throw new IllegalStateException("a bug");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder).isEmptyDirectory();
    Files.writeString(target, "old");
    assertThatThrownBy(() ->
            WholeFile.write(
                target,
                out -> {
                  throw new IOException();
                }))
        .hasMessageContaining("cannot write, io;");
    assertThat(target).hasContent("old");
  }

  @Test
  void refusesFoldersAndMissingFolders() {
    assertThatThrownBy(() -> WholeFile.write(folder, out -> out.write(1)))
        .hasMessageContaining("is not a file");
    assertThatThrownBy(() -> WholeFile.write(folder.resolve("no/a.txt"), out -> out.write(1)))
        .hasMessageContaining("cannot write, there is no folder");
  }
}
