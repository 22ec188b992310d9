package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class NpyTest {
  @TempDir Path folder;

  /** An NPY file of any version around a header text. */
  static byte[] file(int version, String header, byte... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    out.write(version);
    out.write(0);
    out.write(text.length & 0xff);
    out.write(text.length >> 8);
    if (version > 1) {
      out.write(0);
      out.write(0);
    }
    out.writeBytes(text);
    out.writeBytes(data);
    return out.toByteArray();
  }

  private Tensor read(byte... bytes) {
    return Npy.read(NiftiBytes.save(folder, "a.npy", bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "|b1,1", "|u1,1", "|i1,1", "u2,2", "i2,2", "u4,4", "i4,4", "u8,8", "i8,8", "f2,2", "f4,4",
    "f8,8"
  })
  void readsEveryTypeVersionAndByteOrder(String type, int width) {
    for (int version = 1; version <= 3; version++) {
      for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
        ByteBuffer data = ByteBuffer.allocate(2 * width).order(order);
        switch (type) {
          case "f2" -> data.putShort(Float.floatToFloat16(1)).putShort((short) 0);
          case "f4" -> data.putFloat(1).putFloat(0);
          case "f8" -> data.putDouble(1).putDouble(0);
          default -> data.put(order == ByteOrder.LITTLE_ENDIAN ? 0 : width - 1, (byte) 1);
        }
        String full = width == 1 ? type : (order == ByteOrder.LITTLE_ENDIAN ? "<" : ">") + type;
        String header = "{'descr': '" + full + "', 'fortran_order': False, 'shape': (2,), }  \n";
        Tensor tensor = read(file(version, header, data.array()));
        assertThat(tensor.shape()).isEqualTo(Shape.of(2));
        assertThat(tensor.floats()).containsExactly(1f, 0f);
      }
    }
  }

  @Test
  void fortranOrderIsTurnedRound() {
    byte[] bytes =
        file(
            1,
            "{'shape': (2, 3), \"fortran_order\": True, 'descr': '|u1'}",
            new byte[] {1, 4, 2, 5, 3, 6});
    assertThat(read(bytes).floats()).containsExactly(1f, 2f, 3f, 4f, 5f, 6f);
  }

  @Test
  void writesWhatItReads() {
    Path file = folder.resolve("w.npy");
    for (Shape shape : new Shape[] {Shape.SCALAR, Shape.of(7), Shape.of(3, 40, 600)}) {
      float[] values = new float[shape.length()];
      for (int i = 0; i < values.length; i++) {
        values[i] = i * 0.37f - 5;
      }
      Npy.write(file, Tensor.of(shape, values));
      assertThat(Npy.read(file).shape()).isEqualTo(shape);
      assertThat(Npy.read(file).floats()).isEqualTo(values);
    }
    assertThat(folder.toFile().list()).containsExactly("w.npy");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)};elements are of type \"<c8\" (complex)",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)};of type \"|O\" (Python objects)",
        "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)};elements are of type \"<U5\", only",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)};a structured array",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)};an axis of size 0",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)};an axis of size 99999999999",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 60000)};are more than one array holds",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (20000, 20000)};the header claims 1.6 GB of elements",
        "{'descr': '<f4', 'fortran_order': False};damaged NPY header {'descr'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 'x'};damaged NPY header",
        "'descr';damaged NPY header",
      })
  void refusesOtherHeadersInOneLine(String header, String message) {
    assertThatThrownBy(() -> read(file(1, header, new byte[8])))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.npy: ")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesOtherVersionsLongHeadersAndShortData() {
    String good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
    assertThatThrownBy(() -> read(file(4, good)))
        .hasMessageContaining("NPY version 4, known are 1 to 3");
    byte[] longHeader = file(2, good);
    longHeader[11] = 127;
    assertThatThrownBy(() -> read(longHeader)).hasMessageContaining("at most 65536 are read");
    assertThatThrownBy(() -> read(file(1, good, new byte[7])))
        .hasMessageContaining("truncated: it ends after 7 of 8");
  }

  @Test
  void volumesHaveTwoToFiveAxes() {
    assertThat(size(Shape.of(4, 5))).isEqualTo("1x4x5 1");
    assertThat(size(Shape.of(3, 4, 5))).isEqualTo("3x4x5 1");
    assertThat(size(Shape.of(2, 3, 4, 5))).isEqualTo("3x4x5 2");
    assertThat(size(Shape.of(1, 2, 3, 4, 5))).isEqualTo("3x4x5 2");
    for (Shape shape :
        new Shape[] {Shape.of(5), Shape.of(2, 2, 3, 4, 5), Shape.of(1, 1, 1, 1, 1, 1)}) {
      assertThatThrownBy(() -> size(shape))
          .hasMessageContaining("array " + shape + ", a volume is [b,c], [a,b,c]");
    }
  }

  private String size(Shape shape) {
    Path file = folder.resolve("s.npy");
    Npy.write(file, Tensor.filled(shape, 1));
    Volume volume = Volume.read(file);
    return Grid.text(volume.grid().size()) + " " + volume.channels();
  }

  @Test
  void keysOfArchivesAreNamed() {
    String several = "src/test/resources/volume/several.npz";
    assertThatThrownBy(() -> Volume.read(several))
        .hasMessage(
            several
                + ": holds several arrays, name one as "
                + several
                + ":KEY with KEY of ct, mask");
    assertThatThrownBy(() -> Volume.read(several + ":pet"))
        .hasMessageContaining("holds no array \"pet\", name one as");
    assertThat(Volume.read(several + ":ct").name()).isEqualTo("several.npz:ct");
    assertThat(Volume.read("src/test/resources/volume/one.npz").name()).isEqualTo("one.npz:ct");
  }
}
