package voxcam.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import voxcam.op.Unary;
import voxcam.op.Window;

/** Records and switches over types are compiled classes' own, as {@code bin/Unlink.java} makes. */
final class UnlinkTest {
  private static final Path CLASSES = Path.of("target/classes/voxcam");
  private static final String ADVICE = "classes as javac made them: run mvn process-classes";

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void noClassMakesEqualsAndHashCodeOfRecordsWhenItRuns() throws IOException {
    assertThat(sites()).as(ADVICE).isNotEmpty().doesNotContain("equals", "hashCode");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void noClassMakesSwitchesOverTypesWhenItRuns() throws IOException {
    assertThat(sites()).as(ADVICE).doesNotContain("typeSwitch");
  }

  /** The names of what is linked only when it is first called. */
  private static List<String> sites() throws IOException {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files
          .filter(path -> path.toString().endsWith(".class"))
          .flatMap(UnlinkTest::sites)
          .distinct()
          .toList();
    }
  }

  private static Stream<String> sites(Path path) {
    try {
      return ClassFile.of().parse(Files.readAllBytes(path)).methods().stream()
          .flatMap(method -> method.code().stream())
          .flatMap(code -> code.elementStream())
          .filter(InvokeDynamicInstruction.class::isInstance)
          .map(site -> ((InvokeDynamicInstruction) site).name().stringValue());
    } catch (IOException e) {
      throw new AssertionError(path.toString(), e);
    }
  }

  @Test
  void recordsOfNumbersAreEqualAsTheLanguageSays() {
    Unary.Clip clip = new Unary.Clip(-0.0, Double.NaN);
    assertThat(clip)
        .isEqualTo(new Unary.Clip(-0.0, Double.NaN))
        .isNotEqualTo(new Unary.Clip(0.0, Double.NaN))
        .isNotEqualTo(null)
        .isNotEqualTo("clip");
    assertThat(clip.hashCode()).isEqualTo(31 * Double.hashCode(-0.0) + Double.hashCode(Double.NaN));
  }

  @Test
  void recordsOfObjectsCompareThem() {
    Window window = Window.cube(3, 3, 2, 1, 1);
    assertThat(window)
        .isEqualTo(Window.cube(3, 3, 2, 1, 1))
        .hasSameHashCodeAs(Window.cube(3, 3, 2, 1, 1))
        .isNotEqualTo(Window.cube(3, 3, 1, 1, 1));
  }
}
