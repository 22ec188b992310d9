package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Volume;

/** Volumes that cannot be used: exit code 2, one line, no file left. */
class BadVolumeTest {
  private static final Path MODEL = Cli.net("flatten-linear");

  @TempDir Path folder;

  @AfterEach
  void nothingIsLeft() {
    assertThat(Cli.files(folder)).isSubsetOf(List.of("ct.nii", "ct.nii.gz"));
  }

  private void refused(Object volume, String... parts) {
    Cli.run("explain", MODEL, volume, "--out", folder.resolve("new/maps")).refuses(parts);
    Cli.run("predict", MODEL, volume, "--out", folder.resolve("scores.npy")).refuses(parts);
  }

  private byte[] good() throws IOException {
    return Files.readAllBytes(Cli.volume(folder.resolve("ct.nii"), 10, 8, 12));
  }

  @Test
  void missing() {
    refused(folder.resolve("none.nii.gz"), "none.nii.gz: no such file");
  }

  @Test
  void aFolder() {
    refused(folder, "is a folder");
  }

  @Test
  void truncated() throws IOException {
    byte[] bytes = good();
    refused(
        Files.write(folder.resolve("ct.nii"), Arrays.copyOf(bytes, bytes.length - 9)), "ct.nii");
  }

  @Test
  void wrongMagic() throws IOException {
    byte[] bytes = good();
    bytes[344] = 'x';
    refused(Files.write(folder.resolve("ct.nii"), bytes), "ct.nii: wrong NIfTI magic");
  }

  @Test
  void gzipBomb() throws IOException {
    byte[] header = Arrays.copyOf(good(), 352);
    ByteBuffer.wrap(header)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(42, (short) 2000)
        .putShort(44, (short) 1000)
        .putShort(46, (short) 1000);
    Path bomb = folder.resolve("ct.nii.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
      out.write(header);
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        out.write(zeros);
      }
    }
    refused(bomb, "ct.nii.gz");
  }

  @Test
  void nothingButNaN() {
    float[] voxels = new float[960];
    Arrays.fill(voxels, Float.NaN);
    Path file = folder.resolve("ct.nii");
    Nifti.write(file, Volume.of(Grid.of(new int[] {10, 8, 12}, Cli.PLACE), voxels));
    refused(file, "ct.nii: none of its 960 voxels is finite");
  }

  @Test
  void wrongNumberOfChannels() {
    Path file = Cli.volume(folder.resolve("ct.nii"), 10, 8, 12);
    Cli.run("explain", MODEL, file, file, "--out", folder.resolve("maps"))
        .refuses("with 2 channel(s), the network takes 1; give one file for each channel");
    Cli.run("predict", Cli.net("resnet"), Cli.volume(folder.resolve("ct.nii"), 9, 16, 14))
        .refuses("with 1 channel(s), the network takes 2");
  }

  @Test
  void differentGrids() {
    Path one = Cli.volume(folder.resolve("ct.nii"), 9, 16, 14);
    Path two = Cli.volume(folder.resolve("ct.nii.gz"), 9, 16, 15);
    Cli.run("predict", Cli.net("resnet"), one, two).refuses("lies on another grid");
  }

  @Test
  void wrongShape() {
    refused(
        Cli.volume(folder.resolve("ct.nii"), 10, 8, 11),
        "ct.nii: becomes an input of shape [1,1,10,8,11], the network takes [N,1,10,8,12]; give");
  }

  @Test
  void tooSmallForTheNetwork() {
    Path file = Cli.volume(folder.resolve("ct.nii"), 2, 2, 2);
    Cli.run("explain", Cli.net("plain-unet"), file, "--out", folder.resolve("maps"))
        .refuses("pool.1");
  }

  @Test
  void noVolume() {
    Cli.run("explain", MODEL).refuses("no input volume was given");
    Cli.run("predict", MODEL).refuses("INPUT", "see 'engine predict --help'");
    Cli.run("explain").refuses("give a model file and a volume, or --demo");
  }
}
