package voxcam.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.graph.Graph;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.op.Unary;

/** Backends with one fault each: a check that lets them pass is worth nothing. */
class ConformanceFindsFaultsTest {
  private static final OpCase CASE =
      new OpCase(
          "Neg of four",
          new Unary.Neg(),
          List.of(Tensor.of(Shape.of(2, 2), new double[] {1, 2, 3, 4})),
          OpCase.ROUNDED);

  /** The reference with something done to its output, a new array of which each run gets. */
  private record Faulty(BiFunction<Options, double[], Tensor> fault) implements Backend {
    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public int preference() {
      return -1;
    }

    @Override
    public Optional<String> refusal() {
      return Optional.empty();
    }

    @Override
    public String description(Options options) {
      return "wrong on purpose";
    }

    @Override
    public Program compile(Graph graph, Options options) {
      Program right = Backends.named("reference").compile(graph, options);
      return new Program() {
        @Override
        public long bytes() {
          return right.bytes();
        }

        @Override
        public long weightBytes() {
          return right.weightBytes();
        }

        @Override
        public List<Tensor> run(Map<String, Tensor> inputs) {
          return List.of(fault.apply(options, right.run(inputs).get(0).doubles()));
        }

        @Override
        public void close() {
          right.close();
        }
      };
    }
  }

  private static Conformance.Result run(BiFunction<Options, double[], Tensor> fault) {
    return Conformance.run(new Faulty(fault), Options.DEFAULT, CASE);
  }

  private static Tensor changed(double[] y, int at, double value) {
    y[at] = value;
    return Tensor.of(Shape.of(2, 2), y);
  }

  @Test
  void passesWhatIsRight() {
    Conformance.Result result = run((options, y) -> changed(y, 3, -4 * (1 + 1e-7)));
    assertThat(result.passed()).isTrue();
    assertThat(result.error()).isBetween(1e-9, 1e-7);
    assertThat(result.message()).isEmpty();
  }

  @Test
  void findsAWrongElement() {
    Conformance.Result result = run((options, y) -> changed(y, 2, -3.5));
    assertThat(result.passed()).isFalse();
    assertThat(result.message())
        .isEqualTo(
            "faulty: Neg of four, inputs: relative error 0.0913, at most 1.00e-05 is allowed;"
                + " worst at [1,0] of [2,2]: -3.5, should be -3.0");
  }

  @Test
  void findsAnElementThatWasNeverWritten() {
    Conformance.Result result = run((options, y) -> changed(y, 1, Double.NaN));
    assertThat(result.message())
        .contains("relative error Infinity")
        .contains("[0,1]")
        .contains("NaN");
  }

  @Test
  void findsBitsThatDependOnThreads() {
    Conformance.Result result =
        run((options, y) -> changed(y, 0, options.threads() > 1 ? Math.nextUp(y[0]) : y[0]));
    assertThat(result.message())
        .startsWith("faulty: Neg of four, inputs: ")
        .contains("threads gave other bits at [0,0]");
  }

  @Test
  void findsBitsThatDependOnGuards() {
    Conformance.Result result =
        run((options, y) -> changed(y, 0, options.guarded() ? y[0] : Math.nextUp(y[0])));
    assertThat(result.message()).contains("no guards gave other bits at [0,0]");
  }

  @Test
  void findsBitsThatChangeFromRunToRun() {
    int[] runs = {0};
    Conformance.Result result =
        run((options, y) -> changed(y, 3, runs[0]++ == 0 ? y[3] : Math.nextUp(y[3])));
    assertThat(result.message()).contains("a second run gave other bits at [1,1]");
  }

  @Test
  void findsAnotherShape() {
    Conformance.Result result = run((options, y) -> Tensor.of(Shape.of(4), y));
    assertThat(result.message()).contains("output has shape [4], should have [2,2]");
  }

  @Test
  void anExceptionIsAResult() {
    Conformance.Result result =
        run((options, y) -> {
          throw new IllegalStateException("no such kernel");
        });
    assertThat(result.passed()).isFalse();
    assertThat(result.error()).isNaN();
    assertThat(result.message()).contains("IllegalStateException: no such kernel");
  }
}
