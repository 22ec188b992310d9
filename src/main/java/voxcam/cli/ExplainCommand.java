package voxcam.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import voxcam.backend.Backend;
import voxcam.demo.DemoRun;
import voxcam.explain.Explained;
import voxcam.explain.Explainer;
import voxcam.explain.Explanation;
import voxcam.explain.Layers;
import voxcam.explain.Method;
import voxcam.explain.Request;
import voxcam.explain.Target;
import voxcam.explain.Voxels;
import voxcam.graph.Graph;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Space;
import voxcam.op.InputException;

/** Writes heat maps. */
final class ExplainCommand implements Callable<Integer> {
  private final Argument<String> model =
      Argument.optional(0, "MODEL", "The model file (.safetensors), or an ONNX file (.onnx).");

  private final Argument<List<String>> inputs =
      Argument.parameters(
          1,
          0,
          "INPUT",
          "A volume: .nii, .nii.gz, .npy or .npz[:key]. Several files are the channels, in the"
              + " model's order.");

  private final Argument<String> target =
      Argument.option(
              "--target",
              "T",
              "What to explain: a label, its index, all, or top:k for the k labels with the highest"
                  + " scores (of a segmentation: with the most voxels); several with commas."
                  + " Default: top.")
          .or("top");

  private final Argument<String> layer =
      Argument.option(
          "--layer",
          "L",
          "The layers whose cells the map shows, several with commas; 'engine info' lists them."
              + " The path of a PyTorch module, as layer4, means the last layer inside of it."
              + " Default: the model's own.");

  private final Argument<String> method =
      Argument.option(
              "--method",
              "M",
              "hirescam (default: shows only what the network used), gradcam, gradcam++, xgradcam,"
                  + " layercam, gradcam-elementwise; several with commas.")
          .or("hirescam");

  private final Argument<String> roi =
      Argument.option(
          "--roi",
          "MASK",
          "For segmentation: over which voxels the label's scores are summed, a mask on the"
              + " input's voxels, or one voxel x,y,z of the file, counted from 0. Default: those"
              + " predicted as the label.");

  private final Argument<String> folder =
      Argument.option(
              "--out",
              "DIR",
              "The folder for the files, made if missing. Default: the current one.")
          .or(".");

  private final Argument<String> formats =
      Argument.option("--format", "F", "What to write, some of nifti,npy,png,json. Default: all.");

  private final Argument<Boolean> demo =
      Argument.flag(
          "--demo",
          "Explains a built-in network on a synthetic chest CT by both methods; needs no MODEL and"
              + " INPUT.");

  private final SpaceOptions spaceOptions = new SpaceOptions();
  private final ModelOptions modelOptions = new ModelOptions();
  private final DeviceOptions deviceOptions = new DeviceOptions();

  private final Streams streams;

