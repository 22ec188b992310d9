package voxcam.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.train.Adam;
import voxcam.train.Trainer;
import voxcam.train.TrainingStep;

final class TrainDemoTest {
  private static final Backend CPU = Backends.named("cpu");

  @Test
  void stepsOnOneLessonLowerItsLoss() {
    Lesson lesson =
        Lesson.of(
            List.of(Phantom.of(1, EnumSet.allOf(Abnormality.class)), Phantom.of(2, Set.of())));
    try (TrainingStep step = TrainDemo.step(CPU, Options.DEFAULT)) {
      Trainer trainer = new Trainer(step, new Adam(), DemoNetwork.initial(new SplittableRandom(1)));
      double first = trainer.step(3e-3, lesson.inputs());
      double last = first;
      for (int i = 0; i < 12; i++) {
        last = trainer.step(3e-3, lesson.inputs());
      }
      assertThat(last).isLessThan(0.7 * first);
    }
  }

  @Test
  void runningItAgainGivesTheSameParametersForAnyNumberOfThreads() {
    Map<String, Tensor> once = train(Options.DEFAULT.withThreads(1));
    Map<String, Tensor> again = train(Options.DEFAULT.withThreads(2));

    assertThat(once).containsOnlyKeys(DemoNetwork.parameters().keySet());
    once.forEach(
        (name, values) -> assertThat(again.get(name).floats()).as(name).isEqualTo(values.floats()));
  }

  @Test
  void lessonsSayWhatIsToBeSeenWhere() {
    Phantom phantom = Phantom.of(3, Set.of(Abnormality.LEFT_EFFUSION));
    Map<String, Tensor> inputs = Lesson.of(List.of(phantom)).inputs();
    Shape cells = DemoNetwork.CELLS;
    float[] sights = inputs.get("sights").floats();
    float[] weights = inputs.get("weights").floats();

    assertThat(inputs.get("labels").floats()).containsExactly(phantom.truth());
    int fluidLeft = 0;
    for (int i = 0; i < cells.length(); i++) {
      // Axes point to the right, the front and the head: cells of the left half come first.
      boolean left = i < cells.length() / 2;
      assertThat(left || sights[i] == 0).isTrue();
      fluidLeft += left && sights[i] == 1 ? 1 : 0;
    }
    assertThat(fluidLeft).isGreaterThan(5);
    assertThat(Arrays.copyOfRange(sights, cells.length(), 2 * cells.length())).containsOnly(0);
    assertThat(Arrays.copyOfRange(sights, 2 * cells.length(), 3 * cells.length()))
        .as("bones")
        .contains(1);
    for (int i = 0; i < sights.length; i++) {
      assertThat(weights[i]).isIn(sights[i] == 1 ? List.of(15f) : List.of(0f, 1f));
    }
  }

  private static Map<String, Tensor> train(Options options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return TrainDemo.train(CPU, options, 2, new PrintStream(out, true, StandardCharsets.UTF_8));
  }
}
