package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;
import voxcam.volume.Volume;

class PredictCommandTest {
  @TempDir Path folder;

  @Test
  void classifierPrintsALineForEachLabel() {
    Path volume = Cli.volume(folder.resolve("ct.nii"), 10, 8, 12);
    Path scores = folder.resolve("scores.npy");
    Cli run = Cli.run("predict", Cli.net("flatten-linear"), volume, "--out", scores).succeeds();
    List<String[]> rows = run.out().lines().map(line -> line.strip().split("\\s+", -1)).toList();
    assertThat(rows.get(0)).containsExactly("label", "index", "logit", "sigmoid");
    assertThat(rows).hasSize(4);
    float[] logits = Npy.read(scores).floats();
    for (String[] row : rows.subList(1, 4)) {
      double logit = Double.parseDouble(row[2]);
      assertThat(logit).isCloseTo(logits[Integer.parseInt(row[1])], within(1e-3));
      assertThat(Double.parseDouble(row[3])).isCloseTo(1 / (1 + Math.exp(-logit)), within(1e-3));
    }
  }

  @Test
  void probabilitiesOfOneOfManyAddUp() {
    Path volume = Cli.volume(folder.resolve("ct.nii"), 9, 16, 14);
    Cli run = Cli.run("predict", Cli.net("resnet"), volume, volume).succeeds();
    assertThat(run.out()).contains("softmax");
    double sum =
        run.out()
            .lines()
            .skip(1)
            .mapToDouble(line -> Double.parseDouble(line.strip().split("\\s+")[3]))
            .sum();
    assertThat(sum).isCloseTo(1, within(1e-3));
  }

  @Test
  void labelMapIsTheLargestLogitOnTheInputsVoxels() {
    Path volume = Cli.volume(folder.resolve("t1.nii.gz"), 16, 12, 8);
    Path labels = folder.resolve("labels.nii.gz");
    Path raw = folder.resolve("raw.npy");
    Cli run =
        Cli.run("predict", Cli.net("resize-no-skip"), volume, "--out", labels, "--raw", raw)
            .succeeds();
    assertThat(run.err()).isEmpty();
    Tensor logits = Npy.read(raw);
    assertThat(logits.shape()).isEqualTo(Shape.of(1, 3, 16, 12, 8));
    Volume map = Nifti.read(labels);
    assertThat(map.grid().sameAs(Nifti.read(volume).grid())).isTrue();
    long[] counts = new long[3];
    for (int i = 0; i < map.voxels().length; i++) {
      int label = (int) map.voxels()[i];
      counts[label]++;
      for (int other = 0; other < 3; other++) {
        assertThat(logits.floats()[other * 1536 + i])
            .isLessThanOrEqualTo(logits.floats()[label * 1536 + i]);
      }
    }
    for (int label = 0; label < 3; label++) {
      assertThat(run.out().lines().toList().get(label + 1)).endsWith(Text.count(counts[label]));
    }
  }

  @Test
  void labelsThatOverlapGetAChannelEach() {
    Path volume = Cli.volume(folder.resolve("t1.nii.gz"), 8, 16, 8);
    Path labels = folder.resolve("labels.nii.gz");
    Path raw = folder.resolve("raw.npy");
    Cli.run("predict", Cli.net("multilabel-resize"), volume, volume, "--out", labels, "--raw", raw)
        .succeeds();
    float[] logits = Npy.read(raw).floats();
    Volume map = Nifti.read(labels);
    assertThat(map.channels()).isEqualTo(3);
    for (int i = 0; i < logits.length; i++) {
      assertThat(map.voxels()[i]).isEqualTo(logits[i] > 0 ? 1 : 0);
    }
  }

  @Test
  void saysHowMuchTheNetworkDidNotSee() {
    Path volume = Cli.volume(folder.resolve("t1.nii.gz"), 17, 12, 8);
    Cli run =
        Cli.run(
                "predict",
                Cli.net("resize-no-skip"),
                volume,
                "--recipe",
                "[{\"step\":\"crop_or_pad\",\"shape\":[16,12,8],\"value\":0}]",
                "--out",
                folder.resolve("labels.nii"))
            .succeeds();
    assertThat(run.err()).contains("96 voxels of t1.nii.gz lie outside what the network saw");
  }

  @Test
  void logitsThatAreNotFiniteAreNoAnswer() {
    float[] voxels = new float[16 * 12 * 8];
    Arrays.fill(voxels, 3e38f);
    Path volume = folder.resolve("huge.nii");
    Nifti.write(volume, Volume.of(Grid.of(new int[] {16, 12, 8}, Cli.PLACE), voxels));
    Path labels = folder.resolve("labels.nii");
    Cli.run("predict", Cli.net("resize-no-skip"), volume, "--recipe", "[]", "--out", labels)
        .refuses(
            " of 4608 logits are not finite;"
                + " the weights or the input hold NaN or are too large");
    assertThat(Cli.files(folder)).containsExactly("huge.nii");
  }

  @Test
  void inputsAreNotWrittenOver() throws IOException {
    Path volume = Cli.volume(folder.resolve("t1.nii"), 16, 12, 8);
    Path net = Files.copy(Cli.net("resize-no-skip"), folder.resolve("net.npy"));
    Path again = folder.resolve(".").resolve("t1.nii");
    Path link = Files.createLink(folder.resolve("link.nii.gz"), volume);
    for (Path out : List.of(volume, again, link)) {
      Cli.run("predict", net, volume, "--out", out)
          .refuses("--out " + out + ": is an input; give another name");
    }
    Cli.run("predict", net, volume, "--raw", net)
        .refuses("--raw " + net + ": is an input; give another name");
    Path raw = folder.resolve("raw.npy");
    Cli.run("predict", net, volume, "--raw", raw, "--out", folder.resolve(".").resolve("raw.npy"))
        .refuses("--out and --raw are the same file");
    assertThat(net).hasSameBinaryContentAs(Cli.net("resize-no-skip"));
    assertThat(raw).doesNotExist();
  }

  @Test
  void classesGetTheNamesThatAreGiven() {
    Path volume = Cli.volume(folder.resolve("ct.nii"), 10, 8, 12);
    Path net = Cli.net("flatten-linear");
    Cli run = Cli.run("predict", net, volume, "--labels", "oak, ash,elm").succeeds();
    assertThat(run.out().lines().skip(1).map(line -> line.strip().split("\\s+")).toList())
        .extracting(row -> row[0] + row[1])
        .containsExactlyInAnyOrder("oak0", "ash1", "elm2");
    Cli.run("predict", net, volume, "--labels", "oak,ash")
        .refuses("--labels: 2 names, but the model has 3 classes; give one name for each");
    Cli.run("predict", net, volume, "--labels", "oak,ash,oak").refuses("two labels are the same");
    assertThat(Cli.run("predict", "--help").out()).contains("--labels=A,B,C");
  }
}
