package voxcam.cuda;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import voxcam.op.InputException;

/**
 * Where this user's programs keep what they can make again: {@code voxcam} in XDG_CACHE_HOME,
 * {@code ~/.cache} or on Windows LOCALAPPDATA, unless {@code -Dvoxcam.cache} names another folder.
 */
final class CacheFolder {
  static final String FOLDER = "voxcam.cache";

  private static final String BASE = NvidiaLibrary.isWindows() ? "LOCALAPPDATA" : "XDG_CACHE_HOME";

  private CacheFolder() {}

  /**
   * The folder for a kind of files.
   *
   * @throws IOException if there is none
   */
  static Path of(String what) throws IOException {
    return find(what)
        .orElseThrow(() ->
            new IOException(
                "no folder for files to keep: the user's home is \"" + home() + "\" to Java"));
  }

  /** Likewise; empty for a user without a home, as in containers. */
  static Optional<Path> find(String what) {
    return find(what, System.getProperty(FOLDER), System.getenv(BASE), home());
  }

  private static String home() {
    return System.getProperty("user.home", "");
  }

  /**
   * Likewise, as these say, each of which may be missing.
   *
   * @param named by the property
   * @param base the folder for caches
   * @param home of the user; Java says {@code ?} where the system knows none
   */
  static Optional<Path> find(String what, String named, String base, String home) {
    if (named != null && !named.isBlank()) {
      return Optional.of(path(FOLDER, named).toAbsolutePath().resolve(what));
    }
    // Relative ones name another folder for each folder that a program is started in.
    return absolute(BASE, base)
        .or(() -> absolute("user.home", home).map(folder -> folder.resolve(".cache")))
        .map(folder -> folder.resolve("voxcam").resolve(what));
  }

  private static Optional<Path> absolute(String name, String text) {
    return text == null || text.isBlank()
        ? Optional.empty()
        : Optional.of(path(name, text)).filter(Path::isAbsolute);
  }

  private static Path path(String name, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException(name + ": " + e.getMessage() + " is no folder, name another", e);
    }
  }
}
