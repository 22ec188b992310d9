package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native libraries are never loaded from where others can write. */
final class NativesTest {
  private static final byte[] LIBRARY = {1, 2, 3, 4, 5};

  @TempDir Path temporary;

  @BeforeEach
  void needsOwnersAndRights() throws IOException {
    Assumptions.assumeTrue(
        Files.getFileStore(temporary).supportsFileAttributeView("posix"),
        "files here have no owners and rights");
  }

  @Test
  void isUnpackedIntoAFolderOfTheUserAlone() throws IOException {
    Path folder = temporary.resolve("a").resolve("b");

    Path file = Natives.unpack("libX.so", LIBRARY, folder);

    assertThat(file).isEqualTo(folder.resolve("libX.so")).hasBinaryContent(LIBRARY);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void whatIsThereIsTakenOnlyIfItIsTheSame() throws IOException {
    Path file = Natives.unpack("libX.so", LIBRARY, temporary.resolve("f"));
    Object written = Files.getAttribute(file, "unix:ino");

    assertThat(Files.getAttribute(Natives.unpack("libX.so", LIBRARY, file.getParent()), "unix:ino"))
        .isEqualTo(written);

    Files.write(file, new byte[] {1, 2, 3, 4, 6});
    assertThat(Natives.unpack("libX.so", LIBRARY, file.getParent())).hasBinaryContent(LIBRARY);
  }

  @Test
  void aLinkInItsPlaceIsReplacedAndNotFollowed() throws IOException {
    Path other = Files.write(temporary.resolve("other"), LIBRARY);
    Path folder = Natives.unpack("libY.so", LIBRARY, temporary.resolve("f")).getParent();
    Path link = Files.createSymbolicLink(folder.resolve("libX.so"), other);

    Natives.unpack("libX.so", LIBRARY, folder);

    assertThat(link).isRegularFile();
    assertThat(Files.isSymbolicLink(link)).isFalse();
  }

  @Test
  void aFolderThatIsOpenToOthersIsRefused() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

    assertThatThrownBy(() -> Natives.unpack("libX.so", LIBRARY, folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is open to other users");
  }

  @Test
  void aFolderThatIsALinkIsRefused() throws IOException {
    Path target = Files.createDirectory(temporary.resolve("target"));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), target);

    assertThatThrownBy(() -> Natives.unpack("libX.so", LIBRARY, link))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatLibrariesAreMadeToInsistOnIsSaid() {
    assertThat(Natives.advice(null)).isEmpty();
    assertThat(Natives.advice("")).isEmpty();
    assertThat(Natives.advice("1"))
        .startsWith("; LD_BIND_NOW is set, ")
        .endsWith("unset it and start again");
  }
}
