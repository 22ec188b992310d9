package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Options;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.op.Conv;
import voxcam.op.Linear;

/** Convolutions and products by the emulated libraries wherever they do it, in two orders. */
@Tag("emulator")
final class LibraryConformanceTest {
  private static Use use;

  @BeforeAll
  static void load() {
    use = Use.of("cudnn,cublas", "library");
  }

  @AfterAll
  static void restore() {
    use.close();
  }

  @TestFactory
  Stream<DynamicNode> everyConvolutionAndProduct() {
    return LongStream.of(1, 2)
        .mapToObj(seed ->
            dynamicContainer(
                "order " + seed,
                OpCases.all().stream()
                    .filter(o -> o.op() instanceof Conv || o.op() instanceof Linear)
                    .map(opCase -> test(seed, opCase))));
  }

  private static DynamicNode test(long seed, OpCase opCase) {
    return dynamicTest(
        opCase.name(),
        () -> {
          Emulator.seed(seed);
          Conformance.Result result = Conformance.run(new CudaBackend(), Options.DEFAULT, opCase);
          assertThat(Emulator.report()).isEmpty();
          assertThat(result.passed()).as(result.message()).isTrue();
        });
  }
}
