package voxcam.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.backend.Program;
import voxcam.compile.Prune;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;

/** Runs a network: labels with their scores, or a label map. */
final class PredictCommand implements Callable<Integer> {
  private final Argument<String> model =
      Argument.parameter(0, "MODEL", "The model file (.safetensors), or an ONNX file (.onnx).");

  private final Argument<List<String>> inputs =
      Argument.parameters(
          1,
          1,
          "INPUT",
          "A volume: .nii, .nii.gz, .npy or .npz[:key]. Several files are the channels, in the"
              + " model's order.");

  private final Argument<String> result =
      Argument.option(
          "--out",
          "FILE",
          "Writes the result: a label map to .nii or .nii.gz, a classifier's logits to .npy.");

  private final Argument<String> raw =
      Argument.option(
          "--raw", "FILE.npy", "Writes the network's raw output, all logits as they are.");

  private final ModelOptions modelOptions = new ModelOptions();
  private final DeviceOptions deviceOptions = new DeviceOptions();

  private final Streams streams;

  PredictCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("predict");
    spec.usageMessage()
        .description(
            "Runs a network on a volume. A classifier prints a line for each label: label, logit,"
                + " probability. A segmentation network prints how many voxels have each label;"
                + " with --out it writes the label map.",
            "")
        .footer(
            "",
            "A label map is written on the input's own voxels with its affine. Where labels may"
                + " overlap (task multilabel) the file has one channel for each label, 1 where its"
                + " logit is above 0.",
            "",
            "Examples:",
            "  engine predict model.safetensors ct.nii.gz",
            "  engine predict meshnet.safetensors t1.nii.gz --arch meshnet --out labels.nii.gz",
            "  engine predict tumour.safetensors t1.nii.gz t2.nii.gz --raw logits.npy");
    Argument.addTo(spec, model, inputs, result, raw);
    modelOptions.addTo(spec);
    deviceOptions.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() {
    checkNames();
    List<String> lines;
    try (Outputs outputs = new Outputs();
        Stages stages = new Stages(streams)) {
      if (result.isGiven()) {
        outputs.file(result.get());
      }
      if (raw.isGiven()) {
        outputs.file(raw.get());
      }
      Model opened = stages.time("open", () -> modelOptions.open(model.get()));
      String recipe = modelOptions.recipe(opened);
      Subject subject = Subject.of(opened, recipe, inputs.get(), stages, streams);
      checkResult(subject);
      Prediction prediction = new Prediction(opened, run(subject, stages)).finite();
      stages.time("write", () -> write(subject, prediction, outputs));
      lines = lines(prediction);
    }
    lines.forEach(streams.out()::println);
    return Failure.DONE;
  }

  private void checkNames() {
    if (raw.isGiven() && !raw.get().toLowerCase(Locale.ROOT).endsWith(".npy")) {
      throw new InputException("--raw " + raw.get() + ": the name must end in .npy");
    }
    if (result.isGiven() && !isNifti() && !isNpy()) {
      throw new InputException(
          "--out " + result.get() + ": the name must end in .nii, .nii.gz or .npy");
    }
    if (result.isGiven()
        && raw.isGiven()
        && Outputs.same(Outputs.path(result.get()), Outputs.path(raw.get()))) {
      throw new InputException(
          "--out and --raw are the same file " + raw.get() + "; give two names");
    }
    spare("--out", result.get());
    spare("--raw", raw.get());
  }

  private void spare(String option, String file) {
    if (file != null) {
      List<String> read = new ArrayList<>(inputs.get());
      read.add(model.get());
      Outputs.spare(option + " " + file, Outputs.path(file), read);
    }
  }

  private void checkResult(Subject subject) {
    Shape logits = subject.logits().shape();
    boolean dense = Task.isDense(logits);
    if (result.isGiven() && isNifti() && !dense) {
      throw new InputException(
          "--out "
              + result.get()
              + ": this model gives one score for each label (output "
              + logits
              + ") and no label map; give a name that ends in .npy");
    }
    if (result.isGiven() && isNpy() && dense) {
      throw new InputException(
          "--out "
              + result.get()
              + ": this model gives a label map (output "
              + logits
              + "); give a name that ends in .nii.gz, or --raw for the logits");
    }
  }

  private boolean isNifti() {
    String name = result.get().toLowerCase(Locale.ROOT);
    return name.endsWith(".nii") || name.endsWith(".nii.gz");
  }

  private boolean isNpy() {
    return result.get().toLowerCase(Locale.ROOT).endsWith(".npy");
  }

  private Tensor run(Subject subject, Stages stages) {
    Relaunch.noteMissingModule(streams);
    Node input = Subject.input(subject.graph());
    Program compiled =
        stages.time(
            "compile",
            () ->
                deviceOptions
                    .backend()
                    .compile(Prune.apply(subject.graph()), deviceOptions.options()));
    try (Program program = compiled) {
      return stages.time("run", () -> program.run(Map.of(input.name(), subject.input())).get(0));
    }
  }

  private boolean write(Subject subject, Prediction prediction, Outputs outputs) {
    if (raw.isGiven()) {
      outputs.write(Path.of(raw.get()), file -> Npy.write(file, prediction.logits()));
    }
    if (result.isGiven() && prediction.isDense()) {
      LabelMap map = LabelMap.of(subject, prediction);
      map.warning().ifPresent(streams::warn);
      outputs.write(Path.of(result.get()), file -> Nifti.writeLabels(file, map.volume()));
    } else if (result.isGiven()) {
      outputs.write(Path.of(result.get()), file -> Npy.write(file, prediction.logits()));
    }
    outputs.publish();
    return true;
  }

  private static List<String> lines(Prediction prediction) {
    Model model = prediction.model();
    List<List<String>> rows = new ArrayList<>();
    if (prediction.isDense()) {
      long[] counts = prediction.counts();
      rows.add(List.of("label", "index", "voxels"));
      for (int i = 0; i < counts.length; i++) {
        rows.add(List.of(model.labels().get(i), String.valueOf(i), Text.count(counts[i])));
      }
    } else {
      rows.add(List.of("label", "index", "logit", prediction.activation()));
      for (int n = 0; n < prediction.batch(); n++) {
        double[] scores = prediction.scores(n);
        double[] probabilities = prediction.probabilities(n);
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[i]))
            .forEach(i ->
                rows.add(
                    List.of(
                        model.labels().get(i),
                        String.valueOf(i),
                        Text.number(scores[i]),
                        Text.number(probabilities[i]))));
      }
    }
    return Text.table(rows).lines().toList();
  }
}
