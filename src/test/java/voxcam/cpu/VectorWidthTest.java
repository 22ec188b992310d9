package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.backend.Options;
import voxcam.check.Conformance;

/** The conformance cases with narrower vectors than the processor has. */
final class VectorWidthTest {
  @ParameterizedTest
  @CsvSource({"16, 128", "32, 256"})
  void conforms(int bytes, int bits) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-XX:MaxVectorSize=" + bytes,
            "-cp",
            System.getProperty("java.class.path"),
            Forked.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains(bits + "-bit vectors").contains("failed: 0");
  }

  /** What the forked JVM runs. */
  static final class Forked {
    private Forked() {}

    public static void main(String[] arguments) {
      Options options = Options.DEFAULT.withThreads(2);
      CpuBackend backend = new CpuBackend();
      System.out.println(backend.description(options));
      List<String> failures =
          Conformance.run(backend, options).stream()
              .filter(result -> !result.passed())
              .map(Conformance.Result::message)
              .toList();
      failures.forEach(System.out::println);
      System.out.println("failed: " + failures.size());
    }
  }
}
