package voxcam.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a kernel needs on an architecture, as ptxas says. Its output is kept in target/ptx until the
 * PTX changes.
 *
 * @param family the kernel's file
 * @param architecture such as {@code sm_75}
 * @param registers of a thread
 * @param shared bytes of a block's shared memory
 * @param spilled bytes that are stored to or loaded from memory for want of registers
 */
record Assembled(
    String family, String kernel, String architecture, int registers, int shared, int spilled) {
  static final List<String> ARCHITECTURES = List.of("sm_75", "sm_86", "sm_89", "sm_90", "sm_120");

  private static final Path PTX = Path.of("target/classes/voxcam/cuda");
  private static final Path KEPT = Path.of("target/ptx");
  private static final Pattern ENTRY =
      Pattern.compile(
          "Compiling entry function '(\\w+)'.*?(?=Compiling entry|\\z)", Pattern.DOTALL);
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");
  private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

  /** The compiled kernel files, none where nvcc was missing. */
  static List<Path> files() throws IOException {
    if (!Files.isDirectory(PTX)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(PTX)) {
      return files.filter(file -> file.toString().endsWith(".ptx")).sorted().toList();
    }
  }

  static boolean possible() throws IOException {
    return Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "ptxas")))
        && !files().isEmpty();
  }

  /** All kernels of a file on one architecture. */
  static List<Assembled> of(Path ptx, String architecture)
      throws IOException, InterruptedException {
    String family = ptx.getFileName().toString().replace(".ptx", "");
    Path kept = KEPT.resolve(family + "." + architecture + ".txt");
    if (!Files.exists(kept)
        || Files.getLastModifiedTime(kept).compareTo(Files.getLastModifiedTime(ptx)) < 0) {
      Files.createDirectories(KEPT);
      Files.writeString(kept, assemble(ptx, architecture));
    }
    return read(family, architecture, Files.readString(kept));
  }

  static List<Assembled> read(String family, String architecture, String output) {
    List<Assembled> all = new ArrayList<>();
    Matcher entries = ENTRY.matcher(output);
    while (entries.find()) {
      String text = entries.group();
      Matcher spills = SPILLS.matcher(text);
      int spilled =
          spills.find() ? Integer.parseInt(spills.group(1)) + Integer.parseInt(spills.group(2)) : 0;
      all.add(
          new Assembled(
              family,
              entries.group(1),
              architecture,
              number(REGISTERS, text),
              number(SHARED, text),
              spilled));
    }
    return all;
  }

  private static int number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private static String assemble(Path ptx, String architecture)
      throws IOException, InterruptedException {
    Process ptxas =
        new ProcessBuilder(
                "ptxas", "-v", "-arch=" + architecture, "-o", "/dev/null", ptx.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(ptxas.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (ptxas.waitFor() != 0) {
      throw new IllegalStateException(
          "ptxas refuses " + ptx + " for " + architecture + "\n" + output);
    }
    return output;
  }
}
