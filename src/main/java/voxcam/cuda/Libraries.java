package voxcam.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import voxcam.backend.Finding;

/**
 * NVIDIA's own libraries on this machine, for {@code engine doctor}. None of them is called: every
 * operation has a kernel of ours.
 */
final class Libraries {
  /**
   * A library.
   *
   * @param what it is
   * @param files its names, the preferred first
   * @param instead what is done without it
   */
  private record Wanted(String what, List<String> files, String instead) {}

  private static final List<Wanted> WANTED =
      List.of(
          new Wanted("cuDNN 9", List.of("libcudnn.so.9"), "convolutions run on our kernels"),
          new Wanted(
              "cuBLAS",
              List.of("libcublas.so.12", "libcublas.so.13"),
              "matrix products run on our kernels"));

  private Libraries() {}

  /** What the system's dynamic linker finds, LD_LIBRARY_PATH included. */
  static List<Finding> findings() {
    if (!Libraries.class.getModule().isNativeAccessEnabled()) {
      return List.of();
    }
    return WANTED.stream().map(Libraries::finding).toList();
  }

  private static Finding finding(Wanted wanted) {
    String there =
        wanted.files().stream()
            .filter(Libraries::isThere)
            .findFirst()
            .map(file -> file + ": found, not used by this version")
            .orElse(String.join(", ", wanted.files()) + ": not found by the dynamic linker");
    return new Finding(wanted.what(), there + "; " + wanted.instead());
  }

  @SuppressWarnings("restricted")
  private static boolean isThere(String file) {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup.libraryLookup(file, arena);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
