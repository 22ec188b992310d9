package voxcam.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the processor can do, as far as it decides how to begin. */
public final class Processor {
  private static final boolean FUSED =
      isFused(System.getProperty("os.arch"), Path.of("/proc/cpuinfo"));

  private Processor() {}

  /**
   * Whether {@code Math.fma} is an instruction here. Without it, it takes a hundred times as long.
   */
  public static boolean isFused() {
    return FUSED;
  }

  /** Only processors of x86 before 2013 lack it; what no file tells of is taken for a later one. */
  static boolean isFused(String architecture, Path processors) {
    if (!"amd64".equals(architecture)) {
      return true;
    }
    try (Stream<String> lines = Files.lines(processors)) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .limit(1)
          .allMatch(line -> (line + " ").contains(" fma "));
    } catch (IOException | UncheckedIOException e) {
      return true;
    }
  }
}
