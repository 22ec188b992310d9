package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.op.InputException;

/** Where files are kept, and that there may be no such place. */
final class CacheFolderTest {
  private static final String HERE = Path.of("").toAbsolutePath().toString();

  @ParameterizedTest
  @CsvSource({
    "/named, /base, /home, /named/kind",
    "' ', /base, /home, /base/voxcam/kind",
    ", base, /home, /home/.cache/voxcam/kind",
    ", , /home, /home/.cache/voxcam/kind",
  })
  void theFirstThatNamesAPlace(String named, String base, String home, String folder) {
    assertThat(CacheFolder.find("kind", named, base, home)).contains(Path.of(folder));
  }

  @Test
  void aNamedOneMayBeRelative() {
    assertThat(CacheFolder.find("kind", "near", null, "/home"))
        .contains(Path.of(HERE, "near", "kind"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "", " ", "home"})
  void aUserWithoutAHomeHasNone(String home) {
    assertThat(CacheFolder.find("kind", null, null, home)).isEmpty();
  }

  @Test
  void whatIsNoPathIsRefused() {
    assertThatThrownBy(() -> CacheFolder.find("kind", "a\0b", null, "/home"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("voxcam.cache: ")
        .hasMessageEndingWith(" is no folder, name another");
  }

  @Test
  void choicesAreThenKeptInMemoryAlone() {
    String home = System.setProperty("user.home", "?");
    try {
      Choices.Machine machine = new Choices.Machine("no home", 1, 2, 3);
      Assumptions.assumeTrue(machine.file().isEmpty(), "XDG_CACHE_HOME is set here");
      Choices choices = Choices.of(machine);
      choices.put("problem", choices.find("problem"), "ours", true);
      choices.save();
      assertThat(Choices.of(machine).find("problem")).contains("ours");
    } finally {
      System.setProperty("user.home", home);
    }
  }
}
