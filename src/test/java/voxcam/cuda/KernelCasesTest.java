package voxcam.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Source;
import voxcam.op.Tensor;

/** Every case of every operation, by its launches alone, in two orders of threads. */
@Tag("emulator")
class KernelCasesTest {
  private static LaunchHarness harness;

  @BeforeAll
  static void start() {
    harness = new LaunchHarness();
  }

  /** Of the cases whose name matches the property {@code voxcam.cases}, or of all. */
  @TestFactory
  Stream<DynamicTest> cases() {
    String wanted = System.getProperty("voxcam.cases", ".*");
    return OpCases.all().stream()
        .filter(opCase -> !(opCase.op() instanceof Source) && opCase.name().matches(wanted))
        .map(opCase -> DynamicTest.dynamicTest(opCase.name(), () -> check(opCase)));
  }

  private static void check(OpCase opCase) {
    Graph graph = opCase.graph(OpCase.Form.INPUTS);
    Node node = graph.outputs().get(0);
    Tensor expected;
    try (Program program = Backends.named("reference").compile(graph, Options.DEFAULT)) {
      expected = program.run(opCase.given(OpCase.Form.INPUTS)).get(0);
    }
    Launches launches = CudaKernels.of(node);
    Emulator.seed(1);
    Tensor actual = harness.run(launches, opCase.inputs(), node.shape());
    assertThat(error(actual, expected)).isLessThanOrEqualTo(opCase.tolerance());
    Emulator.seed(2);
    Tensor again = harness.run(launches, opCase.inputs(), node.shape());
    assertThat(again.floats()).isEqualTo(actual.floats());
  }

  /** Infinite where one value is finite and the other is not, or two that are not differ. */
  static double error(Tensor actual, Tensor expected) {
    double[] a = actual.doubles();
    double[] b = expected.doubles();
    double squares = 0;
    double norm = 0;
    for (int i = 0; i < b.length; i++) {
      double wanted = Float.isInfinite((float) b[i]) ? (float) b[i] : b[i];
      if (Double.isFinite(a[i]) && Double.isFinite(wanted)) {
        squares += (a[i] - wanted) * (a[i] - wanted);
        norm += wanted * wanted;
      } else if (Double.compare(a[i], wanted) != 0) {
        return Double.POSITIVE_INFINITY;
      }
    }
    return Math.sqrt(squares) / (norm > 0 ? Math.sqrt(norm) : 1);
  }
}
