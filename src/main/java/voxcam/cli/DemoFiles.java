package voxcam.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import voxcam.demo.DemoRun;
import voxcam.explain.Explanation;
import voxcam.model.Json;
import voxcam.model.WholeFile;
import voxcam.report.ComparisonPicture;
import voxcam.report.Scan;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;
import voxcam.volume.Recipe;

/**
 * The files of {@code explain --demo}: the scan, for each finding the truth and both methods' maps,
 * one picture of all of them side by side, and the numbers.
 */
final class DemoFiles {
  private static final String STEM = "demo";

  private final Path folder;
  private final Set<MapFiles.Format> formats;
  private final Outputs outputs;
  private final DemoRun run;

  DemoFiles(Path folder, Set<MapFiles.Format> formats, Outputs outputs, DemoRun run) {
    this.folder = folder;
    this.formats = formats;
    this.outputs = outputs;
    this.run = run;
  }

  void write() {
    if (formats.contains(MapFiles.Format.NIFTI)) {
      write("scan.nii.gz", file -> Nifti.write(file, run.phantom().scan()));
    }
    for (DemoRun.Case found : run.cases()) {
      String label = FileNames.safe(found.finding().abnormality().label(), false);
      if (formats.contains(MapFiles.Format.NIFTI)) {
        write(label + ".truth.nii.gz", file -> Nifti.writeLabels(file, found.finding().mask()));
      }
      write(label, found.hiRes());
      write(label, found.grad());
    }
    if (formats.contains(MapFiles.Format.PNG)) {
      byte[] picture = picture();
      write("comparison.png", file -> WholeFile.write(file, out -> out.write(picture)));
    }
    if (formats.contains(MapFiles.Format.JSON)) {
      byte[] text = (record().indented() + "\n").getBytes(StandardCharsets.UTF_8);
      write("json", file -> WholeFile.write(file, out -> out.write(text)));
    }
  }

  private void write(String label, DemoRun.Map map) {
    String name = label + "." + map.explanation().method().name();
    if (formats.contains(MapFiles.Format.NIFTI)) {
      write(name + ".nii.gz", file -> Nifti.write(file, map.map()));
    }
    if (formats.contains(MapFiles.Format.NPY)) {
      write(name + ".raw.npy", file -> Npy.write(file, map.explanation().map()));
    }
  }

  private void write(String name, Consumer<Path> content) {
    outputs.write(folder.resolve(STEM + "." + name), content);
  }

  private byte[] picture() {
    List<ComparisonPicture.Row> rows = new ArrayList<>();
    for (DemoRun.Case found : run.cases()) {
      String title =
          found.finding().abnormality().label() + Text.format(", score %.2f", found.score());
      rows.add(
          new ComparisonPicture.Row(
              title, found.finding().mask(), List.of(entry(found.hiRes()), entry(found.grad()))));
    }
    Recipe recipe = Recipe.parse(run.model().recipe().orElse("[]"));
    return ComparisonPicture.png(
        "Where the evidence lies: HiResCAM and Grad-CAM on a synthetic chest CT",
        Scan.of(run.prepared().volume(), recipe),
        rows);
  }

  private static ComparisonPicture.Entry entry(DemoRun.Map map) {
    String note =
        map.inside().isEmpty()
            ? "empty map"
            : Text.format(
                "%.1f %% of the map's energy inside the true finding, %.1f %% within one cell of it",
                100 * map.inside().share(), 100 * map.near().share());
    return new ComparisonPicture.Entry(
        map.explanation().method().title(), map.map(), List.of(note));
  }

  private Json record() {
    List<Object> findings = new ArrayList<>();
    for (DemoRun.Case found : run.cases()) {
      Map<String, Object> finding = new LinkedHashMap<>();
      finding.put("finding", found.finding().abnormality().label());
      finding.put("score", found.score());
      finding.put("hirescam_has_the_larger_share", found.asClaimed());
      finding.put("maps", List.of(map(found.hiRes()), map(found.grad())));
      findings.add(finding);
    }
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("phantom_seed", run.phantom().seed());
    members.put(
        "training",
        "labels and, cell by cell, what is to be seen there; see voxcam.demo.TrainDemo");
    members.put("layer", run.explained().first().layer());
    members.put("findings", findings);
    return Json.of(members);
  }

  private static Map<String, Object> map(DemoRun.Map map) {
    Explanation explanation = map.explanation();
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("method", explanation.method().name());
    members.put("share_inside", map.inside().share());
    members.put("share_within_one_cell", map.near().share());
    members.put("raw_min", explanation.min());
    members.put("raw_max", explanation.max());
    members.put("raw_sum", explanation.trust().mapSum());
    members.put("bias_term", explanation.trust().biasTerm());
    members.put("relative_residual", explanation.trust().relativeResidual());
    members.put("guaranteed", explanation.trust().guaranteed());
    members.put("display_steps", map.display().steps());
    return members;
  }
}
