package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Options;
import voxcam.backend.Options.Precision;
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
    return Stream.of(
        cases("order 1", 1, Precision.FP32, 1),
        cases("order 2", 2, Precision.FP32, 1),
        cases("fp16", 1, Precision.FP16, 3),
        cases("tf32", 1, Precision.TF32, 6),
        cases("bf16", 1, Precision.BF16, 6));
  }

  /** Every so many cases. */
  private static DynamicNode cases(String name, long order, Precision precision, int step) {
    List<OpCase> cases =
        OpCases.all().stream()
            .filter(o -> o.op() instanceof Conv || o.op() instanceof Linear)
            .toList();
    return dynamicContainer(
        name,
        IntStream.range(0, cases.size())
            .filter(i -> i % step == 0)
            .mapToObj(i -> test(order, precision, cases.get(i))));
  }

  private static DynamicNode test(long order, Precision precision, OpCase opCase) {
    return dynamicTest(
        opCase.name(),
        () -> {
          Emulator.seed(order);
          Options options = Options.DEFAULT.withPrecision(precision);
          Conformance.Result result = Conformance.run(new CudaBackend(), options, opCase);
          assertThat(Emulator.report()).isEmpty();
          assertThat(result.passed()).as(result.message()).isTrue();
        });
  }
}
