package voxcam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.op.InputException;
import voxcam.op.Linear;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class TrainerTest {
  private static final Shape POINTS = Shape.of(16, 2);
  private final GraphBuilder builder = new GraphBuilder();
  private final Node x = builder.input("x", POINTS);
  private final Node y = builder.input("y", Shape.of(16, 1));
  private final Node w = builder.input("w", Shape.of(2, 1));
  private final Node b = builder.input("b", Shape.of(1));

  @Test
  void aLineIsFound() {
    try (TrainingStep step = regression("cpu")) {
      Trainer trainer = new Trainer(step, new Adam(), start());
      double first = trainer.step(0.05, data());
      double last = first;
      for (int i = 0; i < 500; i++) {
        last = trainer.step(0.05, data());
      }

      assertThat(last).isLessThan(1e-6 * first);
      assertThat(trainer.parameters().get("w").floats())
          .containsExactly(new float[] {2, -3}, within(1e-3f));
      assertThat(trainer.parameters().get("b").floats())
          .containsExactly(new float[] {0.5f}, within(1e-3f));
    }
  }

  @Test
  void gradientsAreThoseOfTheLoss() {
    try (TrainingStep step = regression("reference")) {
      TrainingStep.Result result = step.run(start(), data());

      // With w = 0 and b = 0 the loss is mean(y^2), its gradient at b is -2 mean(y).
      double square = 0;
      double sum = 0;
      for (double value : data().get("y").doubles()) {
        square += value * value / 16;
        sum += value / 16;
      }
      assertThat(result.loss()).isCloseTo(square, within(1e-9));
      assertThat(result.gradients().get("b").doubles()[0]).isCloseTo(-2 * sum, within(1e-9));
      assertThat(result.gradients()).containsOnlyKeys("w", "b");
    }
  }

  @Test
  void onlyInputsThatMatterCanBeParameters() {
    Node loss = Loss.squares(builder, x, x);
    assertThatThrownBy(() -> step("reference", loss, List.of(w)))
        .isInstanceOf(InputException.class)
        .hasMessage("training: the loss does not depend on parameter w");
    Node constant = builder.constant("c", Tensor.filled(POINTS, 1));
    assertThatThrownBy(
            () -> step("reference", Loss.squares(builder, x, constant), List.of(constant)))
        .hasMessage("training: parameter c is no input of the graph; give it as one");
  }

  private TrainingStep regression(String backend) {
    Node line = builder.add("line", new Linear.Gemm(1, 1, false, false), x, w, b);
    return step(backend, Loss.squares(builder, line, y), List.of(w, b));
  }

  private TrainingStep step(String backend, Node loss, List<Node> parameters) {
    return new TrainingStep(builder, loss, parameters, Backends.named(backend), Options.DEFAULT);
  }

  private static Map<String, Tensor> start() {
    return Map.of("w", Initial.constant(Shape.of(2, 1), 0), "b", Initial.constant(Shape.of(1), 0));
  }

  private static Map<String, Tensor> data() {
    Tensor points = Initial.normal(POINTS, new SplittableRandom(1));
    float[] values = new float[16];
    for (int i = 0; i < 16; i++) {
      values[i] = 2 * points.floats()[2 * i] - 3 * points.floats()[2 * i + 1] + 0.5f;
    }
    return Map.of("x", points, "y", Tensor.of(Shape.of(16, 1), values));
  }
}
