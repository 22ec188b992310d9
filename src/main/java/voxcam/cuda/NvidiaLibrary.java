package voxcam.cuda;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The search for one of NVIDIA's libraries, which the user may have installed: in the folders that
 * {@code -Dvoxcam.cuda.path} names, by the system's dynamic linker (LD_LIBRARY_PATH included), and
 * in CUDA's usual folders.
 */
final class NvidiaLibrary {
  static final String PATH = "voxcam.cuda.path";

  /**
   * A library that was found, which stays loaded.
   *
   * @param file its name or path
   */
  record Found(String file, SymbolLookup symbols) {}

  private NvidiaLibrary() {}

  static boolean isWindows() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
  }

  /** The first of these names that loads, of any folder. */
  static Optional<Found> find(List<String> names) {
    for (String name : names) {
      for (String file : candidates(name)) {
        Optional<SymbolLookup> symbols = load(file);
        if (symbols.isPresent()) {
          return Optional.of(new Found(file, symbols.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** What is looked for, in order: a bare name is for the dynamic linker. */
  static List<String> candidates(String name) {
    List<String> files = new ArrayList<>();
    named()
        .map(folder -> folder.resolve(name))
        .filter(Files::isRegularFile)
        .forEach(file -> files.add(file.toString()));
    files.add(name);
    usual()
        .map(folder -> folder.resolve(name))
        .filter(Files::isRegularFile)
        .forEach(file -> files.add(file.toString()));
    return files;
  }

  /** Where was looked, for a report. */
  static String places() {
    List<String> places = new ArrayList<>();
    named().forEach(folder -> places.add(folder.toString()));
    places.add("the dynamic linker");
    usual().forEach(folder -> places.add(folder.toString()));
    return String.join(", ", places);
  }

  private static Stream<Path> named() {
    String path = System.getProperty(PATH, "");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .filter(folder -> !folder.isBlank())
        .map(Path::of);
  }

  private static Stream<Path> usual() {
    return isWindows()
        ? Stream.ofNullable(System.getenv("CUDA_PATH")).map(cuda -> Path.of(cuda, "bin"))
        : Stream.of("/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64")
            .map(Path::of)
            .filter(Files::isDirectory);
  }

  @SuppressWarnings("restricted")
  private static Optional<SymbolLookup> load(String file) {
    try {
      return Optional.of(
          file.contains(File.separator)
              ? SymbolLookup.libraryLookup(Path.of(file), Arena.global())
              : SymbolLookup.libraryLookup(file, Arena.global()));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
