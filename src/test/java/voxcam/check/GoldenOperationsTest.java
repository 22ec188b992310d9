package voxcam.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Node;
import voxcam.model.GoldenFile;
import voxcam.op.Tensor;

/** Every golden operation case (src/test/resources/golden/README.md) on both backends. */
class GoldenOperationsTest {
  private static final Map<String, Double> TOLERANCES = Map.of("reference", 1e-9, "cpu", 1e-5);

  @Test
  void thereAreAtLeast120Cases() {
    assertThat(GoldenFile.cases()).hasSizeGreaterThanOrEqualTo(120);
  }

  @TestFactory
  Stream<DynamicTest> reference() {
    return tests("reference");
  }

  @TestFactory
  Stream<DynamicTest> cpu() {
    return tests("cpu");
  }

  private static Stream<DynamicTest> tests(String backend) {
    return GoldenFile.cases().stream()
        .map(golden -> dynamicTest(golden.name(), () -> check(backend, golden)));
  }

  private static void check(String backend, GoldenFile.Case golden) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (Node input : golden.graph().inputs()) {
      inputs.put(input.name(), golden.tensors().get(input.name()));
    }
    List<Tensor> outputs;
    try (Program program =
        Backends.named(backend).compile(golden.graph(), Options.DEFAULT.withGuards())) {
      outputs = program.run(inputs);
    }
    assertThat(outputs).isNotEmpty();
    for (int i = 0; i < outputs.size(); i++) {
      Tensor expected = golden.tensors().get(outputs.size() == 1 ? "out" : "out" + i);
      assertThat(outputs.get(i).shape()).isEqualTo(expected.shape());
      Difference difference = Difference.of(outputs.get(i), expected);
      double tolerance = TOLERANCES.get(backend);
      assertThat(difference.error()).as(difference.text(tolerance)).isLessThanOrEqualTo(tolerance);
    }
  }
}
