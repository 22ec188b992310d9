package voxcam.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.metrics.EnergyShare;
import voxcam.model.Model;
import voxcam.model.Task;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DemoRunTest {
  private final Backend backend = Backends.named("cpu");
  private DemoRun run;

  @BeforeAll
  void runOnce() {
    run = DemoRun.of(backend, Options.DEFAULT);
  }

  @Test
  void theShippedModelSaysWhatItIs() {
    Model model = DemoNetwork.load();

    assertThat(model.labels()).isEqualTo(Abnormality.labels());
    assertThat(model.task()).isEqualTo(Task.MULTILABEL);
    assertThat(model.layer()).contains("features");
    assertThat(model.recipe().orElseThrow()).contains("orient", "crop_or_pad", "clip", "scale");
  }

  @Test
  void everyFindingOfTheDemoIsReported() {
    assertThat(run.cases()).hasSize(Abnormality.values().length);
    assertThat(run.cases()).allSatisfy(c -> assertThat(c.score()).isGreaterThan(1));
  }

  @Test
  void hiResCamHasMoreInsideEveryFindingAndThePrintedLinesSaySo() {
    assertThat(run.cases())
        .allSatisfy(c -> assertThat(c.asClaimed()).as("%s", c.finding().abnormality()).isTrue());
    assertThat(run.lines()).hasSize(4 + run.cases().size());
    DemoRun.Case first = run.cases().getFirst();
    String inside = "%.1f %%".formatted(100 * first.hiRes().inside().share());
    assertThat(run.lines().get(2)).startsWith("right effusion").contains(inside);
  }

  @Test
  void hiResCamIsGuaranteedAndComplete() {
    assertThat(run.cases())
        .allSatisfy(c -> {
          assertThat(c.hiRes().explanation().trust().guaranteed()).isTrue();
          assertThat(c.hiRes().explanation().trust().relativeResidual()).isLessThan(1e-5);
          assertThat(c.grad().explanation().trust().guaranteed()).isFalse();
        });
  }

  @Test
  void mapsLieOnTheScansGridAndSharesAreThoseOfTheMaps() {
    for (DemoRun.Case c : run.cases()) {
      DemoRun.Map map = c.hiRes();
      assertThat(map.map().grid()).isEqualTo(run.phantom().scan().grid());
      double inside = 0;
      double total = 0;
      for (int i = 0; i < map.map().voxels().length; i++) {
        total += map.map().voxels()[i];
        inside += c.finding().mask().voxels()[i] == 0 ? 0 : map.map().voxels()[i];
      }
      assertThat(map.inside().share()).isCloseTo(inside / total, within(1e-9));
      assertThat(map.near().share()).isGreaterThan(map.inside().share());
    }
  }

  @Test
  void whatDoesNotHoldIsSaid() {
    DemoRun.Case real = run.cases().getFirst();
    EnergyShare half = new EnergyShare(1, 2);
    DemoRun.Map equal =
        new DemoRun.Map(
            real.grad().explanation(), real.grad().display(), real.grad().map(), half, half);
    DemoRun.Map empty =
        new DemoRun.Map(
            real.grad().explanation(),
            real.grad().display(),
            real.grad().map(),
            new EnergyShare(0, 0),
            half);
    List<DemoRun.Case> cases = new ArrayList<>();
    cases.add(new DemoRun.Case(real.finding(), 2, equal, equal));
    cases.add(new DemoRun.Case(real.finding(), -0.5, real.hiRes(), empty));
    DemoRun other = new DemoRun(run.phantom(), run.model(), run.prepared(), run.explained(), cases);

    assertThat(other.lines().subList(2, 8))
        .satisfiesExactly(
            line -> assertThat(line).endsWith("50.0 % (50.0 %)   50.0 % (50.0 %)"),
            line -> assertThat(line).contains("-0.50").endsWith("empty map"),
            line -> assertThat(line).startsWith("The network learned from labels and"),
            line -> assertThat(line).contains("with one side alone"),
            line -> assertThat(line).contains("the claim does not hold"),
            line -> assertThat(line).contains("the network misses it"));
  }

  @Test
  void freshPhantomsAreReadRightly() {
    HeldOut heldOut = HeldOut.of(DemoNetwork.load(), backend, Options.DEFAULT, 5000, 40);

    assertThat(heldOut.rows())
        .allSatisfy(row -> {
          assertThat(row.accuracy()).as("%s", row.abnormality()).isGreaterThan(0.9);
          assertThat(row.auc()).isGreaterThan(0.95);
          assertThat(row.hiRes()).isGreaterThan(row.grad());
        });
    assertThat(heldOut.table()).contains("40 phantoms", "right nodule");
  }
}
