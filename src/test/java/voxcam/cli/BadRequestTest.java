package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.graph.GraphBuilder;
import voxcam.graph.Node;
import voxcam.model.Model;
import voxcam.model.Task;
import voxcam.op.Binary;
import voxcam.op.FreeShape;
import voxcam.op.Movement;
import voxcam.op.Pool;
import voxcam.op.Reduce;
import voxcam.op.Unary;

/** Requests that do not suit the model, and places that cannot be written. */
class BadRequestTest {
  private static final Path MODEL = Cli.net("flatten-linear");

  @TempDir Path folder;
  private Path volume;

  @BeforeEach
  void makeVolume() {
    volume = Cli.volume(folder.resolve("ct.nii.gz"), 10, 8, 12);
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Cli.files(folder))
        .isSubsetOf(List.of("ct.nii.gz", "model.safetensors", "file", "locked"));
  }

  private Cli explain(Object... more) {
    return explain(MODEL, more);
  }

  private Cli explain(Path model, Object... more) {
    Object[] args = new Object[more.length + 5];
    System.arraycopy(
        new Object[] {"explain", model, volume, "--out", folder.resolve("maps")}, 0, args, 0, 5);
    System.arraycopy(more, 0, args, 5, more.length);
    return Cli.run(args);
  }

  @Test
  void unknownLabel() {
    explain("--target", "nodul").refuses("target nodul: not a label", "nodule");
  }

  @Test
  void indexBeyondTheLabels() {
    explain("--target", "3").refuses("target 3", "3 labels, give 0 to 2");
  }

  @Test
  void unknownLayer() {
    explain("--layer", "rellu2").refuses("layer rellu2: the network has none", "relu2");
  }

  @Test
  void layerWithoutPositions() {
    explain("--layer", "flatten").refuses("layer flatten", "no positions to map", "relu2");
  }

  @Test
  void layerThatTheScoreDoesNotDependOn() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("input", FreeShape.of("N", 1, "D", "H", "W"));
    Node relu = builder.add("relu", new Unary.Relu(), x);
    Node unused = builder.add("aside", new Unary.Abs(), relu);
    Node both = builder.add("both", new Binary(Binary.Kind.Add), relu, relu);
    Node pooled = builder.add("pool", new Pool.GlobalAverage(), both);
    Node flat = builder.add("flatten", new Movement.Flatten(1), pooled);
    Path file = folder.resolve("model.safetensors");
    Model.of("aside", builder.build(List.of(flat, unused)), Task.MULTILABEL, List.of("a"))
        .save(file);
    explain(file, "--layer", "aside").refuses("layer aside: the score does not depend on it");
  }

  @Test
  void unknownMethodDeviceFormat() {
    explain("--method", "lime").refuses("method lime: not known", "hirescam, gradcam");
    explain("--device", "tpu").refuses("device tpu: not known", "reference");
    explain("--format", "html").refuses("--format html: cannot be written", "nifti,npy");
    explain("--threads", "0").refuses("threads: 0, give at least 1");
    explain("--threads", "many").refuses("--threads", "many");
    explain("--tarket", "1").refuses("--tarket", "--target");
  }

  @Test
  void emptyPartsOfLists() {
    for (String option : List.of("--layer", "--method", "--format")) {
      for (String list : List.of(",", "", "x,", ",x", "x,,x")) {
        explain(option, list).refuses(option + " \"" + list + "\": has an empty part");
      }
    }
  }

  @Test
  void whatTheDemoDecidesItself() {
    for (String option :
        List.of("--target", "--layer", "--method", "--roi", "--arch", "--recipe")) {
      String value = option.equals("--method") ? "gradcam" : "top";
      Cli.run("explain", "--demo", "--out", folder.resolve("maps"), option, value)
          .refuses("--demo: explains its own network's findings", "leave out " + option);
    }
    Cli.run("explain", "--demo", "--out", folder.resolve("maps"), MODEL)
        .refuses("--demo: brings its own model and volume");
  }

  /** No size that opening tries fits this one, so that the number of classes is not known then. */
  @Test
  void fewerLabelsThanClasses() {
    GraphBuilder builder = new GraphBuilder();
    Node x = builder.input("input", FreeShape.of("N", 1, "D", "H", "W"));
    Node relu = builder.add("relu", new Unary.Relu(), x);
    Node rows = builder.add("rows", new Movement.Reshape(List.of(1, 3, 320)), relu);
    Node mean = builder.add("mean", new Reduce(Reduce.Kind.Mean, List.of(2), false), rows);
    Path file = folder.resolve("model.safetensors");
    Model.of("few", builder.build(List.of(mean)), Task.MULTILABEL, List.of("a", "b")).save(file);
    explain(file).refuses("2 labels, but its first output is [1,3]");
    Cli.run("predict", file, volume).refuses("2 labels, but its first output is [1,3]");
  }

  @Test
  void regionForAClassifier() {
    explain("--roi", "1,1,1").refuses("--roi 1,1,1", "a region is for segmentation models");
  }

  @Test
  void regionOutsideTheVolume() {
    Path model = Cli.net("resize-no-skip");
    explain(model, "--roi", "1,1,12").refuses("--roi 1,1,12: lies outside", "x,y,z");
    explain(model, "--roi", folder.resolve("none.nii")).refuses("none.nii: no such file");
  }

  @Test
  void recipeThatIsNone() {
    explain("--recipe", "[{\"step\":\"blur\"}]").refuses("recipe", "blur");
    explain("--recipe", folder.resolve("none.json")).refuses("none.json: no such recipe");
  }

  @Test
  void folderThatCannotBeMade() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Cli.run("explain", MODEL, volume, "--out", file.resolve("maps"))
        .refuses("cannot make this folder");
    Cli.run("explain", MODEL, volume, "--out", file).refuses("file");
    Cli.run("predict", MODEL, volume, "--out", folder.resolve("none/scores.npy"))
        .refuses("there is no folder");
    Cli.run("predict", MODEL, volume, "--out", folder + "/scores.txt")
        .refuses("must end in .nii, .nii.gz or .npy");
  }

  @Test
  void folderThatCannotBeWritten() throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeTrue(!Files.isWritable(locked), "this user (root?) may write into every folder");
    Cli.run("explain", MODEL, volume, "--out", locked)
        .refuses("cannot write into this folder", "choose another one");
  }

  @Test
  void formOfOutputThatTheModelDoesNotHave() {
    Cli.run("predict", MODEL, volume, "--out", folder.resolve("labels.nii.gz"))
        .refuses("no label map");
    Cli.run("predict", Cli.net("resize-no-skip"), volume, "--out", folder.resolve("scores.npy"))
        .refuses("gives a label map");
  }
}
