package voxcam.cuda;

import java.nio.file.Path;

/**
 * Where this user's programs keep what they can make again: {@code voxcam} in XDG_CACHE_HOME,
 * {@code ~/.cache} or on Windows LOCALAPPDATA, unless {@code -Dvoxcam.cache} names another folder.
 */
final class CacheFolder {
  static final String FOLDER = "voxcam.cache";

  private CacheFolder() {}

  static Path of(String what) {
    String named = System.getProperty(FOLDER);
    if (named != null && !named.isBlank()) {
      return Path.of(named, what).toAbsolutePath();
    }
    String base = System.getenv(NvidiaLibrary.isWindows() ? "LOCALAPPDATA" : "XDG_CACHE_HOME");
    Path cache =
        base == null || base.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(base);
    return cache.resolve("voxcam").resolve(what);
  }
}
