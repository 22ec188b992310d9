package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.model.Json;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;
import voxcam.volume.Volume;

class ExplainCommandTest {
  @TempDir Path folder;
  private Path volume;
  private Path maps;

  @BeforeEach
  void makeVolume() {
    volume = Cli.volume(folder.resolve("ct.nii.gz"), 10, 8, 12);
    maps = folder.resolve("out/maps");
  }

  private Map<String, Json> record(String name) throws IOException {
    Json json = Json.parse(name, Files.readString(maps.resolve(name)));
    return ((Json.Obj) json).members();
  }

  private static Map<String, Json> map(Map<String, Json> record, int index) {
    return ((Json.Obj) ((Json.Arr) record.get("maps")).items().get(index)).members();
  }

  private static double number(Json json) {
    return json instanceof Json.Whole(long whole) ? whole : ((Json.Real) json).value();
  }

  @Test
  void writesAllFilesOfEveryMap() throws IOException {
    Cli run =
        Cli.run(
                "explain",
                Cli.net("flatten-linear"),
                volume,
                "--target",
                "all",
                "--method",
                "hirescam,gradcam",
                "--out",
                maps)
            .succeeds();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines()).hasSize(6);
    assertThat(run.out()).contains("nodule  hirescam at relu2  score ", "  guaranteed  ");
    assertThat(Cli.files(maps))
        .contains(
            "ct.json",
            "ct.nodule.hirescam.nii.gz",
            "ct.nodule.hirescam.png",
            "ct.cyst.gradcam.raw.npy")
        .noneMatch(name -> name.startsWith("."));
    Volume display = Nifti.read(maps.resolve("ct.nodule.hirescam.nii.gz"));
    assertThat(display.grid().sameAs(Nifti.read(volume).grid())).isTrue();
    Map<String, Json> record = record("ct.json");
    Map<String, Json> first = map(record, 0);
    Tensor raw = Npy.read(maps.resolve("ct.nodule.hirescam.raw.npy"));
    assertThat(raw.shape()).isEqualTo(Shape.of(5, 4, 6));
    assertThat(first.keySet()).contains("display_scale", "display_steps");
    double sum = 0;
    for (float value : raw.floats()) {
      sum += value;
    }
    assertThat(number(first.get("raw_sum"))).isCloseTo(sum, within(1e-5));
    assertThat(number(first.get("score")))
        .isCloseTo(sum + number(first.get("bias_term")), within(1e-4));
    assertThat(first.get("guaranteed")).isEqualTo(new Json.Bool(true));
    assertThat(map(record, 1).get("guaranteed")).isEqualTo(new Json.Bool(false));
    assertThat(number(first.get("relative_residual"))).isLessThan(1e-5);
    assertThat(record.keySet())
        .containsExactly(
            "model", "input", "scores", "maps", "cost", "backend", "warnings", "versions");
  }

  @Test
  void namesTheLayerWhereThereAreSeveral() {
    Cli.run(
            "explain",
            Cli.net("flatten-linear"),
            volume,
            "--target",
            "nodule",
            "--layer",
            "relu1,relu2",
            "--format",
            "npy",
            "--out",
            maps)
        .succeeds();
    assertThat(Cli.files(maps))
        .containsExactly("ct.nodule.hirescam.relu1.raw.npy", "ct.nodule.hirescam.relu2.raw.npy");
  }

  @Test
  void sameMapOnlyOnce() {
    Cli run =
        Cli.run(
                "explain",
                Cli.net("flatten-linear"),
                volume,
                "--target",
                "top,all,0",
                "--format",
                "npy",
                "--out",
                maps)
            .succeeds();
    assertThat(run.out().lines()).hasSize(3);
    assertThat(Cli.files(maps)).hasSize(3);
  }

  @Test
  void theSameTwiceReplacesTheFiles() {
    for (int i = 0; i < 2; i++) {
      Cli.run("explain", Cli.net("flatten-linear"), volume, "--out", maps).succeeds();
    }
    assertThat(Cli.files(maps)).hasSize(4).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void saysWhichOperationBreaksTheSums() {
    Path second = Cli.volume(folder.resolve("b.nii.gz"), 8, 10, 9);
    Cli run =
        Cli.run(
                "explain",
                Cli.net("squeeze-excitation"),
                second,
                second,
                "--layer",
                "layer0.relu1",
                "--out",
                maps)
            .succeeds();
    assertThat(run.out()).contains("broken by layer1.se.sigmoid (Sigmoid)");
  }

  @Test
  void segmentationCountsVoxels() throws IOException {
    Path input = Cli.volume(folder.resolve("t1.nii.gz"), 16, 12, 8);
    Cli run =
        Cli.run("explain", Cli.net("resize-no-skip"), input, "--target", "all", "--out", maps)
            .succeeds();
    assertThat(run.out()).contains(" voxels  max ");
    long voxels = 0;
    Map<String, Json> record = record("t1.json");
    for (int i = 0; i < 3; i++) {
      voxels += (long) number(map(record, i).get("voxels"));
    }
    assertThat(voxels).isEqualTo(16 * 12 * 8);
  }

  @Test
  void oneVoxelAndAMaskOfItGiveTheSameMap() {
    Path input = Cli.volume(folder.resolve("t1.nii.gz"), 16, 12, 8);
    float[] mask = new float[16 * 12 * 8];
    mask[(3 * 12 + 4) * 8 + 5] = 7;
    Path roi = folder.resolve("roi.nii");
    Nifti.write(roi, Volume.of(Grid.of(new int[] {16, 12, 8}, Cli.PLACE), mask));
    Path other = folder.resolve("other");
    Object[] common = {"explain", Cli.net("resize-no-skip"), input, "--target", "lesion"};
    Cli byVoxel = run(common, "--roi", "3,4,5", "--out", maps).succeeds();
    run(common, "--roi", roi, "--out", other).succeeds();
    assertThat(byVoxel.out()).contains(" over 1 voxels ");
    String name = "t1.lesion.hirescam.raw.npy";
    assertThat(Npy.read(maps.resolve(name)).floats())
        .containsExactly(Npy.read(other.resolve(name)).floats());
  }

  @Test
  void maskOnAnotherGridIsRefused() {
    Path input = Cli.volume(folder.resolve("t1.nii.gz"), 16, 12, 8);
    Path roi = folder.resolve("roi.nii");
    Nifti.write(roi, Volume.of(Grid.of(new int[] {16, 12, 8}, Affine.IDENTITY), new float[1536]));
    Cli.run("explain", Cli.net("resize-no-skip"), input, "--roi", roi, "--out", maps)
        .refuses("roi.nii: lies on another grid");
    Nifti.write(roi, Volume.of(Grid.of(new int[] {16, 12, 8}, Cli.PLACE), new float[1536]));
    Cli.run("explain", Cli.net("resize-no-skip"), input, "--roi", roi, "--out", maps)
        .refuses("marks no voxel that the network sees");
    assertThat(maps.getParent()).doesNotExist();
  }

  @Test
  void warnsOfVoxelsThatAreNotFinite() {
    float[] voxels = new float[960];
    voxels[5] = Float.NaN;
    voxels[6] = 3;
    Nifti.write(volume, Volume.of(Grid.of(new int[] {10, 8, 12}, Cli.PLACE), voxels));
    Cli run = Cli.run("explain", Cli.net("flatten-linear"), volume, "--out", maps).succeeds();
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("warning: ct.nii.gz: 1 of 960 voxels are NaN");
  }

  private static Cli run(Object[] common, Object... more) {
    return Cli.run(
        java.util.stream.Stream.concat(
                java.util.Arrays.stream(common), java.util.Arrays.stream(more))
            .toArray());
  }
}
