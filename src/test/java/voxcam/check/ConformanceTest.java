package voxcam.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;

/** Every case on every backend that this machine can run. */
class ConformanceTest {
  @TestFactory
  Stream<DynamicNode> everyBackend() {
    List<OpCase> cases = OpCases.all();
    return Backends.all().stream()
        .map(candidate ->
            candidate.refusal().isPresent()
                ? dynamicTest(
                    candidate.backend().name(),
                    () ->
                        Assumptions.abort(
                            candidate.backend().name() + ": " + candidate.refusal().get()))
                : dynamicContainer(
                    candidate.backend().name(),
                    cases.stream().map(opCase -> test(candidate.backend(), opCase))));
  }

  private static DynamicNode test(Backend backend, OpCase opCase) {
    return dynamicTest(
        opCase.name(),
        () -> {
          Conformance.Result result = Conformance.run(backend, Options.DEFAULT, opCase);
          assertThat(result.passed()).as(result.message()).isTrue();
        });
  }
}
