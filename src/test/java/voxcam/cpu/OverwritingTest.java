package voxcam.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
import voxcam.op.Tensor;

/** Kernels that say so give the same bits where their output lies in the memory of an input. */
final class OverwritingTest {
  /** Runs a kernel a second time for each input that it may write over. */
  private record Overwriting(Kernel kernel, Node node, Form form, Seen seen) implements Kernel {
    @Override
    public long scratch() {
      return kernel.scratch();
    }

    @Override
    public boolean reads(int index) {
      return kernel.reads(index);
    }

    @Override
    public void run(float[][] inputs, float[] output, float[] scratch, Threads threads) {
      kernel.run(inputs, output, scratch, threads);
      var value =
          new Schedule.Value(
              node.name(), node.op().name(), node.shape(), form.output(), Schedule.Origin.COMPUTED);
      for (int i = 0; i < inputs.length; i++) {
        boolean alike =
            node.input(i).shape().equals(node.shape()) && form.inputs().get(i) == form.output();
        if (alike && kernel.overwrites(i)) {
          float[] place = Arrays.copyOf(inputs[i], value.floats());
          float[][] given = inputs.clone();
          given[i] = place;
          kernel.run(given, place, scratch, threads);
          seen.operations().add(node.op().name());
          for (int j = 0; j < place.length; j++) {
            if (value.holds(j)
                && Float.floatToIntBits(place[j]) != Float.floatToIntBits(output[j])) {
              seen.failures().add(node + " over its input " + i + ", form " + form);
              break;
            }
          }
        }
      }
    }
  }

  private record Seen(Set<String> operations, List<String> failures) {}

  private record Forced(int number, Seen seen) implements Backend {
    @Override
    public String name() {
      return "overwriting, form " + number;
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
      return List.of(
          new Form(
              form.inputs(),
              form.output(),
              form.cost(),
              () -> new Overwriting(form.kernel().get(), node, form, seen)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void sameBits(int number) {
    Seen seen = new Seen(new TreeSet<>(), new ArrayList<>());
    for (var opCase : OpCases.all()) {
      Conformance.run(new Forced(number, seen), Options.DEFAULT.withThreads(2), opCase);
    }
    assertThat(seen.failures()).isEmpty();
    assertThat(seen.operations())
        .contains("Relu", "Add", "Where", "BatchNormalization", "GroupNormalizationGrad");
    // The last form of a convolution, of blocks to blocks, writes over what is added to it.
    assertThat(seen.operations().contains("Fused")).isEqualTo(number > 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void valuesShareMemoryAndKeepTheirBits(int threads) {
    Options options = Options.DEFAULT.withThreads(threads);
    var input = Graphs.networkInput(7);
    try (Program shared = CpuProgram.of(Graphs.network(), options);
        Program guarded = CpuProgram.of(Graphs.network(), options.withGuards())) {
      assertThat(bits(shared, input)).isDeepEqualTo(bits(guarded, input));
    }
  }

  private static int[][] bits(Program program, Map<String, Tensor> input) {
    return program.run(input).stream()
        .map(tensor -> {
          int[] bits = new int[tensor.floats().length];
          Arrays.setAll(bits, i -> Float.floatToIntBits(tensor.floats()[i]));
          return bits;
        })
        .toArray(int[][]::new);
  }
}
