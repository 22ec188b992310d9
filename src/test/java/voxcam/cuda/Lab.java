package voxcam.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A step of kernels/lab: what its file says of it and what nvcc and ptxas make of it. Their output
 * is kept in target/lab until a kernel changes.
 *
 * @param title of the file's first line
 * @param launches of kernels for one map
 * @param bytes read and written for each pair of elements of single precision
 * @param loads that a thread has under way at once, of {@code width} bytes each
 * @param kernels those of single precision, channels first, each on each architecture
 * @param wideLoads of 16 bytes in their PTX, taken one by one
 */
record Lab(
    String title,
    int launches,
    double bytes,
    int loads,
    int width,
    List<Assembled> kernels,
    int wideLoads) {
  static final List<String> ARCHITECTURES = List.of("sm_75", "sm_80", "sm_90");

  private static final Path FOLDER = Path.of("kernels/lab");
  private static final Path KEPT = Path.of("target/lab");
  private static final Pattern TITLE = Pattern.compile("// (.*? \\d\\d): (.*)");
  private static final Pattern FACTS =
      Pattern.compile("// lab: launches=(\\d+) bytes=([\\d.]+) ahead=(\\d+)x(\\d+)");
  private static final Pattern ENTRY =
      Pattern.compile("\\.entry (\\w+)\\(.*?(?=\\.entry|\\z)", Pattern.DOTALL);
  private static final Pattern WIDE = Pattern.compile("ld\\.global(\\.nc)?\\.v4\\.[bsuf]32");

  static boolean possible() {
    return Stream.of("nvcc", "ptxas")
        .allMatch(tool ->
            Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool))));
  }

  /** The files, in order. */
  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".cu")).sorted().toList();
    }
  }

  /** Compiles a step, unless that was done since a kernel changed. */
  static Lab of(Path file) throws IOException, InterruptedException {
    Path ptx = KEPT.resolve(file.getFileName().toString().replace(".cu", ".ptx"));
    if (!Files.exists(ptx) || changed() > Files.getLastModifiedTime(ptx).toMillis()) {
      Files.createDirectories(KEPT);
      run(
          "nvcc",
          "-std=c++17",
          "-arch=compute_75",
          "-ptx",
          "-Ikernels",
          "-o",
          ptx + ".new",
          file.toString());
      Files.move(Path.of(ptx + ".new"), ptx, StandardCopyOption.REPLACE_EXISTING);
    }
    List<Assembled> kernels = new ArrayList<>();
    for (String architecture : ARCHITECTURES) {
      Path kept = Path.of(ptx.toString().replace(".ptx", "." + architecture + ".txt"));
      if (!Files.exists(kept)
          || Files.getLastModifiedTime(kept).compareTo(Files.getLastModifiedTime(ptx)) < 0) {
        Files.writeString(
            kept, run("ptxas", "-v", "-arch=" + architecture, "-o", "/dev/null", ptx.toString()));
      }
      String family = file.getFileName().toString().replace(".cu", "");
      kernels.addAll(Assembled.read(family, architecture, Files.readString(kept)));
    }
    return read(Files.readString(file), Files.readString(ptx), kernels);
  }

  /** What the texts of a step say; of kernels for several inputs the one for the others' input. */
  static Lab read(String source, String ptx, List<Assembled> kernels) {
    Matcher title = TITLE.matcher(source);
    Matcher facts = FACTS.matcher(source);
    if (!title.lookingAt() || !facts.find()) {
      throw new IllegalStateException("no title or no line of facts in\n" + source);
    }
    for (String word : List.of("\n// Predicted: ", "\n// Brought: ")) {
      if (!source.contains(word)) {
        throw new IllegalStateException(title.group(1) + " lacks" + word.replace('\n', ' '));
      }
    }
    List<Assembled> own = kernels.stream().filter(Lab::isCounted).toList();
    int wide = 0;
    Matcher entries = ENTRY.matcher(ptx);
    while (entries.find()) {
      if (own.stream().anyMatch(kernel -> kernel.kernel().equals(entries.group(1)))) {
        wide += (int) WIDE.matcher(entries.group()).results().count();
      }
    }
    return new Lab(
        title.group(1) + " | " + title.group(2),
        Integer.parseInt(facts.group(1)),
        Double.parseDouble(facts.group(2)),
        Integer.parseInt(facts.group(3)),
        Integer.parseInt(facts.group(4)),
        own,
        wide);
  }

  private static boolean isCounted(Assembled kernel) {
    return !kernel.kernel().matches("cam.*(F16|B16)|camOnceLast.*");
  }

  private static long changed() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("kernels"))) {
      return files
          .filter(file -> file.toString().matches(".*\\.cuh?"))
          .mapToLong(file -> file.toFile().lastModified())
          .max()
          .orElseThrow();
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(String.join(" ", command) + "\n" + output);
    }
    return output;
  }
}
