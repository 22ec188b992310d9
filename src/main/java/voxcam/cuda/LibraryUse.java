package voxcam.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import voxcam.backend.Options;
import voxcam.op.InputException;

/**
 * Which of NVIDIA's libraries a program may use, as system properties say.
 *
 * @param cudnn and {@code cublas}: {@code -Dvoxcam.cuda.libraries=cudnn,cublas}, or {@code none}
 * @param choice what decides between a library's algorithms and our kernels: {@code
 *     -Dvoxcam.cuda.choice}
 */
record LibraryUse(boolean cudnn, boolean cublas, Choice choice) {
  static final String LIBRARIES = "voxcam.cuda.libraries";
  static final String CHOICE = "voxcam.cuda.choice";

  /** What decides. */
  enum Choice {
    /** A clock, once for each GPU, library and shape; it is written down. */
    TIMED,
    /** The library's own order; our kernels where there are few channels. */
    LISTED,
    /** The library wherever it can: for checks of the library. */
    LIBRARY
  }

  /** As the properties say; a program that runs but once is not worth measuring for. */
  static LibraryUse of(Options options) {
    return of(
        System.getProperty(LIBRARIES),
        System.getProperty(CHOICE),
        options.once() ? Choice.LISTED : Choice.TIMED);
  }

  /** As the words say, of which each may be missing. */
  static LibraryUse of(String libraries, String choice, Choice otherwise) {
    List<String> words = libraries == null ? List.of("cudnn", "cublas") : words(libraries);
    for (String word : words) {
      if (!List.of("none", "cudnn", "cublas").contains(word)) {
        throw new InputException(
            LIBRARIES + ": " + word + " is not known, give none, cudnn, cublas or cudnn,cublas");
      }
    }
    return new LibraryUse(
        words.contains("cudnn"),
        words.contains("cublas"),
        choice == null ? otherwise : choice(choice));
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.toLowerCase(Locale.ROOT).split(",", -1)).map(String::strip).toList();
  }

  private static Choice choice(String word) {
    return Arrays.stream(Choice.values())
        .filter(choice -> choice.name().equalsIgnoreCase(word.strip()))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                CHOICE + ": " + word + " is not known, give timed, listed or library"));
  }
}
