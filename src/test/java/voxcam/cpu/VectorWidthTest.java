package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import voxcam.backend.Options;
import voxcam.check.Conformance;

/**
 * The conformance cases, and the tests of convolutions, of inner loops and of blocked layouts, with
 * narrower vectors than the processor has. Plain loops, which know no width, are checked elsewhere.
 */
final class VectorWidthTest {
  /** Tests whose outcome depends on how channels come out in vectors. */
  private static final List<Class<?>> TESTS =
      List.of(
          ConvLayoutTest.class,
          BlockedFormsTest.class,
          ChannelLanesTest.class,
          FormsTest.class,
          PlanarWinogradTest.class,
          WinogradTest.class);

  @ParameterizedTest
  @CsvSource({"16, 128", "32, 256"})
  void conforms(int bytes, int bits) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-XX:MaxVectorSize=" + bytes,
            "-Dvoxcam.test.vectors.only=true",
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
      List<String> failures = new ArrayList<>();
      for (Conformance.Result result : Conformance.run(backend, options)) {
        if (!result.passed()) {
          failures.add(result.message());
        }
      }
      SummaryGeneratingListener summary = new SummaryGeneratingListener();
      LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
      TESTS.forEach(test -> request.selectors(DiscoverySelectors.selectClass(test)));
      LauncherFactory.create().execute(request.build(), summary);
      summary
          .getSummary()
          .getFailures()
          .forEach(failure ->
              failures.add(failure.getTestIdentifier().getDisplayName() + failure.getException()));
      failures.forEach(System.out::println);
      boolean ran = summary.getSummary().getTestsSucceededCount() > TESTS.size();
      System.out.println(ran ? "failed: " + failures.size() : "no test ran");
    }
  }
}
