package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;

final class NiftiTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "2,1", "256,1", "512,2", "4,2", "768,4", "8,4", "1280,8", "1024,8", "16,4", "64,8",
  })
  void readsEveryTypeInEitherVersionAndByteOrder(int datatype, int width) {
    for (int variant = 0; variant < 8; variant++) {
      ByteOrder order = (variant & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
      NiftiBytes bytes = new NiftiBytes((variant & 2) != 0, order).dims(3, 2, 2).datatype(datatype);
      boolean signed = datatype != 2 && datatype != 512 && datatype != 768 && datatype != 1280;
      ByteBuffer data = ByteBuffer.allocate(12 * width).order(order);
      float[] inFile = new float[12];
      for (int i = 0; i < 12; i++) {
        // Unsigned types get their topmost bit set, signed ones a negative number.
        long value =
            (signed ? -i : (1L << (8 * width - 1)) + i * (1L << Math.max(0, 8 * width - 20)));
        inFile[i] = value < 0 && !signed ? (float) ((value >>> 1) * 2.0) : value;
        switch (datatype) {
          case 16 -> data.putFloat((float) value);
          case 64 -> data.putDouble((double) value);
          default -> {
            ByteBuffer word = ByteBuffer.allocate(8).order(order).putLong(0, value);
            data.put(word.array(), order == ByteOrder.LITTLE_ENDIAN ? 0 : 8 - width, width);
          }
        }
      }
      bytes.data = data.array();
      Path file = bytes.save(folder, (variant & 4) == 0 ? "v.nii" : "v.nii.gz");

      Volume volume = Volume.read(file);

      for (int i = 0; i < 12; i++) {
        assertThat(volume.value(i % 3, i / 3 % 2, i / 6)).isEqualTo(inFile[i]);
      }
    }
  }

  @Test
  void slopeAndInterceptApplyUnlessTheSlopeIsZeroOrNotANumber() {
    NiftiBytes bytes = NiftiBytes.counting(3, 1, 1);
    assertThat(read(bytes.scaling(0.5, -3)).voxels()).containsExactly(-3f, -2.5f, -2f);
    assertThat(read(bytes.scaling(0, 9)).voxels()).containsExactly(0f, 1f, 2f);
    assertThat(read(bytes.scaling(Double.NaN, 9)).voxels()).containsExactly(0f, 1f, 2f);
    assertThat(read(bytes.scaling(1, 9)).voxels()).containsExactly(9f, 10f, 11f);
    assertThatThrownBy(() -> read(bytes.scaling(2, Double.NaN)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("v.nii: the intercept is NaN beside a slope of 2.0");
  }

  @Test
  void sformThenQformThenVoxelSizes() {
    Affine place = Affine.of(new double[][] {{0, -2, 0, 5}, {3, 0, 0, 6}, {0, 0, 4, 7}});
    NiftiBytes bytes = NiftiBytes.counting(2, 2, 2).affine(place);
    bytes.header.putFloat(280 + 12, 50);
    assertThat(read(bytes).grid().affine().at(0, 3)).isEqualTo(50);
    Affine qform = read(bytes.codes(1, 0)).grid().affine();
    assertSame(qform, place, 1e-6);
    Volume neither = read(bytes.codes(0, 0));
    assertThat(neither.grid().affine()).isEqualTo(Affine.scaling(3, 2, 4));
    assertThat(neither.notes()).singleElement().asString().contains("neither sform nor qform");
    assertThat(neither.grid().located()).isFalse();
    assertThat(neither.grid().measured()).isTrue();
  }

  @Test
  void writesNoFormsWhereThePlaceIsNotKnown() {
    NiftiBytes bytes = NiftiBytes.counting(2, 2, 2).affine(Affine.scaling(2, 3, 4)).codes(0, 0);
    Volume sizes = read(bytes);
    Volume array = Volume.of(Grid.unlocated(2, 2, 2), new float[8]);
    for (Volume volume : new Volume[] {sizes, array}) {
      Path file = folder.resolve("out.nii");
      Nifti.write(file, volume);
      ByteBuffer header = ByteBuffer.wrap(plain(file)).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(header.getShort(252)).isZero();
      assertThat(header.getShort(254)).isZero();
      Grid again = Volume.read(file).grid();
      assertThat(again.located()).isFalse();
      assertThat(again.spacing()).isEqualTo(volume.grid().spacing());
    }
    assertThat(sizes.grid().spacing()).containsExactly(2, 3, 4);
  }

  @Test
  void lengthsBecomeMillimetres() {
    NiftiBytes bytes = NiftiBytes.counting(2, 2, 2).affine(Affine.scaling(2, 3, 4));
    assertThat(read(bytes.units(1)).grid().spacing()).containsExactly(2000, 3000, 4000);
    assertThat(read(bytes.units(2)).grid().spacing()).containsExactly(2, 3, 4);
    assertThat(read(bytes.units(3 + 8)).grid().spacing()[2]).isEqualTo(0.004, within(1e-9));
  }

  @Test
  void fourthAxisIsChannelsAndOthersMustBeOne() {
    Volume four = read(NiftiBytes.counting(2, 3, 2, 3));
    assertThat(four.channels()).isEqualTo(3);
    assertThat(four.value(2, 1, 0, 1)).isEqualTo(2 * 12 + 6 + 1);
    assertThat(read(NiftiBytes.counting(2, 3, 2, 1, 3, 1, 1)).channels()).isEqualTo(3);
    assertThat(read(NiftiBytes.counting(5)).grid().size()).containsExactly(5, 1, 1);
    assertThatThrownBy(() -> read(NiftiBytes.counting(2, 2, 2, 2, 3)))
        .hasMessageContaining("has more than one axis beyond x, y and z (2 and 3)");
  }

  @Test
  void skipsWhatStandsBeforeTheVoxelsAndIgnoresWhatFollows() {
    NiftiBytes bytes = NiftiBytes.counting(2, 1, 1);
    byte[] shifted = new byte[20 + bytes.data.length + 7];
    System.arraycopy(bytes.data, 0, shifted, 20, bytes.data.length);
    bytes.data = shifted;
    assertThat(read(bytes.offset(372)).voxels()).containsExactly(0f, 1f);
    assertThat(Volume.read(bytes.save(folder, "v.nii.gz")).voxels()).containsExactly(0f, 1f);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1-bit binary",
    "32,complex64",
    "128,RGB24",
    "1536,float128",
    "1792,complex128",
    "2048,complex256",
    "2304,RGBA32",
    "77,unknown datatype 77",
  })
  void refusesOtherTypesByName(int code, String type) {
    assertThatThrownBy(() -> read(NiftiBytes.counting(2, 2, 2).datatype(code)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("v.nii: voxels are " + type + ", only real");
  }

  @Test
  void refusesSingularAndInfiniteAffines() {
    NiftiBytes flat = NiftiBytes.counting(2, 2, 2);
    flat.header.putFloat(312 + 8, 0);
    assertThatThrownBy(() -> read(flat))
        .hasMessageContaining("is singular")
        .hasMessageContaining("(sform)");
    flat.header.putFloat(312 + 8, Float.NaN);
    assertThatThrownBy(() -> read(flat)).hasMessageContaining("is not finite");
    assertThatThrownBy(() -> read(flat.codes(1, 0).pixdim(2, Double.POSITIVE_INFINITY)))
        .hasMessageContaining("voxel size along axis 2 is not finite");
  }

  @Test
  void writesWhatItReadsInEveryKindOfPlace() {
    Random random = new Random(7);
    for (int round = 0; round < 40; round++) {
      int[] size = {1 + random.nextInt(6), 1 + random.nextInt(20), 1 + random.nextInt(25)};
      int channels = 1 + random.nextInt(2);
      float[] voxels = new float[channels * size[0] * size[1] * size[2]];
      for (int i = 0; i < voxels.length; i++) {
        voxels[i] = (float) random.nextGaussian();
      }
      Affine place = Places.random(random, round % 4 == 3);
      Path file = folder.resolve(round % 2 == 0 ? "w.nii" : "w.nii.gz");
      Nifti.write(file, Volume.of("w", Grid.of(size, place), channels, voxels));

      Volume read = Volume.read(file);
      assertThat(read.channels()).isEqualTo(channels);
      assertThat(read.voxels()).isEqualTo(voxels);
      assertThat(read.grid().size()).isEqualTo(size);
      assertSame(read.grid().affine(), place, 1e-4);

      ByteBuffer header = ByteBuffer.wrap(plain(file)).order(ByteOrder.LITTLE_ENDIAN);
      boolean sheared = round % 4 == 3 && size[1] > 1;
      assertThat(header.getShort(252)).isEqualTo((short) (sheared ? 0 : 2));
      if (!sheared) {
        header.putShort(254, (short) 0);
        NiftiBytes.save(folder, "q.nii", header.array());
        assertThat(Volume.read(folder.resolve("q.nii")).grid().sameAs(read.grid())).isTrue();
      }
    }
  }

  @Test
  void longAxesBecomeVersionTwo() {
    Path file = folder.resolve("long.nii");
    Nifti.write(
        file,
        Volume.of(Grid.of(new int[] {40_000, 1, 2}, Affine.scaling(1, 2, 3)), new float[80_000]));
    assertThat(ByteBuffer.wrap(plain(file)).order(ByteOrder.LITTLE_ENDIAN).getInt(0))
        .isEqualTo(540);
    assertThat(Volume.read(file).grid())
        .isEqualTo(Grid.of(new int[] {40_000, 1, 2}, Affine.scaling(1, 2, 3)));
  }

  @ParameterizedTest
  @CsvSource({"255,2", "256,4", "-1,4", "-32768,4", "40000,8", "-40000,8"})
  void labelsTakeTheSmallestType(int label, int datatype) {
    Path file = folder.resolve("labels.nii");
    Nifti.writeLabels(file, Volume.of(Grid.unlocated(1, 1, 2), label, 0));
    assertThat(plain(file)[70]).isEqualTo((byte) datatype);
    assertThat(Volume.read(file).voxels()).containsExactly(label, 0);
  }

  @Test
  void refusesLabelsThatAreNoneAndOtherEndings() {
    Volume half = Volume.of(Grid.unlocated(1, 1, 1), 0.5f);
    assertThatThrownBy(() -> Nifti.writeLabels(folder.resolve("a.nii"), half))
        .hasMessageContaining("a label must be a whole number, one is 0.5");
    assertThatThrownBy(() -> Nifti.write(folder.resolve("a.nrrd"), half))
        .hasMessageContaining("must end in .nii");
    assertThat(folder).isEmptyDirectory();
  }

  private Volume read(NiftiBytes bytes) {
    return Volume.read(bytes.save(folder, "v.nii"));
  }

  private static byte[] plain(Path file) {
    try (var in =
        file.toString().endsWith(".gz")
            ? new GZIPInputStream(Files.newInputStream(file))
            : Files.newInputStream(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSame(Affine is, Affine expected, double allowed) {
    for (int r = 0; r < 3; r++) {
      assertThat(Arrays.copyOf(is.rows()[r], 4))
          .containsExactly(expected.rows()[r], within(allowed));
    }
  }
}
