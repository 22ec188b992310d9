package voxcam.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Recipe;
import voxcam.volume.Volume;

/** Whole pictures, read back by another reader. */
final class MapPictureTest {
  private static final Caption CAPTION =
      new Caption("nodule", "score 3", "Guaranteed: yes", true, Optional.empty(), 0.03, "logit");

  @TempDir Path folder;

  @Test
  void theSameInputGivesTheSameBytes() throws IOException {
    Grid grid = Bodies.grid(new Random(1), 20, 30, 25);
    byte[] first =
        MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.hot(grid, 3, 4, 5), CAPTION);
    byte[] second =
        MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.hot(grid, 3, 4, 5), CAPTION);
    assertThat(second).isEqualTo(first);
    assertThat(read(first).getWidth()).isEqualTo(1400);
    byte[] other =
        MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.hot(grid, 3, 4, 6), CAPTION);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void theFileHoldsThePicturesText() {
    Grid grid = Bodies.grid(new Random(1), 20, 30, 25);
    byte[] png =
        MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.hot(grid, 3, 4, 5), CAPTION);
    assertThat(text(png))
        .contains("Title", "nodule", "score 3", "Guaranteed: yes", "numbered.nii", "oblique")
        .contains("100.0 %")
        .doesNotContain("Empty map");
  }

  @Test
  void anEmptyMapSaysWhy() throws IOException {
    Grid grid = Bodies.grid(new Random(1), 20, 30, 25);
    Caption why =
        new Caption("x", "s", "t", false, Optional.of("all evidence is against"), 0, "logit");
    byte[] png = MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.empty(grid), why);
    assertThat(text(png)).contains("Empty map: all evidence is against").doesNotContain(" %");
    read(png);
    byte[] plain = MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.empty(grid), CAPTION);
    assertThat(text(plain)).contains("Empty map: no value is above zero");
  }

  @Test
  void aFileWithoutOrientationSaysSo() {
    Grid grid = Grid.unlocated(4, 5, 6);
    byte[] png =
        MapPicture.png(Scan.of(Bodies.numbered(grid), 0), Bodies.hot(grid, 1, 2, 3), CAPTION);
    assertThat(text(png)).contains("no orientation in the file", "(1,2,3)").doesNotContain(" mm");
  }

  @Test
  void aFileWithoutOrientationHasNoSidesButItsVoxelSizes() throws IOException {
    Path file = folder.resolve("bare.nii");
    Nifti.write(file, Bodies.hot(Grid.of(new int[] {4, 5, 6}, Affine.scaling(2, 3, 4)), 1, 2, 3));
    byte[] bytes = Files.readAllBytes(file);
    for (int at : new int[] {252, 254}) {
      bytes[at] = 0;
    }
    Volume bare = Volume.read(Files.write(file, bytes));
    byte[] png = MapPicture.png(Scan.of(bare, 0), bare, CAPTION);
    assertThat(text(png))
        .contains("no orientation in the file", "(1,2,3)")
        .doesNotContain("right is on the left", "cubes");
    View view = MapPicture.shown(bare.grid()).get(0);
    assertThat(view.marks()).isEmpty();
    assertThat(view.widthMm() * view.heightMm()).isEqualTo(4 * 2.0 * 5 * 3);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,1",
    "1,1,7",
    "7,1,1",
    "1,64,64",
    "64,1,64",
    "64,64,1",
    "2,2,2",
    "5,300,3",
    "900,2,2",
    "2,1,900",
    "31,17,1",
    "3,3,1000"
  })
  void everySizeGivesAPicture(int x, int y, int z) throws IOException {
    for (Grid grid : List.of(Grid.unlocated(x, y, z), Bodies.grid(new Random(x), x, y, z))) {
      float[] voxels = Bodies.numbered(grid).voxels().clone();
      voxels[0] = Float.NaN;
      voxels[voxels.length - 1] = Float.POSITIVE_INFINITY;
      Volume volume = Volume.of("odd", grid, 1, voxels);
      Volume map = Bodies.hot(grid, x / 2, y / 2, z / 2);
      read(MapPicture.png(Scan.of(volume, 0), map, CAPTION));
      read(MapPicture.png(Scan.of(volume, 0), Bodies.empty(grid), CAPTION));
      var entry = new ComparisonPicture.Entry("A", map, List.of("note"));
      var row = new ComparisonPicture.Row("row", map, List.of(entry, entry));
      read(ComparisonPicture.png("title", Scan.of(volume, 0), List.of(row)));
    }
  }

  @Test
  void aComparisonTellsTheNotesOfEveryMap() throws IOException {
    Grid grid = Bodies.grid(new Random(4), 20, 30, 25);
    var good = new ComparisonPicture.Entry("HiResCAM", Bodies.hot(grid, 3, 4, 5), List.of("93 %"));
    var poor = new ComparisonPicture.Entry("Grad-CAM", Bodies.hot(grid, 3, 9, 5), List.of("31 %"));
    var row =
        new ComparisonPicture.Row("left nodule", Bodies.hot(grid, 3, 4, 5), List.of(good, poor));
    byte[] png =
        ComparisonPicture.png("Two methods", Scan.of(Bodies.numbered(grid), 0), List.of(row, row));
    assertThat(text(png))
        .contains("Two methods", "left nodule", "HiResCAM: 93 %", "Grad-CAM: 31 %")
        .contains("to its own largest value");
    BufferedImage image = read(png);
    int outlined = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        outlined += (image.getRGB(x, y) & 0xffffff) == Panel.OUTLINE ? 1 : 0;
      }
    }
    // The key alone has 56 pixels of it.
    assertThat(outlined).isGreaterThan(100);
  }

  @Test
  void aMapOnAnotherGridIsRefused() {
    Grid grid = Grid.unlocated(4, 5, 6);
    Volume map = Bodies.empty(Grid.unlocated(4, 5, 7));
    assertThatThrownBy(() -> MapPicture.png(Scan.of(Bodies.numbered(grid), 0), map, CAPTION))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "picture: the map lies on 4x5x7 RAS 1x1x1 mm, the volume on 4x5x6 RAS 1x1x1 mm;"
                + " bring the map onto the volume's grid first");
    assertThatThrownBy(() -> Scan.of(Bodies.numbered(grid), 1))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("picture: channel 1 of numbered.nii")
        .hasMessageEndingWith("which has 1 channel(s), give 0 to 0");
  }

  @Test
  void theGreyRangeIsRobustOrTheRecipes() {
    Grid grid = Grid.unlocated(20, 20, 25);
    float[] voxels = Bodies.numbered(grid).voxels();
    voxels[17] = Float.NaN;
    voxels[18] = 1e30f;
    Scan robust = Scan.of(Volume.of(grid, voxels), 0);
    assertThat(robust.black()).isBetween(50.0, 150.0);
    assertThat(robust.white()).isBetween(9900.0, 9999.0);
    assertThat(robust.grey(-5)).isZero();
    assertThat(robust.grey(1e30)).isEqualTo(255);
    assertThat(robust.grey(Double.NaN)).isZero();
    Recipe clip =
        Recipe.parse("[{\"step\":\"clip\",\"min\":-1000,\"max\":400},{\"step\":\"minmax\"}]");
    Scan window = Scan.of(Volume.of(grid, voxels), clip);
    assertThat(window.black()).isEqualTo(-1000);
    assertThat(window.white()).isEqualTo(400);
    Recipe later = Recipe.parse("[{\"step\":\"minmax\"},{\"step\":\"clip\",\"min\":0,\"max\":1}]");
    assertThat(Scan.of(Volume.of(grid, voxels), later).white()).isEqualTo(robust.white());
  }

  @Test
  void picturesNeedNeitherFontsNorADisplay() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/java/voxcam/report"))) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file)).as("%s", file).doesNotContain("java.awt", "javax.");
      }
    }
  }

  private static BufferedImage read(byte[] png) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image).isNotNull();
    return image;
  }

  private static String text(byte[] png) {
    return new String(png, StandardCharsets.UTF_8);
  }
}
