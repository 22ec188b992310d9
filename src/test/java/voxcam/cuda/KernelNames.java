package voxcam.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The kernels that a file of kernels/ defines, by themselves or through its macros. */
final class KernelNames {
  private static final Pattern NAME =
      Pattern.compile("(?:^KERNEL\\s+(?:__launch_bounds__\\([^)]*\\)\\s+)?|^[A-Z]+_[A-Z_]+\\()([a-z]\\w*)", Pattern.MULTILINE);

  private KernelNames() {}

  static List<String> of(String family) {
    try {
      String text = Files.readString(Path.of("kernels", family + ".cu"));
      return NAME.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
