package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.demo.Abnormality;
import voxcam.model.Json;
import voxcam.volume.Volume;

final class DemoCommandTest {
  @TempDir Path folder;

  private static Map<String, Json> members(Json json) {
    return ((Json.Obj) json).members();
  }

  private static List<Json> items(Json json) {
    return ((Json.Arr) json).items();
  }

  private static double number(Json json) {
    return json instanceof Json.Whole(long whole) ? whole : ((Json.Real) json).value();
  }

  private static List<String> labels() {
    return Stream.of(Abnormality.values()).map(Abnormality::label).toList();
  }

  @Test
  void writesBothMapsOfEveryFinding() throws IOException {
    Path maps = folder.resolve("maps");
    Cli run = Cli.run("explain", "--demo", "--out", maps).succeeds();

    assertThat(run.err()).isEmpty();
    assertThat(System.getProperty("voxcam.vectors")).isNull();
    assertThat(run.out()).endsWith("files in " + maps + System.lineSeparator());
    List<String> expected =
        new ArrayList<>(List.of("demo.scan.nii.gz", "demo.comparison.png", "demo.json"));
    for (String label : labels()) {
      assertThat(run.out().lines().filter(line -> line.startsWith(label + " "))).hasSize(1);
      String stem = "demo." + FileNames.safe(label, false);
      expected.add(stem + ".truth.nii.gz");
      for (String method : List.of("hirescam", "gradcam")) {
        expected.add(stem + "." + method + ".nii.gz");
        expected.add(stem + "." + method + ".raw.npy");
      }
    }
    assertThat(Cli.files(maps)).containsExactlyInAnyOrderElementsOf(expected);

    Path picture = maps.resolve("demo.comparison.png");
    assertThat(Files.readAllBytes(picture)).startsWith(0x89, 'P', 'N', 'G');
    assertThat(ImageIO.read(picture.toFile()).getWidth()).isGreaterThan(500);
    Volume scan = Volume.read(maps.resolve("demo.scan.nii.gz"));
    for (String name : expected) {
      if (name.endsWith(".nii.gz")) {
        assertThat(Volume.read(maps.resolve(name)).grid().sameAs(scan.grid())).as(name).isTrue();
      }
    }
  }

  @Test
  void theRecordHasBothMethodsShares() throws IOException {
    Path maps = folder.resolve("maps");
    Cli.run("explain", "--demo", "--format", "json", "--out", maps).succeeds();
    assertThat(Cli.files(maps)).containsExactly("demo.json");
    Map<String, Json> record =
        members(Json.parse("demo.json", Files.readString(maps.resolve("demo.json"))));
    List<Json> findings = items(record.get("findings"));
    assertThat(findings).hasSameSizeAs(labels());
    for (int i = 0; i < findings.size(); i++) {
      Map<String, Json> finding = members(findings.get(i));
      assertThat(labels()).contains(((Json.Text) finding.get("finding")).value());
      List<Json> both = items(finding.get("maps"));
      assertThat(both).hasSize(2);
      for (int m = 0; m < 2; m++) {
        Map<String, Json> map = members(both.get(m));
        assertThat(map.get("method")).isEqualTo(new Json.Text(m == 0 ? "hirescam" : "gradcam"));
        double inside = number(map.get("share_inside"));
        double near = number(map.get("share_within_one_cell"));
        assertThat(inside).isBetween(0.0, 1.0);
        assertThat(near).isBetween(inside, 1.0);
        assertThat(map.get("guaranteed")).isEqualTo(new Json.Bool(m == 0));
      }
      assertThat(number(members(both.get(0)).get("relative_residual"))).isLessThan(1e-4);
    }
  }
}
