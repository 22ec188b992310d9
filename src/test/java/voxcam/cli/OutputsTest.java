package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.model.WholeFile;
import voxcam.op.InputException;

class OutputsTest {
  @TempDir Path folder;

  private static void text(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a full disk does to a file that is being written. */
  private static void fullDisk(Path file) {
    WholeFile.write(
        file,
        out -> {
          out.write(new byte[1000]);
          throw new IOException("No space left on device");
        });
  }

  @Test
  void filesAppearTogether() throws IOException {
    Path a = folder.resolve("x/y/a");
    try (Outputs outputs = new Outputs()) {
      outputs.folder(folder.resolve("x/y").toString());
      outputs.write(a, file -> text(file, "one"));
      assertThat(a).doesNotExist();
      outputs.write(folder.resolve("x/y/b"), file -> text(file, "two"));
      outputs.publish();
    }
    assertThat(Files.readString(a)).isEqualTo("one");
    assertThat(Cli.files(folder.resolve("x/y"))).containsExactly("a", "b");
  }

  @Test
  void aFullDiskLeavesNothing() {
    assertThatThrownBy(
            () -> {
              try (Outputs outputs = new Outputs()) {
                Path out = outputs.folder(folder.resolve("x/y").toString());
                outputs.write(out.resolve("a"), file -> text(file, "one"));
                outputs.write(out.resolve("b"), OutputsTest::fullDisk);
                outputs.publish();
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessage(
            folder.resolve("x/y/b")
                + ": cannot write, No space left on device; free space or choose another folder");
    assertThat(Cli.files(folder)).isEmpty();
  }

  @Test
  void oldFilesStayWhereOneCannotBeMoved() throws IOException {
    text(folder.resolve("a"), "old");
    assertThatThrownBy(
            () -> {
              try (Outputs outputs = new Outputs()) {
                outputs.folder(folder.toString());
                outputs.write(folder.resolve("a"), file -> text(file, "new"));
                // Never written, so it cannot be moved.
                outputs.write(folder.resolve("b"), file -> {});
                outputs.publish();
              }
            })
        .isInstanceOf(InputException.class)
        .hasMessageContaining("b: cannot write");
    assertThat(Files.readString(folder.resolve("a"))).isEqualTo("old");
    assertThat(Cli.files(folder)).isEqualTo(List.of("a"));
  }

  @Test
  void aFolderThatWasThereStays() throws IOException {
    Path there = Files.createDirectory(folder.resolve("there"));
    try (Outputs outputs = new Outputs()) {
      outputs.folder(there.resolve("new").toString());
    }
    assertThat(there).isEmptyDirectory();
  }

  @Test
  void keepsWhatIsRead() throws IOException {
    Path input = Files.writeString(folder.resolve("scan.a.nii.gz"), "input");
    try (Outputs outputs = new Outputs()) {
      Path out = outputs.folder(folder.toString());
      outputs.keep(List.of(input.toString()));
      assertThatThrownBy(() -> outputs.write(out.resolve("scan.a.nii.gz"), file -> {}))
          .isInstanceOf(InputException.class)
          .hasMessage(input + ": is an input; give another name");
      outputs.publish();
    }
    assertThat(input).hasContent("input");
  }
}
