package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Options;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.cpu.ConvForms.Algorithm;
import voxcam.op.Conv;

/**
 * Every operation conforms in every form, whichever layouts it would be given in a network, and
 * every convolution by every algorithm, whichever would be chosen for it.
 */
final class FormsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyFormConforms(int number) {
    Set<String> used = conform(ForcedForms.of(number), OpCases.all());
    assertThat(used.stream().filter(name -> name.contains(" to "))).hasSizeGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyAlgorithmConforms(Algorithm algorithm) {
    List<OpCase> convolutions =
        OpCases.all().stream().filter(opCase -> opCase.op() instanceof Conv).toList();
    boolean used = false;
    for (int number = 0; number < 4; number++) {
      ForcedForms forced = ForcedForms.of(number, algorithm);
      conform(forced, convolutions);
      used |= forced.hasUsedAlgorithm();
    }
    assertThat(used).isTrue();
  }

  /** The pairs of layouts and the algorithms that were used. */
  private static Set<String> conform(ForcedForms forced, List<OpCase> cases) {
    List<String> failures = new ArrayList<>();
    for (OpCase opCase : cases) {
      Conformance.Result result = Conformance.run(forced, Options.DEFAULT.withThreads(2), opCase);
      if (!result.passed()) {
        failures.add(result.message());
      }
    }
    assertThat(failures).isEmpty();
    return forced.used();
  }
}
