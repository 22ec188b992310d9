package voxcam.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.model.Model;
import voxcam.op.InputException;

/** Options of every command that opens a model. */
final class ModelOptions {
  private static final long LONGEST_RECIPE = 1 << 20;

  final Argument<String> arch =
      Argument.option(
              "--arch",
              "NAME",
              "For plain PyTorch weights (a state dict as safetensors), which hold no graph: the"
                  + " network that they belong to, such as resnet18, resnet18:conv1_stride=2,"
                  + " densenet121, segresnet or meshnet. A name that is not known lists all.")
          .or("");

  final Argument<String> labels =
      Argument.option(
          "--labels",
          "A,B,C",
          "Names for the classes, in the order of the logits, instead of those that the model has;"
              + " plain weights have none.");

  final Argument<String> recipe =
      Argument.option(
          "--recipe",
          "STEPS",
          "The preparation of the input, for models that name none: a JSON list of steps or the"
              + " name of a file that holds it, as '[{\"step\":\"minmax\"}]'.");

  void addTo(CommandSpec command) {
    Argument.addTo(command, arch, labels, recipe);
  }

  /**
   * Opens a model file, or plain weights of an architecture.
   *
   * @throws InputException if it is no file that can be read, or no model
   */
  Model open(String name) {
    Path file = file(name, "model file");
    Model opened = Model.open(file, arch.get());
    return labels.isGiven() ? labelled(opened) : opened;
  }

  private Model labelled(Model opened) {
    List<String> names = Text.parts("--labels", labels.get());
    if (names.size() != opened.labels().size()) {
      throw new InputException(
          "--labels: "
              + names.size()
              + " names, but the model has "
              + opened.labels().size()
              + " classes; give one name for each");
    }
    return opened.withLabels(names);
  }

  /** The recipe's text: the option's, or else the model's own. */
  String recipe(Model model) {
    if (!recipe.isGiven()) {
      return model.recipe().orElse("[]");
    }
    if (recipe.get().stripLeading().startsWith("[")) {
      return recipe.get();
    }
    Path file = file(recipe.get(), "recipe");
    try {
      if (Files.size(file) > LONGEST_RECIPE) {
        throw new InputException("--recipe " + recipe.get() + ": is too long for a list of steps");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new InputException("--recipe " + recipe.get() + ": is no text that can be read", e);
    }
  }

  private static Path file(String name, String kind) {
    Path file;
    try {
      file = Path.of(name);
    } catch (InvalidPathException e) {
      throw new InputException(Text.line(name) + ": not a file name, " + e.getReason(), e);
    }
    if (Files.isDirectory(file)) {
      throw new InputException(name + ": is a folder; give the " + kind + " in it");
    }
    if (!Files.exists(file)) {
      throw new InputException(name + ": no such " + kind + "; check the path");
    }
    if (!Files.isReadable(file)) {
      throw new InputException(name + ": this " + kind + " cannot be read; check its permissions");
    }
    return file;
  }
}
