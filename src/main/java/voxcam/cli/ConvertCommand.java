package voxcam.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.explain.Layers;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Dtype;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.model.Task;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.volume.Recipe;

/** Makes a model file of an ONNX file or of plain weights. */
final class ConvertCommand implements Callable<Integer> {
  private final Argument<String> source =
      Argument.parameter(
          0, "IN", "An ONNX file (.onnx), plain weights (with --arch) or a model file.");

  private final Argument<String> target =
      Argument.parameter(1, "OUT.safetensors", "The model file to write.");

  private final Argument<String> task =
      Argument.option(
          "--task",
          "TASK",
          "What the logits mean: multiclass, multilabel or segmentation. Default: what the file"
              + " says; of an ONNX file segmentation where each voxel has logits, else"
              + " multiclass.");

  private final Argument<String> layer =
      Argument.option(
          "--layer",
          "L",
          "The layer that 'explain' takes unless told otherwise: a name of 'engine info', or the"
              + " path of a PyTorch module, as layer4. Default: the file's, if it names one.");

  private final Argument<String> shape =
      Argument.option(
          "--input",
          "SHAPE",
          "The input's shape, as 1x1x96x96x96, where the file leaves sizes free and computes with"
              + " them.");

  private final SpaceOptions spaceOptions = new SpaceOptions();
  private final ModelOptions modelOptions = new ModelOptions();

  private final Streams streams;

  ConvertCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("convert");
    spec.usageMessage()
        .description(
            "Makes a model file, which holds labels, the recipe of the input and the layer to"
                + " explain, of an ONNX file or of plain weights. Names of layers stay as they"
                + " are.",
            "")
        .footer(
            "",
            "Examples:",
            "  engine convert model.onnx model.safetensors --labels nodule,effusion --task multilabel",
            "  engine convert model.onnx model.safetensors --layer layer4 --recipe recipe.json",
            "  engine convert vit.onnx model.safetensors --layer blocks.11.norm1 --tokens 1+8x8x8",
            "  engine convert weights.safetensors model.safetensors --arch resnet18",
            "  engine convert model.onnx model.safetensors --input 1x1x96x96x96     where sizes are free");
    Argument.addTo(spec, source, target, task, layer, shape);
    spaceOptions.addTo(spec);
    modelOptions.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() {
    Path out = target();
    Model model = sized(modelOptions.open(source.get()));
    if (task.isGiven()) {
      model = model.withTask(task(task.get()));
    }
    if (modelOptions.recipe.isGiven()) {
      String steps = modelOptions.recipe(model);
      Recipe.parse(steps);
      model = model.withRecipe(steps);
    }
    if (layer.isGiven()) {
      model = model.withLayer(named(model, layer.get(), spaceOptions.space()));
    }
    model = placed(model);
    model.save(out, Dtype.F32);
    streams.out().println(out + ": " + model);
    return Failure.DONE;
  }

  private Path target() {
    try {
      Path out = Path.of(target.get());
      if (!target.get().endsWith(".safetensors")) {
        throw new InputException(target.get() + ": give a name that ends in .safetensors");
      }
      return out;
    } catch (InvalidPathException e) {
      throw new InputException(Text.line(target.get()) + ": not a file name, " + e.getReason(), e);
    }
  }

  /**
   * The model for one shape of its input where it has to be: with a batch of one if that is all.
   */
  private Model sized(Model model) {
    Node input = Subject.input(model.graph());
    if (shape.isGiven()) {
      return model.withInput(Map.of(input.name(), InfoCommand.parse(shape.get())));
    }
    if (!model.graph().dependsOnSizes()) {
      return model;
    }
    FreeShape free = ((Source.Input) input.op()).shape();
    Optional<Shape> one = InfoCommand.ofOneVolume(free);
    return model.withInput(
        Map.of(
            input.name(),
            one.orElseThrow(() ->
                new InputException(
                    source.get()
                        + ": its input "
                        + free
                        + " has free sizes that the network computes with; give --input, as"
                        + " 1x1x96x96x96"))));
  }

  static Task task(String word) {
    List<String> words = new ArrayList<>();
    for (Task task : Task.values()) {
      words.add(task.word());
      if (task.word().equals(word.toLowerCase(Locale.ROOT))) {
        return task;
      }
    }
    throw new InputException(
        "--task " + Text.line(word) + ": not known, known are " + String.join(", ", words));
  }

  /** The name of the layer that is meant. */
  private static String named(Model model, String layer, Optional<Space> space) {
    Node input = Subject.input(model.graph());
    Optional<Shape> one = InfoCommand.ofOneVolume(((Source.Input) input.op()).shape());
    if (one.isEmpty()) {
      // Which layers suit cannot be told while sizes are free; the name must be one as it stands.
      return layer;
    }
    Graph graph = model.graph().specialise(Map.of(input.name(), one.get()));
    return Layers.named(graph, layer, space).name();
  }

  /** The model with the axes of its layer that are space, if they were given. */
  private Model placed(Model model) {
    Optional<Space> space = spaceOptions.space();
    if (space.isEmpty()) {
      return model;
    }
    String at =
        model
            .layer()
            .orElseThrow(() ->
                new InputException(
                    space.get() + ": tells of the layer to explain; give --layer, too"));
    named(model, at, space);
    return model.withSpace(space.get());
  }
}
