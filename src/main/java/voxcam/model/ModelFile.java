package voxcam.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import voxcam.graph.Graph;
import voxcam.nets.Architectures;
import voxcam.nets.Network;
import voxcam.op.InputException;

/**
 * The strings of a model file: {@code voxcam.version}, {@code graph}, {@code task}, {@code labels},
 * {@code layer}, {@code space}, {@code tokens}, {@code recipe}.
 */
final class ModelFile {
  private static final String PREFIX = "voxcam.";
  private static final String VERSION = "voxcam.version";
  static final String GRAPH = "voxcam.graph";
  static final String TASK = "voxcam.task";
  static final String LABELS = "voxcam.labels";
  static final String LAYER = "voxcam.layer";
  private static final String SPACE = "voxcam.space";
  private static final String TOKENS = "voxcam.tokens";
  static final String RECIPE = "voxcam.recipe";
  private static final Set<String> KNOWN =
      Set.of(VERSION, GRAPH, TASK, LABELS, LAYER, SPACE, TOKENS, RECIPE);
  private static final String CURRENT = "1";

  private ModelFile() {}

  static Model read(Safetensors file, String architecture) {
    String where = file.path().toString();
    Map<String, String> metadata = file.metadata();
    Set<String> unknown = new TreeSet<>(metadata.keySet());
    unknown.removeIf(key -> !key.startsWith(PREFIX) || KNOWN.contains(key));
    if (!unknown.isEmpty()) {
      throw new InputException(
          where + ": metadata " + Texts.listed(List.copyOf(unknown)) + " is not known");
    }
    if (metadata.containsKey(GRAPH)) {
      if (!architecture.isEmpty()) {
        throw new InputException(
            where
                + ": holds its own graph, open it without the architecture "
                + Texts.line(architecture));
      }
      return complete(file);
    }
    if (architecture.isEmpty()) {
      throw new InputException(
          where
              + ": holds weights but no graph; say which network they belong to with --arch, one of"
              + " "
              + String.join(", ", Architectures.names()));
    }
    return plain(file, architecture);
  }

  private static Model complete(Safetensors file) {
    String where = file.path().toString();
    Map<String, String> metadata = file.metadata();
    String version = metadata.getOrDefault(VERSION, "missing");
    if (!version.equals(CURRENT)) {
      throw new InputException(
          where
              + ": "
              + VERSION
              + " is "
              + Texts.line(version)
              + ", this engine reads version "
              + CURRENT);
    }
    String graphName = where + ": " + GRAPH;
    Graph graph =
        GraphReader.read(
            graphName,
            Description.parse(graphName, metadata.get(GRAPH)),
            new Constants(file.tensors(), file.empty()));
    if (!metadata.containsKey(TASK)) {
      throw new InputException(where + ": " + TASK + " is missing");
    }
    return model(
        file,
        graph,
        Task.parse(where, metadata.get(TASK)),
        labels(where, file.metadata()).orElseGet(() -> numbered(where, graph)),
        Optional.ofNullable(metadata.get(LAYER)),
        Optional.empty());
  }

  private static Model plain(Safetensors file, String architecture) {
    String where = file.path().toString();
    Network network;
    try {
      network = Architectures.named(architecture).build(file.tensors());
    } catch (InputException e) {
      throw new InputException(where + ": " + e.getMessage(), e);
    }
    Task task = Task.parse(where, file.metadata().getOrDefault(TASK, network.task()));
    return model(
        file,
        network.graph(),
        task,
        labels(where, file.metadata()).orElseGet(() -> numbered(where, network.graph())),
        Optional.of(file.metadata().getOrDefault(LAYER, network.layer())),
        network.recipe());
  }

  private static Model model(
      Safetensors file,
      Graph graph,
      Task task,
      List<String> labels,
      Optional<String> layer,
      Optional<String> usualRecipe) {
    String where = file.path().toString();
    Optional<String> recipe =
        Optional.ofNullable(file.metadata().get(RECIPE)).or(() -> usualRecipe);
    try {
      return new Model(
          stem(file.path()),
          graph,
          task,
          labels,
          layer,
          space(file.metadata()),
          recipe,
          Optional.of(Model.Origin.of(file)));
    } catch (InputException e) {
      throw new InputException(where + ": " + e.getMessage(), e);
    }
  }

  static Optional<Space> space(Map<String, String> metadata) {
    return Space.parse(
        Optional.ofNullable(metadata.get(SPACE)), Optional.ofNullable(metadata.get(TOKENS)));
  }

  static Optional<List<String>> labels(String file, Map<String, String> metadata) {
    String text = metadata.get(LABELS);
    if (text == null) {
      return Optional.empty();
    }
    String where = file + ": " + LABELS;
    List<String> labels = new ArrayList<>();
    if (Json.parse(where, text) instanceof Json.Arr(var items)) {
      for (Json item : items) {
        if (!(item instanceof Json.Text(var label))) {
          throw new InputException(where + ": holds " + item.kind() + ", expected texts");
        }
        labels.add(label);
      }
      return Optional.of(labels);
    }
    throw new InputException(where + ": is no list of texts");
  }

  /** "0", "1" and so on for classes that nobody named. */
  static List<String> numbered(String where, Graph graph) {
    ModelChecks.checkOutput(where, graph);
    int classes =
        ModelChecks.classes(graph)
            .orElseThrow(() ->
                new InputException(
                    where
                        + ": the number of classes does not follow from the graph, the file needs "
                        + LABELS));
    return IntStream.range(0, classes).mapToObj(String::valueOf).toList();
  }

  static String stem(Path path) {
    Path last = path.getFileName();
    return last == null ? "model" : last.toString().replaceFirst("\\.(safetensors|onnx)$", "");
  }

  static Map<String, String> metadata(Model model, Description description) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(VERSION, CURRENT);
    metadata.put(GRAPH, description.text());
    metadata.put(TASK, model.task().word());
    metadata.put(LABELS, Json.of(model.labels()).compact());
    model.layer().ifPresent(layer -> metadata.put(LAYER, layer));
    model.space().ifPresent(space -> metadata.put(SPACE, space.axesText()));
    model
        .space()
        .flatMap(Space::tokens)
        .ifPresent(tokens -> metadata.put(TOKENS, tokens.toString()));
    model.recipe().ifPresent(recipe -> metadata.put(RECIPE, recipe));
    return metadata;
  }
}
