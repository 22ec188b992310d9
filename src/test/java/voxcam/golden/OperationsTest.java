package voxcam.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.backend.Program;
import voxcam.grad.Gradients;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.GoldenFile;
import voxcam.op.Shape;
import voxcam.op.Tensor;

/** Every operation and its gradients against PyTorch in double precision. */
class OperationsTest {
  static Stream<GoldenFile.Case> cases() {
    return GoldenFile.cases().stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void referenceAgreesWithPyTorch(GoldenFile.Case golden) {
    check(golden, "reference", 1e-9);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cpuAgreesWithPyTorch(GoldenFile.Case golden) {
    check(golden, "cpu", 1e-5);
  }

  @Test
  void thereAreManyCasesWithGradients() {
    assertThat(cases().filter(golden -> !wanted(golden).isEmpty()).count()).isGreaterThan(300);
  }

  private static void check(GoldenFile.Case golden, String backend, double tolerance) {
    GraphBuilder builder = GraphBuilder.extending(golden.graph());
    List<Node> outputs = new ArrayList<>(golden.graph().outputs());
    List<Tensor> expected = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      names.add(outputs.size() == 1 ? "out" : "out" + i);
      expected.add(golden.tensors().get(names.get(i)));
    }
    gradients(golden, builder)
        .forEach((name, node) -> {
          names.add("grad." + name);
          outputs.add(node);
          expected.add(golden.tensors().get("grad." + name));
        });
    try (Program program =
        Backends.named(backend).compile(builder.build(outputs), Options.DEFAULT.withGuards())) {
      List<Tensor> actual = program.run(inputs(golden));
      for (int i = 0; i < actual.size(); i++) {
        assertThat(actual.get(i).shape()).as(names.get(i)).isEqualTo(expected.get(i).shape());
        // Near saturation the gradient of softmax is what is left of 1 - 1 in single precision.
        boolean cancels = golden.name().equals("softmax-large") && i > 0 && tolerance > 1e-9;
        assertThat(Closeness.relativeNorm(actual.get(i), expected.get(i)))
            .as("%s of %s on %s", names.get(i), golden.name(), backend)
            .isLessThan(cancels ? 1e-4 : tolerance);
      }
    }
  }

  private static Map<String, Node> gradients(GoldenFile.Case golden, GraphBuilder builder) {
    List<String> wanted = wanted(golden);
    Map<String, Node> gradients = new LinkedHashMap<>();
    if (wanted.isEmpty()) {
      return gradients;
    }
    Tensor cotangent =
        golden.tensors().getOrDefault("cotangent", golden.tensors().get("cotangent0"));
    Node output = golden.graph().outputs().get(0);
    List<Node> sources = wanted.stream().map(golden.graph()::node).toList();
    List<Optional<Node>> found =
        new Gradients(builder).of(output, builder.constant("the cotangent", cotangent), sources);
    for (int i = 0; i < wanted.size(); i++) {
      Shape shape = sources.get(i).shape();
      Node none = builder.constant("zeros " + i, Tensor.filled(shape, 0));
      gradients.put(wanted.get(i), found.get(i).orElse(none));
    }
    return gradients;
  }

  private static List<String> wanted(GoldenFile.Case golden) {
    return golden.tensors().keySet().stream()
        .filter(name -> name.startsWith("grad."))
        .map(name -> name.substring("grad.".length()))
        .sorted()
        .toList();
  }

  private static Map<String, Tensor> inputs(GoldenFile.Case golden) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Node input : golden.graph().inputs()) {
      inputs.put(input.name(), golden.tensors().get(input.name()));
    }
    return inputs;
  }
}
