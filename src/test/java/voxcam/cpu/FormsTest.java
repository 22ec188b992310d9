package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import voxcam.backend.Backend;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.check.Conformance;
import voxcam.check.OpCases;
import voxcam.compile.Fuse;
import voxcam.compile.Prune;
import voxcam.graph.Graph;
import voxcam.graph.Node;

/** Every operation conforms in every form, whichever layouts it would be given in a network. */
final class FormsTest {
  /** Takes the form of a given number, as far as an operation has so many. */
  private record Forced(int number, Set<String> used) implements Backend {
    @Override
    public String name() {
      return "form " + number;
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
      return CpuProgram.of(Fuse.apply(Prune.apply(graph)), options, node -> form(node, options));
    }

    private List<Form> form(Node node, Options options) {
      List<Form> forms = Kernels.forms(node, options, new WeightBuffer(0));
      Form form = forms.get(Math.min(number, forms.size() - 1));
      used.add(form.inputs() + " to " + form.output());
      return List.of(form);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void everyFormConforms(int number) {
    Set<String> used = new HashSet<>();
    List<String> failures = new ArrayList<>();
    for (var opCase : OpCases.all()) {
      Conformance.Result result =
          Conformance.run(new Forced(number, used), Options.DEFAULT.withThreads(2), opCase);
      if (!result.passed()) {
        failures.add(result.message());
      }
    }
    assertThat(failures).isEmpty();
    assertThat(used).hasSizeGreaterThan(3);
  }
}
