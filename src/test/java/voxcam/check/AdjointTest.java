package voxcam.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.op.Conv;
import voxcam.op.Index;
import voxcam.op.Movement;
import voxcam.op.Op;
import voxcam.op.Pool;
import voxcam.op.Resize;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/**
 * The operations that are adjoints of others are: {@code <A x, y> = <x, A' y>} in the reference,
 * with the data of their own cases for all but x. This ties every gradient kernel to the operation
 * that it belongs to.
 */
class AdjointTest {
  private final Backend reference = Backends.named("reference");

  /**
   * The forward operation, its inputs with x left out at {@code free}, and what the adjoint made of
   * y.
   */
  private record Pair(Op forward, List<Tensor> others, int free, Shape x, Tensor y) {}

  @TestFactory
  Stream<DynamicTest> everyAdjoint() {
    return OpCases.all().stream()
        .filter(opCase -> pair(opCase).isPresent())
        .map(opCase -> dynamicTest(opCase.name(), () -> check(opCase, pair(opCase).get())));
  }

  private static Optional<Pair> pair(OpCase opCase) {
    List<Tensor> in = opCase.inputs();
    Op op = opCase.op();
    Shape output = opCase.graph(OpCase.Form.INPUTS).outputs().get(0).shape();
    return switch (op) {
      case Conv.InputGrad grad ->
          pair(
              new Conv.Forward(grad.window(), grad.groups()),
              List.of(in.get(1)),
              0,
              output,
              in.get(0));
      case Conv.WeightGrad grad ->
          pair(
              new Conv.Forward(grad.window(), grad.groups()),
              List.of(in.get(0)),
              1,
              output,
              in.get(1));
      case Conv.Transposed grad when in.size() == 2 ->
          pair(
              new Conv.Forward(grad.window(), grad.groups()),
              List.of(in.get(1)),
              0,
              output,
              in.get(0));
      case Pool.MaxScatter grad ->
          pair(new Pool.MaxPick(grad.regions()), List.of(in.get(0)), 1, output, in.get(1));
      case Pool.AverageGrad grad ->
          pair(
              new Pool.Average(grad.regions(), grad.countIncludePad()),
              List.of(),
              0,
              output,
              in.get(0));
      case Index.GatherGrad grad ->
          pair(new Index.Gather(grad.axis()), List.of(in.get(1)), 0, output, in.get(0));
      case Index.GatherElementsGrad grad ->
          pair(new Index.GatherElements(grad.axis()), List.of(in.get(1)), 0, output, in.get(0));
      case Movement.Embed grad ->
          pair(new Movement.Slice(grad.ranges()), List.of(), 0, output, in.get(0));
      case Movement.PadGrad grad ->
          pair(
              new Movement.Pad(grad.mode(), grad.before(), grad.after(), 0),
              List.of(),
              0,
              output,
              in.get(0));
      case Resize.Grad grad -> pair(grad.forward(), List.of(), 0, output, in.get(0));
      default -> Optional.empty();
    };
  }

  private static Optional<Pair> pair(Op forward, List<Tensor> others, int free, Shape x, Tensor y) {
    return Optional.of(new Pair(forward, others, free, x, y));
  }

  private void check(OpCase adjoint, Pair pair) {
    Random random = new Random(5);
    Tensor x = Tensor.of(pair.x(), random.doubles(pair.x().length(), -1, 1).toArray());
    List<Tensor> inputs =
        pair.others().isEmpty()
            ? List.of(x)
            : pair.free() == 0
                ? List.of(x, pair.others().get(0))
                : List.of(pair.others().get(0), x);
    double forward = dot(run(new OpCase("forward", pair.forward(), inputs, 0)), pair.y());
    double backward = dot(x, run(adjoint));
    assertThat(forward).isCloseTo(backward, within(1e-12 * (1 + pair.y().doubles().length)));
  }

  private Tensor run(OpCase opCase) {
    OpCase.Form form = OpCase.Form.INPUTS;
    try (Program program = reference.compile(opCase.graph(form), Options.DEFAULT)) {
      return program.run(opCase.given(form)).get(0);
    }
  }

  private static double dot(Tensor a, Tensor b) {
    assertThat(a.shape()).isEqualTo(b.shape());
    double sum = 0;
    for (int i = 0; i < a.doubles().length; i++) {
      sum += a.doubles()[i] * b.doubles()[i];
    }
    return sum;
  }
}
