package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.Conformance;
import voxcam.check.OpCase;
import voxcam.check.OpCases;
import voxcam.compile.Fuse;
import voxcam.compile.Prune;
import voxcam.cpu.ConvForms.Algorithm;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Conv;

/**
 * Every operation conforms in every form, whichever layouts it would be given in a network, and
 * every convolution by every algorithm, whichever would be chosen for it.
 */
final class FormsTest {
  /** Takes the form of a given number, as far as an operation has so many. */
  private record Forced(int number, Optional<Algorithm> algorithm, Set<String> used)
      implements Backend {
    @Override
    public String name() {
      return algorithm.map(Algorithm::name).orElse("layouts") + ", form " + number;
    }

    @Override
    public int preference() {
      return 0;
    }

    @Override
    public Optional<String> refusal() {
      return Optional.empty();
    }

    @Override
    public String description(Options options) {
      return name();
    }

    @Override
    public Program compile(Graph graph, Options options) {
      Graph fused = Fuse.apply(Prune.apply(graph));
      Program program = CpuProgram.of(fused, options, node -> form(node, options));
      program.algorithms().keySet().forEach(names -> used.addAll(List.of(names.split(" \\+ "))));
      return program;
    }

    private List<Form> form(Node node, Options options) {
      List<Form> forms =
          algorithm.isPresent() && node.op() instanceof Conv op && !(op instanceof Conv.WeightGrad)
              ? ConvForms.by(algorithm.get(), node, op, options, new WeightBuffer(0))
              : Kernels.forms(node, options, new WeightBuffer(0));
      Form form = forms.get(Math.min(number, forms.size() - 1));
      used.add(form.inputs() + " to " + form.output());
      return List.of(form);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyFormConforms(int number) {
    Set<String> used = conform(number, Optional.empty(), OpCases.all());
    assertThat(used.stream().filter(name -> name.contains(" to "))).hasSizeGreaterThan(3);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyAlgorithmConforms(Algorithm algorithm) {
    List<OpCase> convolutions =
        OpCases.all().stream().filter(opCase -> opCase.op() instanceof Conv).toList();
    Set<String> used = new HashSet<>();
    for (int number = 0; number < 4; number++) {
      used.addAll(conform(number, Optional.of(algorithm), convolutions));
    }
    String name = algorithm.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    assertThat(used).anyMatch(found -> found.startsWith(name));
  }

  /** The pairs of layouts and the algorithms that were used. */
  private static Set<String> conform(
      int number, Optional<Algorithm> algorithm, List<OpCase> cases) {
    Set<String> used = new HashSet<>();
    Forced forced = new Forced(number, algorithm, used);
    List<String> failures = new ArrayList<>();
    for (OpCase opCase : cases) {
      Conformance.Result result = Conformance.run(forced, Options.DEFAULT.withThreads(2), opCase);
      if (!result.passed()) {
        failures.add(result.message());
      }
    }
    assertThat(failures).isEmpty();
    return used;
  }
}
