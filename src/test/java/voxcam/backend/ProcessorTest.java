package voxcam.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessorTest {
  @Test
  void readsWhetherProductsAreFused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cpuinfo");
    Files.writeString(file, "processor : 0\nflags\t\t: fpu avx\n\nflags : fpu fma\n");
    assertThat(Processor.isFused("amd64", file)).isFalse();
    assertThat(Processor.isFused("aarch64", file)).isTrue();
    Files.writeString(file, "processor : 0\nflags\t\t: fpu ssse3 fma4 fma cx16\n");
    assertThat(Processor.isFused("amd64", file)).isTrue();
    Files.writeString(file, "flags\t\t: fpu avx fma\n");
    assertThat(Processor.isFused("amd64", file)).isTrue();
    assertThat(Processor.isFused("amd64", folder.resolve("missing"))).isTrue();
  }
}
