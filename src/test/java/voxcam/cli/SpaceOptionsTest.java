package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.model.GoldenFile;
import voxcam.model.Model;
import voxcam.model.Safetensors;
import voxcam.model.Space;
import voxcam.op.Shape;
import voxcam.op.Tensor;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Npy;
import voxcam.volume.Volume;

/** {@code --space} and {@code --tokens}: maps of PyTorch's values at their places in a volume. */
final class SpaceOptionsTest {
  private static final String SLABS =
      "[{\"step\":\"axes\",\"order\":\"zyx\"},{\"step\":\"slabs\",\"n\":3}]";

  @TempDir Path folder;
  private Path maps;

  @BeforeEach
  void folders() {
    maps = folder.resolve("maps");
  }

  private static Path onnx(String name) {
    return GoldenFile.path("onnx/" + name + ".onnx");
  }

  private static Tensor golden(String net, String tensor) {
    return Safetensors.open(GoldenFile.path("onnx/" + net + ".expected.safetensors"))
        .tensors()
        .get(tensor);
  }

  /** The golden input [..., D,H,W] as a volume, whose axes are W,H,D or the other way round. */
  private Path volume(String net, boolean reversed) {
    Tensor input = golden(net, "input");
    Shape shape = input.shape();
    int rank = shape.rank();
    int columns = shape.dim(rank - 1);
    int rows = shape.dim(rank - 2);
    int slices = shape.length() / rows / columns;
    int[] size = reversed ? new int[] {columns, rows, slices} : new int[] {slices, rows, columns};
    float[] voxels = new float[shape.length()];
    for (int z = 0; z < slices; z++) {
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          int from = (z * rows + y) * columns + x;
          voxels[reversed ? (x * rows + y) * slices + z : from] = input.floats()[from];
        }
      }
    }
    Path file = folder.resolve("ct.nii.gz");
    Nifti.write(file, Volume.of(Grid.of(size, Cli.PLACE), voxels));
    return file;
  }

  private void explains(String net, Path volume, String layer, Object... options) {
    Object[] common = {
      "explain", onnx(net), volume, "--target", "0", "--layer", layer, "--out", maps
    };
    Cli.run(
            java.util.stream.Stream.concat(
                    java.util.Arrays.stream(common), java.util.Arrays.stream(options))
                .toArray())
        .succeeds();
    Tensor raw = Npy.read(maps.resolve("ct.0.hirescam.raw.npy"));
    Tensor wanted = golden(net, "hirescam." + layer + ".0");
    assertThat(raw.shape().rank()).isEqualTo(3);
    assertThat(raw.doubles())
        .usingComparatorWithPrecision(1e-3 * size(wanted))
        .containsExactly(wanted.doubles());
  }

  private static double size(Tensor tensor) {
    double largest = 0;
    for (double value : tensor.doubles()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void slabsInTheChannels() throws IOException {
    Path volume = volume("ctnet", true);
    explains("ctnet", volume, "stack", "--recipe", SLABS, "--space", "1,3,4");
    Volume map = Volume.read(maps.resolve("ct.0.hirescam.nii.gz"));
    assertThat(map.grid().sameAs(Volume.read(volume).grid())).isTrue();
    // Where the cell with the largest value lies, in slab, row and column, the map is brightest.
    Tensor raw = Npy.read(maps.resolve("ct.0.hirescam.raw.npy"));
    int best = 0;
    for (int i = 0; i < raw.shape().length(); i++) {
      best = raw.floats()[i] > raw.floats()[best] ? i : best;
    }
    int columns = raw.shape().dim(2);
    int rows = raw.shape().dim(1);
    int x = (int) ((best % columns + 0.5) * map.grid().size(0) / columns);
    int y = (int) ((best / columns % rows + 0.5) * map.grid().size(1) / rows);
    int slab = best / columns / rows;
    for (int z = 3 * slab; z < 3 * slab + 3; z++) {
      assertThat(map.value(x, y, z)).isGreaterThan(0.8f);
    }
    assertThat(Files.readString(maps.resolve("ct.json"))).contains("\"space\": \"1,3,4\"");
  }

  @Test
  void featuresInPlaceOfTheDepth() {
    Path volume = volume("ctnet", true);
    explains("ctnet", volume, "reducing.3", "--recipe", SLABS, "--space", "-,3,4");
    Volume map = Volume.read(maps.resolve("ct.0.hirescam.nii.gz"));
    for (int z = 1; z < map.grid().size(2); z++) {
      assertThat(map.value(20, 30, z)).isEqualTo(map.value(20, 30, 0));
    }
  }

  @Test
  void slabsInTheBatch() {
    Path volume = volume("axialnet", true);
    explains("axialnet", volume, "conv2d.7", "--recipe", SLABS, "--space", "0,2,3");
    explains("axialnet", volume, "conv2d.7", "--recipe", SLABS);
  }

  @Test
  void slicesThatAreTheNetworksChannels() {
    explains("slices", volume("slices", false), "own", "--space", "1,2,3");
  }

  @Test
  void tokensOfATransformer() {
    Path volume = volume("vit", false);
    explains("vit", volume, "blocks.0.norm1", "--tokens", "1+2x3x4");
    assertThat(Npy.read(maps.resolve("ct.0.hirescam.raw.npy")).shape())
        .isEqualTo(Shape.of(2, 3, 4));
  }

  @Test
  void aModelFileKeepsThem() {
    Path file = folder.resolve("vit.safetensors");
    Cli.run("convert", onnx("vit"), file, "--layer", "blocks.1.norm1", "--tokens", "1+2x3x4")
        .succeeds();
    assertThat(Model.open(file).space())
        .contains(new Space(List.of(1), Optional.of(new Space.Tokens(1, List.of(2, 3, 4), 0))));
    Path volume = volume("vit", false);
    Cli.run("explain", file, volume, "--target", "0", "--out", maps).succeeds();
    assertThat(Npy.read(maps.resolve("ct.0.hirescam.raw.npy")).doubles())
        .usingComparatorWithPrecision(1e-4)
        .containsExactly(golden("vit", "hirescam.blocks.1.norm1.0").doubles());
    assertThat(Cli.run("info", file).succeeds().out())
        .contains("space 1, tokens 1+2x3x4")
        .containsPattern("/blocks.1/norm1/.* \\[1,25,12] .* yes \\*\n");
    Cli.run("convert", onnx("vit"), file, "--tokens", "1+2x3x4")
        .refuses("space 1, tokens 1+2x3x4: tells of the layer to explain; give --layer, too");
    Cli.run("convert", onnx("vit"), file, "--layer", "blocks.1.norm1", "--tokens", "2x3x4")
        .refuses("has 25 tokens in axis 1, 2x3x4 are 24; did you mean 1+2x3x4");
  }

  @Test
  void infoShowsWhichLayersTheySuit() {
    String without = Cli.run("info", onnx("vit")).succeeds().out();
    assertThat(without).containsPattern("/blocks.0/norm1/.* \\[1,25,12] .* tokens\n");
    String with = Cli.run("info", onnx("vit"), "--tokens", "1+2x3x4").succeeds().out();
    assertThat(with)
        .containsPattern("/blocks.1/norm1/.* \\[1,25,12] .* yes \\*\n")
        .containsPattern("--layer /blocks.1/norm1/\\S+ +2x3x4 cells");
  }

  @Test
  void axesAloneNameNoLayer() {
    for (String[] given : new String[][] {{"ctnet", "1,3,4"}, {"axialnet", "0,2,3"}}) {
      Path volume = volume(given[0], true);
      Cli.run(
              "explain",
              onnx(given[0]),
              volume,
              "--recipe",
              SLABS,
              "--space",
              given[1],
              "--out",
              maps)
          .refuses("space " + given[1] + ": tells of one layer's axes; name the layer");
    }
    String info = Cli.run("info", onnx("axialnet"), "--space", "0,2,3").succeeds().out();
    assertThat(info).containsPattern("/fc/Conv .*\\[3,3,1,1] [^a-z]*\n");
  }

  @Test
  void layersBehindMovedAxesAreNoDefault() {
    assertThat(Cli.run("info", onnx("ctnet")).succeeds().out())
        .containsPattern("/reducing.3/Relu .* \\?\n")
        .containsPattern("/features.5.1/relu2/Relu .* yes \\*\n")
        .doesNotContain("--layer /reducing", "--layer /stack");
    assertThat(Cli.run("info", onnx("vit")).succeeds().out())
        .containsPattern("/patch_embeddings/Conv .* yes \\*\n")
        .containsPattern("/blocks.1/attn/input_rearrange/Transpose .* \\?\n");
    Path volume = volume("ctnet", true);
    Cli run =
        Cli.run(
                "explain",
                onnx("ctnet"),
                volume,
                "--recipe",
                SLABS,
                "--layer",
                "reducing.3",
                "--out",
                maps)
            .succeeds();
    assertThat(run.err()).contains("axes were moved before it").hasLineCount(1);
  }

  @Test
  void refusals() {
    Path volume = volume("vit", false);
    String layer = "blocks.0.norm1";
    Cli.run("explain", onnx("vit"), volume, "--layer", layer, "--out", maps)
        .refuses("[1,25,12] is no grid", "as --tokens 1+2x3x4");
    Cli.run("explain", onnx("vit"), volume, "--layer", layer, "--tokens", "5x4", "--out", maps)
        .refuses("did you mean 1+2x3x4");
    Cli.run("explain", onnx("vit"), volume, "--layer", layer, "--space", "1,1", "--out", maps)
        .refuses("space 1,1: names axis 1 twice; give each axis once");
    Cli.run("explain", onnx("vit"), volume, "--layer", layer, "--space", "1,3", "--out", maps)
        .refuses("[1,25,12] has the axes 0 to 2");
    Cli.run("explain", onnx("vit"), volume, "--layer", layer, "--space", "1", "--out", maps)
        .refuses("does not fit the network's grid [8,12,16]", "--space");
    assertThat(Cli.files(folder)).containsExactly("ct.nii.gz");
  }
}
