package voxcam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class LossTest {
  private final GraphBuilder builder = new GraphBuilder();

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void multilabelIsTheCrossEntropyOfTheSigmoid(String backend) {
    Node loss = Loss.multilabel(builder, values(0.7, -1.2, 2.5), values(1, 0, 0.25));

    double expected =
        (-Math.log(sigmoid(0.7))
                - Math.log(1 - sigmoid(-1.2))
                - 0.25 * Math.log(sigmoid(2.5))
                - 0.75 * Math.log(1 - sigmoid(2.5)))
            / 3;
    assertThat(run(backend, loss)).isCloseTo(expected, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "cpu"})
  void multilabelStaysExactWhereASigmoidWouldRound(String backend) {
    assertThat(run(backend, Loss.multilabel(builder, values(200, -200), values(0, 1))))
        .isCloseTo(200, within(1e-4));
    assertThat(run(backend, Loss.multilabel(builder, values(200, -200), values(1, 0))))
        .isBetween(0.0, 1e-30);
  }

  @Test
  void aWeightOfZeroLeavesALogitOut() {
    Node weighted = Loss.multilabel(builder, values(3, 50), values(0, 0), values(2, 0));

    assertThat(run("reference", weighted)).isCloseTo(Math.log1p(Math.exp(3)), within(1e-12));
  }

  @Test
  void squaresAreAveraged() {
    assertThat(run("reference", Loss.squares(builder, values(1, 5), values(0, 2)))).isEqualTo(5);
  }

  @Test
  void penaltiesAreAdded() {
    Node loss = Loss.plusL1(builder, values(), 0.5, values(-3, 1));

    assertThat(run("reference", Loss.plus(builder, loss, 10, builder.scalar(0.25)))).isEqualTo(4.5);
  }

  @Test
  void everyLogitNeedsATarget() {
    assertThatThrownBy(() -> Loss.multilabel(builder, values(1, 2), values(1)))
        .isInstanceOf(InputException.class)
        .hasMessage("loss: logits are [2], targets [1], give one target for each logit");
  }

  /** A vector, or without values the number 0. */
  private Node values(double... values) {
    return values.length == 0
        ? builder.scalar(0)
        : builder.constant(
            "v" + builder.build(List.of()).nodes().size(),
            Tensor.of(Shape.of(values.length), values));
  }

  private double run(String backend, Node loss) {
    assertThat(loss.shape()).isEqualTo(Shape.SCALAR);
    try (var program =
        Backends.named(backend).compile(builder.build(List.of(loss)), Options.DEFAULT)) {
      return program.run(Map.of()).getFirst().doubles()[0];
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
