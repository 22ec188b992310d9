package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ModulesTest {
  @Test
  void everyFileOfKernelsIsAFamily() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("kernels"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".cu"))
                  .map(name -> name.substring(0, name.length() - 3)))
          .containsExactlyInAnyOrderElementsOf(Modules.FAMILIES);
    }
  }
}
