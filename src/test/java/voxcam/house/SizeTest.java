package voxcam.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Past 400 lines a file has two subjects. */
final class SizeTest {
  private static final int LIMIT = 400;

  @Test
  void noFileIsTooLong() {
    List<Source> main = Source.below("src/main/java", ".java");
    List<Source> test = Source.below("src/test/java", ".java");
    List<Source> kernels = Source.below("kernels", ".cu", ".cuh");
    List<Source> emulator = Source.below("native", ".cc", ".h", ".cu");
    System.out.println(
        "house: "
            + total("main", main)
            + ", "
            + total("test", test)
            + ", "
            + total("kernels", kernels)
            + ", "
            + total("native", emulator));

    List<Source> all = new ArrayList<>(main);
    all.addAll(test);
    all.addAll(kernels);
    all.addAll(emulator);
    assertThat(main).isNotEmpty();
    assertThat(tooLong(all)).isEmpty();
  }

  @Test
  void aFileOf401LinesIsTold() {
    assertThat(tooLong(List.of(new Source("Fits.java", "x\n".repeat(LIMIT))))).isEmpty();
    assertThat(tooLong(List.of(new Source("Long.java", "x\n".repeat(LIMIT + 1)))))
        .containsExactly("Long.java has 401 lines, at most 400: it has two subjects");
  }

  private static List<String> tooLong(List<Source> sources) {
    return sources.stream()
        .filter(source -> source.lines() > LIMIT)
        .map(source ->
            source.path()
                + " has "
                + source.lines()
                + " lines, at most "
                + LIMIT
                + ": it has two subjects")
        .toList();
  }

  private static String total(String name, List<Source> sources) {
    long lines = sources.stream().mapToLong(Source::lines).sum();
    return name + " " + sources.size() + " files " + lines + " lines";
  }
}