  ExplainCommand(Streams streams) {
    this.streams = streams;
  }

  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("explain");
    spec.usageMessage()
        .description(
            "Writes heat maps that show where in a volume the evidence for a label lies.", "")
        .footer(
            "",
            "Written for input S, target T, method M (and layer L, as S.T.M.L, where several are asked):",
            "  S.T.M.nii.gz   the map for the eye, on the input's own voxels with its affine",
            "  S.T.M.raw.npy  the raw signed map at the layer's resolution, in units of the logit",
            "  S.T.M.png      the map over the volume: three planes and the five strongest axial slices",
            "  S.json         scores, sums, checks, times: everything about the run",
            "All files appear, or none. NaN and infinite voxels count as 0, with a warning.",
            "",
            "Examples:",
            "  engine explain --demo --out demo",
            "  engine explain model.safetensors ct.nii.gz --target nodule --method hirescam,gradcam --out maps",
            "  engine explain model.safetensors ct.nii.gz --target top:3 --layer layer3,layer4",
            "  engine explain seg.safetensors t1.nii.gz --target lesion --roi 90,113,84",
            "  engine explain vit.onnx ct.nii.gz --layer blocks.11.norm1 --tokens 1+8x8x8");
    Argument.addTo(spec, model, inputs, target, layer, method, roi, folder, formats, demo);
    spaceOptions.addTo(spec);
    modelOptions.addTo(spec);
    deviceOptions.addTo(spec);
    return spec;
  }

  @Override
  public Integer call() {
    Set<MapFiles.Format> wanted = MapFiles.Format.parse(formats.get());
    List<Method> asked =
        Text.parts("--method", method.get()).stream().map(Method::named).distinct().toList();
    if (demo.get()) {
      return demo(wanted);
    }
    if (!model.isGiven()) {
      throw new InputException(
          "explain: no model was given; give a model file and a volume, or --demo");
    }
    List<String> lines;
    try (Outputs outputs = new Outputs();
        Stages stages = new Stages(streams)) {
      Path out = outputs.folder(folder.get());
      outputs.keep(List.of(model.get()));
      outputs.keep(inputs.get());
      Backend backend = deviceOptions.backend();
      Model opened = stages.time("open", () -> modelOptions.open(model.get()));
      String recipe = modelOptions.recipe(opened);
      Subject subject = Subject.of(opened, recipe, inputs.get(), stages, streams);
      Request request = request(subject, asked);
      Explained explained = explain(subject, request, backend, stages);
      Prediction prediction = new Prediction(opened, explained.logits());
      MapFiles files =
          new MapFiles(
              out,
              FileNames.stem(inputs.get().get(0)),
              wanted,
              outputs,
              deviceOptions.options().threads(),
              opened,
              explained.maps().stream().map(Explanation::layer).distinct().toList());
      List<MapFiles.Written> written = stages.time("write", () -> write(explained, files, subject));
      if (files.wants(MapFiles.Format.JSON)) {
        files.writeRecord(
            record(subject, request, explained, prediction, written, backend, stages));
      }
      outputs.publish();
      lines = written.stream().map(ResultLine::of).toList();
    }
    lines.forEach(streams.out()::println);
    return Failure.DONE;
  }

  private Integer demo(Set<MapFiles.Format> wanted) {
    if (model.isGiven()) {
      throw new InputException("--demo: brings its own model and volume; give no other");
    }
    fixedByDemo().stream()
        .filter(Argument::isGiven)
        .findFirst()
        .ifPresent(option -> {
          throw new InputException(
              "--demo: explains its own network's findings by both methods; leave out " + option);
        });
    List<String> lines;
    try (Outputs outputs = new Outputs();
        Stages stages = new Stages(streams)) {
      Path out = outputs.folder(folder.get());
      Backend backend = deviceOptions.backend();
      DemoRun run = stages.time("run", () -> DemoRun.of(backend, deviceOptions.options()));
      DemoFiles files = new DemoFiles(out, wanted, outputs, run);
      stages.time(
          "write",
          () -> {
            files.write();
            return null;
          });
      outputs.publish();
      lines = run.lines();
    }
    lines.forEach(streams.out()::println);
    streams.out().println("files in " + folder.get());
    return Failure.DONE;
  }

  /** What the demo decides itself. */
  private List<Argument<String>> fixedByDemo() {
    return List.of(
        target,
        layer,
        spaceOptions.space,
        spaceOptions.tokens,
        method,
        roi,
        modelOptions.arch,
        modelOptions.labels,
        modelOptions.recipe);
  }

  private Request request(Subject subject, List<Method> asked) {
    List<String> labels = subject.model().labels();
    List<Target> targets = Target.parseAll(target.get(), labels).stream().distinct().toList();
    Voxels voxels =
        roi.isGiven()
            ? Region.of(roi.get(), subject.prepared(), subject.logits().shape())
            : new Voxels.Predicted();
    Request request = new Request(targets, layers(subject), asked, voxels, spaceOptions.space());
    checkPlaces(subject, request);
    return request;
  }

  /** Refuses maps that cannot be placed, and warns of those that may lie at wrong places. */
  private void checkPlaces(Subject subject, Request request) {
    Graph graph = subject.graph();
    for (String name : Layers.asked(subject.model(), graph, request)) {
      Optional<Space> space = request.spaceOf(subject.model(), name);
      Node node = Layers.named(graph, name, space);
      MapFiles.check(Layers.mapSizes(graph, node, space), subject.prepared().grid());
      if (space.isEmpty() && Layers.isUncertain(graph, node)) {
        streams.warn(
            "layer "
                + node.name()
                + " "
                + node.shape()
                + ": axes were moved before it, so the map may lie at wrong places; name its axes of"
                + " space with --space");
      }
    }
  }

  /** The layers asked for; one whose name has a comma in it is found whole. */
  private List<String> layers(Subject subject) {
    if (!layer.isGiven()) {
      return List.of();
    }
    return subject.graph().find(layer.get()).isPresent()
        ? List.of(layer.get())
        : Text.parts("--layer", layer.get()).stream().distinct().toList();
  }

  private Explained explain(Subject subject, Request request, Backend backend, Stages stages) {
    try (Explainer explainer = new Explainer(subject.model(), backend, deviceOptions.options())) {
      Relaunch.noteMissingModule(streams);
      stages.show("run");
      Explained explained = explainer.explain(subject.input(), request);
      stages.add("compile", explained.cost().compileSeconds());
      stages.add("run", explained.cost().runSeconds());
      return explained;
    }
  }

  private List<MapFiles.Written> write(Explained explained, MapFiles files, Subject subject) {
    List<MapFiles.Written> written = new ArrayList<>();
    // Two targets, such as a label and top, may turn out to be the same.
    Set<List<Object>> seen = new HashSet<>();
    for (Explanation map : explained.maps()) {
      if (seen.add(List.of(map.index(), map.layer(), map.method()))) {
        written.add(files.write(map, subject));
        map.trust()
            .empty()
            .ifPresent(why -> streams.warn(ResultLine.name(map) + " is empty: " + why));
      }
    }
    return written;
  }

  private String record(
      Subject subject,
      Request request,
      Explained explained,
      Prediction prediction,
      List<MapFiles.Written> written,
      Backend backend,
      Stages stages) {
    return new RunRecord()
        .model(model.get(), modelOptions.arch.get(), subject, inputs.get())
        .prediction(prediction)
        .maps(written, name -> request.spaceOf(subject.model(), name))
        .cost(
            explained.cost(),
            backend.description(deviceOptions.options()),
            deviceOptions.options().precision(),
            stages.seconds())
        .notes(List.copyOf(streams.warned()))
        .text();
  }
}
