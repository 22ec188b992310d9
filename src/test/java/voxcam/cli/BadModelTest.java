package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files that cannot be used: exit code 2, one line, no file left. */
class BadModelTest {
  @TempDir Path folder;
  private Path volume;
  private Path model;

  @BeforeEach
  void makeVolume() {
    volume = Cli.volume(folder.resolve("ct.nii.gz"), 10, 8, 12);
    model = folder.resolve("model.safetensors");
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Cli.files(folder)).isSubsetOf(List.of("ct.nii.gz", "model.safetensors"));
  }

  private void refused(Path file, String... parts) {
    Cli.run("explain", file, volume, "--out", folder.resolve("new/maps")).refuses(parts);
    Cli.run("predict", file, volume, "--raw", folder.resolve("raw.npy")).refuses(parts);
    Cli.run("info", file).refuses(parts);
  }

  private Malformed good() throws IOException {
    return Malformed.of(Cli.net("flatten-linear"));
  }

  @Test
  void missing() {
    refused(folder.resolve("none.safetensors"), "none.safetensors: no such model file");
  }

  @Test
  void aFolder() {
    refused(folder, "is a folder; give the model file in it");
  }

  @Test
  void theGoodOneIsFine() throws IOException {
    // What the others break is otherwise in order.
    Cli.run("info", good().write(model)).succeeds();
  }

  @Test
  void truncated() throws IOException {
    refused(good().truncated().write(model), "model.safetensors");
  }

  @Test
  void oversizedHeader() throws IOException {
    refused(good().write(model, 1L << 40), "model.safetensors", "header");
  }

  @Test
  void overlappingOffsets() throws IOException {
    refused(
        good().with("\"data_offsets\":[16,32]", "\"data_offsets\":[8,24]").write(model),
        "model.safetensors",
        "bn1.");
  }

  @Test
  void wrongDtype() throws IOException {
    refused(
        good()
            .with("\"fc.bias\":{\"dtype\":\"F32\"", "\"fc.bias\":{\"dtype\":\"C128\"")
            .write(model),
        "fc.bias",
        "C128");
  }

  @Test
  void cyclicGraph() throws IOException {
    refused(
        good()
            .graphWith(
                "\"inputs\":[\"input\",\"conv1.weight\"]",
                "\"inputs\":[\"relu2\",\"conv1.weight\"]")
            .write(model),
        "model.safetensors",
        "conv1");
  }

  @Test
  void unknownOperation() throws IOException {
    refused(
        good().graphWith("\"op\":\"Flatten\"", "\"op\":\"Flotten\"").write(model),
        "flatten",
        "Flotten");
  }

  @Test
  void weightsWithoutAnArchitecture() {
    refused(Path.of("src/test/resources/golden/arch/r3d_18.safetensors"), "--arch", "r3d_18");
  }

  @Test
  void unknownArchitecture() {
    Cli.run("info", "src/test/resources/golden/arch/r3d_18.safetensors", "--arch", "r4d")
        .refuses("r4d", "known are", "r3d_18");
  }
}
