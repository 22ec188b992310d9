package voxcam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import voxcam.volume.Affine;
import voxcam.volume.Grid;
import voxcam.volume.Nifti;
import voxcam.volume.Volume;

/** Runs of the program inside the test's JVM, with what it wrote and its exit code. */
record Cli(int code, String out, String err) {
  static final Path NETS = Path.of("src/test/resources/golden/nets");

  static Cli run(Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] words = Stream.of(args).map(String::valueOf).toArray(String[]::new);
    int code =
        Main.run(
            words,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Cli(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  Cli succeeds() {
    assertThat(code).as(err).isZero();
    return this;
  }

  /** Refused: exit code 2, nothing on standard output, one line that says all of this. */
  void refuses(String... parts) {
    assertThat(code).as(err).isEqualTo(2);
    assertThat(err.lines()).as(err).hasSize(1);
    assertThat(err).startsWith("engine: ").endsWith(System.lineSeparator()).contains(parts);
    assertThat(out).isEmpty();
  }

  static Path net(String name) {
    return NETS.resolve(name + ".safetensors");
  }

  /** A volume of noise with an oblique affine. */
  static Path volume(Path file, int... size) {
    Random random = new Random(7);
    Grid grid = Grid.of(size, PLACE);
    float[] voxels = new float[grid.length()];
    for (int i = 0; i < voxels.length; i++) {
      voxels[i] = (float) (100 * random.nextGaussian());
    }
    Nifti.write(file, Volume.of(grid, voxels));
    return file;
  }

  static final Affine PLACE =
      Affine.of(
          new double[][] {
            {-0.9, 0.2, 0, 12}, {0.2, 0.9, 0.1, -30}, {0, -0.1, 2.5, 4}, {0, 0, 0, 1}
          });

  static List<String> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
