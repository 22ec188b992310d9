package voxcam;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Real data that does not come with the repository. It is looked for in the folder that the
 * environment variable VOXCAM_SHARED or the system property voxcam.shared names, else in {@code
 * ../shared} beside the checkout. A test that needs it is skipped where it is absent, and says so.
 */
public final class SharedData {
  private SharedData() {}

  /** A file of {@code shared/data}; skips the test that asks if there is none. */
  public static Path require(String name) {
    Path file = root().resolve("data").resolve(name);
    assumeTrue(
        Files.isRegularFile(file),
        () ->
            "needs the real data "
                + name
                + ", which is not at "
                + file.toAbsolutePath().normalize());
    return file;
  }

  private static Path root() {
    String property = System.getProperty("voxcam.shared");
    String variable = System.getenv("VOXCAM_SHARED");
    String named = property != null ? property : variable;
    return named != null ? Path.of(named) : Path.of("..", "shared");
  }
}
