package voxcam.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
@Command(
    name = "predict",
    description = {
      "Runs a network on a volume. A classifier prints a line for each label: label, logit,"
          + " probability. A segmentation network prints how many voxels have each label;"
          + " with --out it writes the label map.",
      ""
    },
    footer = {
      "",
      "A label map is written on the input's own voxels with its affine. Where labels may overlap"
          + " (task multilabel) the file has one channel for each label, 1 where its logit is above 0.",
      "",
      "Examples:",
      "  engine predict model.safetensors ct.nii.gz",
      "  engine predict meshnet.safetensors t1.nii.gz --arch meshnet --out labels.nii.gz",
      "  engine predict tumour.safetensors t1.nii.gz t2.nii.gz --raw logits.npy"
    })
final class PredictCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "The model file (.safetensors), or an ONNX file (.onnx).")
  String model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "A volume: .nii, .nii.gz, .npy or .npz[:key]. Several files are the channels, in the"
              + " model's order.")
  List<String> inputs = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Writes the result: a label map to .nii or .nii.gz, a classifier's logits to .npy.")
  String result;

  @Option(
      names = "--raw",
      paramLabel = "FILE.npy",
      description = "Writes the network's raw output, all logits as they are.")
  String raw;

  @Mixin ModelOptions modelOptions = new ModelOptions();
  @Mixin DeviceOptions deviceOptions = new DeviceOptions();

  private final Streams streams;

  PredictCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    checkNames();
    List<String> lines;
    try (Outputs outputs = new Outputs();
        Stages stages = new Stages(streams)) {
      if (result != null) {
        outputs.file(result);
      }
      if (raw != null) {
        outputs.file(raw);
      }
      Model opened = stages.time("open", () -> modelOptions.open(model));
      String recipe = modelOptions.recipe(opened);
      Subject subject = Subject.of(opened, recipe, inputs, stages, streams);
      checkResult(subject);
      Prediction prediction = new Prediction(opened, run(subject, stages)).finite();
      stages.time("write", () -> write(subject, prediction, outputs));
      lines = lines(prediction);
    }
    lines.forEach(streams.out()::println);
    return Failure.DONE;
  }

  private void checkNames() {
    if (raw != null && !raw.toLowerCase(Locale.ROOT).endsWith(".npy")) {
      throw new InputException("--raw " + raw + ": the name must end in .npy");
    }
    if (result != null && !isNifti() && !isNpy()) {
      throw new InputException("--out " + result + ": the name must end in .nii, .nii.gz or .npy");
    }
    if (result != null && raw != null && Outputs.same(Outputs.path(result), Outputs.path(raw))) {
      throw new InputException("--out and --raw are the same file " + raw + "; give two names");
    }
    spare("--out", result);
    spare("--raw", raw);
  }

  private void spare(String option, String file) {
    if (file != null) {
      List<String> read = new ArrayList<>(inputs);
      read.add(model);
      Outputs.spare(option + " " + file, Outputs.path(file), read);
    }
  }

  private void checkResult(Subject subject) {
    Shape logits = subject.logits().shape();
    boolean dense = Task.isDense(logits);
    if (result != null && isNifti() && !dense) {
      throw new InputException(
          "--out "
              + result
              + ": this model gives one score for each label (output "
              + logits
              + ") and no label map; give a name that ends in .npy");
    }
    if (result != null && isNpy() && dense) {
      throw new InputException(
          "--out "
              + result
              + ": this model gives a label map (output "
              + logits
              + "); give a name that ends in .nii.gz, or --raw for the logits");
    }
  }

  private boolean isNifti() {
    String name = result.toLowerCase(Locale.ROOT);
    return name.endsWith(".nii") || name.endsWith(".nii.gz");
  }

  private boolean isNpy() {
    return result.toLowerCase(Locale.ROOT).endsWith(".npy");
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
    if (raw != null) {
      outputs.write(Path.of(raw), file -> Npy.write(file, prediction.logits()));
    }
    if (result != null && prediction.isDense()) {
      LabelMap map = LabelMap.of(subject, prediction);
      map.warning().ifPresent(streams::warn);
      outputs.write(Path.of(result), file -> Nifti.writeLabels(file, map.volume()));
    } else if (result != null) {
      outputs.write(Path.of(result), file -> Npy.write(file, prediction.logits()));
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
