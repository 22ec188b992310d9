package voxcam.cli;

import java.util.List;
import java.util.Map;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.op.Dim;
import voxcam.op.FreeShape;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Source;
import voxcam.op.Tensor;
import voxcam.volume.Prepared;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/**
 * A model with the volumes it is to look at, made ready for it.
 *
 * @param graph the model's graph for inputs of this size
 * @param input the prepared volumes under as many axes as the network takes
 */
record Subject(
    Model model, Graph graph, String recipeText, Recipe recipe, Prepared prepared, Tensor input) {
  /** Reads and prepares volumes for an open model, saying what the user should know of them. */
  static Subject of(
      Model model, String recipeText, List<String> inputs, Stages stages, Streams streams) {
    if (inputs.isEmpty()) {
      throw new InputException(
          "no input volume was given; give at least one file behind the model");
    }
    Recipe recipe = Recipe.parse(recipeText);
    List<Volume> volumes = stages.time("read", () -> inputs.stream().map(Volume::read).toList());
    Prepared prepared = stages.time("prepare", () -> recipe.apply(volumes));
    Subject subject;
    try {
      subject = of(model, recipeText, recipe, prepared, inputs);
    } catch (InputException e) {
      prepared.warnings().forEach(streams::warn);
      throw e;
    }
    // First, lest a second JVM warn again.
    Relaunch.checkWork(subject.graph());
    prepared.warnings().forEach(streams::warn);
    return subject;
  }

  private static Subject of(
      Model model, String recipeText, Recipe recipe, Prepared prepared, List<String> inputs) {
    Node input = input(model.graph());
    Tensor given = prepared.inputFor(((Source.Input) input.op()).shape());
    check(input, given.shape(), inputs);
    Graph graph = model.graph().specialise(Map.of(input.name(), given.shape()));
    checkLabels(model, graph.outputs().get(0).shape());
    return new Subject(model, graph, recipeText, recipe, prepared, given);
  }

  /** Opening a model tries some sizes of the input only; this one may be the first that fits. */
  private static void checkLabels(Model model, Shape logits) {
    int labels = model.labels().size();
    if (logits.rank() < 2 || logits.dim(1) != labels) {
      throw new InputException(
          model.name()
              + ": "
              + labels
              + " labels, but its first output is "
              + logits
              + ", expected [N,"
              + labels
              + "] or [N,"
              + labels
              + ",...]; repair the model file");
    }
  }

  /** The one input that the command line can fill. */
  static Node input(Graph graph) {
    List<Node> inputs = graph.inputs();
    if (inputs.size() != 1) {
      throw new InputException(
          "model: takes "
              + inputs.size()
              + " inputs ("
              + String.join(", ", inputs.stream().map(Node::name).toList())
              + "), the command line can give one; use the library for this model");
    }
    return inputs.get(0);
  }

  private static void check(Node input, Shape given, List<String> files) {
    FreeShape wanted = ((Source.Input) input.op()).shape();
    String where = String.join(", ", files) + ": becomes an input of shape " + given;
    if (given.rank() == wanted.dims().size()
        && wanted.dims().get(1) instanceof Dim.Fixed(int channels)
        && channels != given.dim(1)) {
      throw new InputException(
          where
              + " with "
              + given.dim(1)
              + " channel(s), the network takes "
              + channels
              + "; give one file for each channel, in the model's order");
    }
    try {
      wanted.check(input.name(), given);
    } catch (InputException e) {
      throw new InputException(
          where
              + ", the network takes "
              + wanted
              + "; give a volume of that size, or add resample or crop_or_pad to the model's recipe",
          e);
    }
  }

  Node logits() {
    return graph.outputs().get(0);
  }
}
