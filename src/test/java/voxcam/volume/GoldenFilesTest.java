package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import voxcam.op.Shape;

/**
 * Files made by nibabel and NumPy say here what they say there
 * (src/test/resources/volume/make_volumes.py).
 */
final class GoldenFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/volume");

  static Stream<String> lines() throws IOException {
    List<String> lines = Files.readAllLines(FOLDER.resolve("expected.tsv"));
    assertThat(lines).hasSize(26);
    return lines.stream();
  }

  @ParameterizedTest
  @MethodSource("lines")
  void readsWhatNibabelAndNumpyRead(String line) {
    String[] fields = line.split("\t", -1);
    Volume volume = Volume.read(FOLDER + "/" + fields[0]);
    assertThat(volume.notes()).isEmpty();
    if (fields.length == 5) {
      assertThat(volume.grid().located()).isFalse();
      int[] shape = ints(fields[1]);
      assertThat(volume.grid().size(2)).isEqualTo(shape[shape.length - 1]);
      assertThat(volume.channels()).isEqualTo(shape.length == 4 ? shape[0] : 1);
      assertThat(volume.voxels()).containsExactly(floats(fields[4]));
      return;
    }
    assertThat(volume.grid().orientation()).isEqualTo(fields[2]);
    double[] affine =
        Arrays.stream(fields[3].split(",", -1)).mapToDouble(Double::parseDouble).toArray();
    for (int r = 0; r < 3; r++) {
      assertThat(volume.grid().affine().rows()[r])
          .containsExactly(Arrays.copyOfRange(affine, 4 * r, 4 * r + 4), within(1e-5));
    }
    assertThat(volume.voxels())
        .containsExactly(channelsFirst(floats(fields[4]), volume.channels()));

    Prepared ras = Recipe.parse("[{\"step\":\"orient\",\"codes\":\"RAS\"}]").apply(volume);
    int[] shape = Arrays.copyOf(ints(fields[5]), 3);
    assertThat(ras.input().shape())
        .isEqualTo(Shape.of(1, volume.channels(), shape[0], shape[1], shape[2]));
    assertThat(ras.input().floats())
        .containsExactly(channelsFirst(floats(fields[6]), volume.channels()));
  }

  /** From nibabel's [x,y,z,channel]. */
  private static float[] channelsFirst(float[] values, int channels) {
    float[] moved = new float[values.length];
    int length = values.length / channels;
    for (int i = 0; i < values.length; i++) {
      moved[i % channels * length + i / channels] = values[i];
    }
    return moved;
  }

  private static int[] ints(String text) {
    return Arrays.stream(text.split(",", -1)).mapToInt(Integer::parseInt).toArray();
  }

  private static float[] floats(String text) {
    String[] words = text.split(",", -1);
    float[] values = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = (float) Double.parseDouble(words[i]);
    }
    return values;
  }
}
