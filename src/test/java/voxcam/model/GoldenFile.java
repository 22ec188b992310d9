package voxcam.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import voxcam.graph.Graph;
import voxcam.op.Tensor;

/** Golden operation cases (src/test/resources/golden/README.md) as graphs. */
public final class GoldenFile {
  /**
   * One case.
   *
   * @param tensors all tensors of the case, without its prefix
   */
  public record Case(String name, Graph graph, Map<String, Tensor> tensors) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Path FOLDER = Path.of("src/test/resources/golden");
  private static final List<String> FAMILIES =
      List.of(
          "activation",
          "conv",
          "conv-transpose",
          "elementwise",
          "fused",
          "matrix",
          "norm",
          "pool",
          "reduce",
          "resize",
          "shape");

  private GoldenFile() {}

  /** A file below the golden folder. */
  public static Path path(String name) {
    return FOLDER.resolve(name);
  }

  /** The cases of all families. */
  public static List<Case> cases() {
    return FAMILIES.stream().flatMap(family -> cases(family).stream()).toList();
  }

  /** The cases of one family. */
  public static List<Case> cases(String family) {
    Safetensors file = Safetensors.open(path("ops-" + family + ".safetensors"));
    List<Case> cases = new ArrayList<>();
    for (String key : file.metadata().keySet()) {
      if (key.startsWith("case.")) {
        cases.add(read(file, key.substring("case.".length())));
      }
    }
    return cases;
  }

  private static Case read(Safetensors file, String name) {
    Fields about = Fields.of(name, Json.parse(name, file.metadata().get("case." + name)));
    Description description = Description.parse(name, about.object("graph").json().compact());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    file.tensors()
        .forEach((key, tensor) -> {
          if (key.startsWith(name + "/")) {
            tensors.put(key.substring(name.length() + 1), tensor);
          }
        });
    Set<String> empty =
        file.empty().stream()
            .filter(key -> key.startsWith(name + "/"))
            .map(key -> key.substring(name.length() + 1))
            .collect(Collectors.toSet());
    Set<String> computed = new HashSet<>();
    description.inputs().forEach(input -> computed.add(input.name()));
    description.steps().forEach(step -> computed.addAll(step.outputs()));
    Map<String, Tensor> constants = new LinkedHashMap<>(tensors);
    constants.keySet().removeAll(computed);
    return new Case(
        name, GraphReader.read(name, description, new Constants(constants, empty)), tensors);
  }
}
