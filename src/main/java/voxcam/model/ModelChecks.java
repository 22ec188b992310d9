package voxcam.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;

/** What a model promises: labels for all classes, a layer that exists, a recipe that is a list. */
final class ModelChecks {
  /** Sizes to try for free axes; networks differ in which they can take. */
  static final List<Integer> SIZES = List.of(64, 32, 96, 128, 48, 16, 224, 420);

  private ModelChecks() {}

  static void check(Model model) {
    String where = model.name();
    checkOutput(where, model.graph());
    if (model.graph().inputs().isEmpty()) {
      throw new InputException(where + ": the graph has no input");
    }
    model
        .layer()
        .filter(layer -> model.graph().find(layer).isEmpty())
        .ifPresent(layer -> {
          throw new InputException(
              where + ": the default layer " + Texts.quoted(layer) + " is no node of the graph");
        });
    if (model.space().isPresent() && model.layer().isEmpty()) {
      throw new InputException(
          where + ": " + model.space().get() + " tells of the layer to explain, which is missing");
    }
    model.recipe().ifPresent(recipe -> checkRecipe(where + ": recipe", recipe));
    for (String label : model.labels()) {
      if (label.isBlank() || label.chars().anyMatch(Character::isISOControl)) {
        throw new InputException(where + ": the label " + Texts.quoted(label) + " is no name");
      }
    }
    if (new HashSet<>(model.labels()).size() < model.labels().size()) {
      throw new InputException(
          where + ": two labels are the same: " + Texts.listed(model.labels()));
    }
    Optional<Shape> logits = logits(model.graph());
    if (logits.isPresent() && logits.get().rank() < 2) {
      throw new InputException(
          where
              + ": the first output is "
              + logits.get()
              + ", expected logits [N,classes] or [N,classes,...]");
    }
    if (logits.isPresent() && logits.get().dim(1) != model.labels().size()) {
      throw new InputException(
          "%s: %d labels for %d classes (logits %s)"
              .formatted(where, model.labels().size(), logits.get().dim(1), logits.get()));
    }
  }

  /** Refuses a graph without output. */
  static void checkOutput(String where, Graph graph) {
    if (graph.outputs().isEmpty()) {
      throw new InputException(
          where + ": the graph has no output, the first one must be the logits");
    }
  }

  private static void checkRecipe(String where, String recipe) {
    Json steps = Json.parse(where, recipe);
    if (!(steps instanceof Json.Arr)) {
      throw new InputException(where + ": is " + steps.kind() + ", expected a list of steps");
    }
  }

  /** The number of classes, where some size of the input lets the network's shapes work out. */
  static Optional<Integer> classes(Graph graph) {
    return logits(graph).filter(shape -> shape.rank() >= 2).map(shape -> shape.dim(1));
  }

  /** The logits' shape for the input's own sizes, or for some that fit. */
  static Optional<Shape> logits(Graph graph) {
    Node output = graph.outputs().get(0);
    if (output.isShaped()) {
      return Optional.of(output.shape());
    }
    return SIZES.stream().flatMap(size -> logits(graph, size).stream()).findFirst();
  }

  private static Optional<Shape> logits(Graph graph, int size) {
    try {
      return Optional.of(graph.specialise(shapes(graph, size)).outputs().get(0).shape());
    } catch (InputException e) {
      // This size does not suit the network; another one may.
      return Optional.empty();
    }
  }

  private static Map<String, Shape> shapes(Graph graph, int size) {
    Map<String, FreeShape> inputs = new LinkedHashMap<>();
    graph.inputs().forEach(input -> inputs.put(input.name(), ((Source.Input) input.op()).shape()));
    return shapes(inputs, size);
  }

  /** One sample, and {@code size} for every other size that is free. */
  static Map<String, Shape> shapes(Map<String, FreeShape> inputs, int size) {
    Map<String, Integer> bound = new HashMap<>();
    Map<String, Shape> shapes = new LinkedHashMap<>();
    inputs.forEach((input, free) -> {
      List<Dim> dims = free.dims();
      int[] sizes = new int[dims.size()];
      for (int i = 0; i < sizes.length; i++) {
        int chosen = i == 0 ? 1 : size;
        sizes[i] =
            switch (dims.get(i)) {
              case Dim.Fixed(int fixed) -> fixed;
              case Dim.Free(String name) -> bound.computeIfAbsent(name, unused -> chosen);
            };
      }
      shapes.put(input, Shape.of(sizes));
    });
    return shapes;
  }
}
