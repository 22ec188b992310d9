package voxcam.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.explain.Layers;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.volume.Recipe;

/** Describes a model without running it. */
final class InfoCommand implements Callable<Integer> {
  private final Argument<String> model =
      Argument.parameter(0, "MODEL", "The model file (.safetensors), or an ONNX file (.onnx).");

  private final Argument<String> shape =
      Argument.option(
          "--input",
          "SHAPE",
          "The input's shape, batch and channels first, as 1x1x96x96x96, for networks that take"
              + " several sizes.");

  private final SpaceOptions spaceOptions = new SpaceOptions();
  private final ModelOptions modelOptions = new ModelOptions();

  private final Streams streams;

  InfoCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("info");
    spec.usageMessage()
        .description(
            "Describes a model without running it: labels, recipe of the input, layers with shapes,"
                + " parameters and GFLOPs, which layers suit a map.",
            "")
        .footer(
            "",
            "The column 'map' says what a map at a layer is worth:",
            "  faithful  HiResCAM is exactly each cell's share of the score",
            "  same      likewise, and Grad-CAM is the same map",
            "  yes       a map can be made; 'explain' states how its sums add up",
            "  ?         likewise, but axes were moved before it: say with --space which are space",
            "  tokens    a map can be made where --tokens says how the tokens lie in the volume",
            "Positions are the axes behind the channels, and the batch where its slabs have one row of",
            "logits. --space and --tokens say otherwise, here as for 'explain' and 'convert'.",
            "A star marks the layer that 'explain' takes unless told otherwise.",
            "",
            "Examples:",
            "  engine info model.safetensors",
            "  engine info model.safetensors --input 1x1x96x96x96      where the network takes any size",
            "  engine info weights.safetensors --arch resnet18 --input 1x1x64x128x128",
            "  engine info vit.onnx --tokens 1+8x8x8      layers of tokens, behind a class token");
    Argument.addTo(spec, model, shape);
    spaceOptions.addTo(spec);
    modelOptions.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() {
    Model opened = modelOptions.open(model.get());
    Recipe recipe = Recipe.parse(modelOptions.recipe(opened));
    Node input = Subject.input(opened.graph());
    FreeShape free = ((Source.Input) input.op()).shape();
    Optional<Shape> known = shape.isGiven() ? Optional.of(parse(shape.get())) : ofOneVolume(free);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("model", opened.toString()));
    rows.add(List.of("input", input.name() + " " + free));
    rows.add(List.of("recipe", recipe.toString()));
    rows.add(List.of("labels", labels(opened)));
    if (known.isPresent()) {
      Graph graph = opened.graph().specialise(Map.of(input.name(), known.get()));
      Optional<Space> space = spaceOptions.space();
      LayerTable table = new LayerTable(graph, space);
      Costs costs = Costs.of(opened, graph, known.get(), space);
      rows.addAll(costs.rows());
      streams
          .out()
          .print(Text.table(rows) + "\n" + Text.table(table.rows(costs.layer(), costs.space())));
      streams.out().print(suggested(graph, space));
    } else {
      rows.add(List.of("parameters", Text.count(LayerTable.parameters(opened.graph()))));
      opened.layer().ifPresent(layer -> rows.add(List.of("layer", layer)));
      streams
          .out()
          .print(Text.table(rows) + "\n" + Text.table(LayerTable.unshaped(opened.graph())));
      streams
          .out()
          .println(
              "\nSizes of the input are free: give --input, as 1x1x96x96x96, to see shapes, GFLOPs,"
                  + " bytes and which layers suit a map.");
    }
    return Failure.DONE;
  }

  /** Which layers to look at first, and why. */
  private static String suggested(Graph graph, Optional<Space> space) {
    boolean told = space.isPresent() && !Layers.findsLayers(space.get());
    if (told || Layers.suitable(graph, space).isEmpty()) {
      return "";
    }
    List<List<String>> rows = new ArrayList<>();
    for (Layers.Suggestion suggestion : Layers.suggestions(graph, space)) {
      rows.add(List.of("--layer " + suggestion.layer().name(), suggestion.why()));
    }
    return "\nLayers to look at first:\n" + Text.table(rows);
  }

  private static String labels(Model model) {
    List<String> labels = model.labels();
    List<String> numbered = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      numbered.add(i + " " + labels.get(i));
    }
    return String.join(", ", numbered);
  }

  /** The input's shape where nothing but the batch is free. */
  static Optional<Shape> ofOneVolume(FreeShape free) {
    List<Dim> dims = new ArrayList<>(free.dims());
    if (!dims.isEmpty() && dims.get(0) instanceof Dim.Free) {
      dims.set(0, new Dim.Fixed(1));
    }
    return new FreeShape(dims).fixed();
  }

  static Shape parse(String text) {
    String[] parts = text.strip().replaceAll("[\\[\\]\\s]", "").split("[x,X]", -1);
    int[] sizes = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].matches("[1-9][0-9]{0,8}")) {
        throw new InputException("--input " + text + ": not a shape, give sizes as 1x1x96x96x96");
      }
      sizes[i] = Integer.parseInt(parts[i]);
    }
    Shape shape = Shape.of(sizes);
    try {
      shape.length();
    } catch (ArithmeticException e) {
      throw new InputException("--input " + text + ": is too large; use a smaller input", e);
    }
    return shape;
  }
}
