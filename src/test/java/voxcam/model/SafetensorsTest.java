package voxcam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import voxcam.op.InputException;
import voxcam.op.Shape;
import voxcam.op.Tensor;

final class SafetensorsTest {
  @TempDir Path folder;

  private static Safetensors read(String header, int bytes) {
    return Safetensors.read("f", Bytes.file(header, new byte[bytes]));
  }

  @Test
  void whatIsWrittenIsRead() {
    Random random = new Random(7);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : new String[] {"b", "a.weight", "c"}) {
      float[] values = new float[6];
      for (int i = 0; i < 6; i++) {
        values[i] = random.nextFloat() - 0.5f;
      }
      tensors.put(name, Tensor.of(Shape.of(2, 3), values));
    }
    tensors.put("scalar", Tensor.scalar(2.5));
    Path path = folder.resolve("w.safetensors");
    Safetensors.write(path, tensors, Map.of("z", "1", "a", "\u00fc\n"), Dtype.F32);

    Safetensors file = Safetensors.open(path);
    assertThat(file.metadata()).isEqualTo(Map.of("z", "1", "a", "\u00fc\n"));
    assertThat(file.tensors().keySet()).containsExactly("a.weight", "b", "c", "scalar");
    tensors.forEach((name, tensor) -> {
      Tensor stored = file.tensors().get(name);
      assertThat(stored.shape()).isEqualTo(tensor.shape());
      assertThat(stored.floats()).isEqualTo(tensor.floats());
      assertThat(stored.doubles()).isEqualTo(tensor.doubles());
    });
    float[] part = {7, 7, 7, 7};
    file.tensors().get("c").copyTo(2, 3, part);
    float[] c = tensors.get("c").floats();
    assertThat(part).containsExactly(c[2], c[3], c[4], 7);
  }

  @Test
  void equalContentGivesEqualBytes() throws IOException {
    Map<String, Tensor> one = new LinkedHashMap<>();
    one.put("a", Tensor.scalar(1));
    one.put("b", Tensor.scalar(2));
    Map<String, Tensor> other = new LinkedHashMap<>();
    other.put("b", Tensor.scalar(2));
    other.put("a", Tensor.scalar(1));
    Safetensors.write(folder.resolve("1"), one, Map.of("k", "v", "l", "w"), Dtype.F16);
    Map<String, String> turned = new LinkedHashMap<>();
    turned.put("l", "w");
    turned.put("k", "v");
    Safetensors.write(folder.resolve("2"), other, turned, Dtype.F16);

    assertThat(folder.resolve("1")).hasSameBinaryContentAs(folder.resolve("2"));
    byte[] bytes = Files.readAllBytes(folder.resolve("1"));
    assertThat(new String(bytes, 8, bytes[0] & 0xff, StandardCharsets.UTF_8).strip())
        .isEqualTo(
            "{\"__metadata__\":{\"k\":\"v\",\"l\":\"w\"},"
                + "\"a\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[0,2]},"
                + "\"b\":{\"dtype\":\"F16\",\"shape\":[],\"data_offsets\":[2,4]}}");
    assertThat((bytes[0] & 0xff) % 8).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "F64, 182d4454fb210940, 3.141592653589793",
    "F32, db0f4940, 3.1415927410125732",
    "F16, 4842, 3.140625",
    "F16, 0100, 5.960464477539063E-8",
    "BF16, 4940, 3.140625",
    "I64, feffffffffffffff, -2",
    "I32, 40e20100, 123456",
    "I16, ff7f, 32767",
    "I8, 80, -128",
    "U8, ff, 255",
    "BOOL, 01, 1",
  })
  void everyDtypeHasItsBytes(Dtype dtype, String hex, double value) {
    byte[] data = HexFormat.of().parseHex(hex);
    String header =
        "{\"t\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}"
            .formatted(dtype, data.length);
    Tensor tensor = Safetensors.read("f", Bytes.file(header, data)).tensors().get("t");
    assertThat(tensor.doubles()).containsExactly(value);
    assertThat(tensor.floats()).containsExactly((float) value);

    Path path = folder.resolve("t");
    Safetensors.write(
        path, Map.of("t", Tensor.of(Shape.of(1), new double[] {value})), Map.of(), dtype);
    assertThat(path).hasBinaryContent(Bytes.file(padded(header), data));
  }

  private static String padded(String header) {
    return header + " ".repeat(Math.floorMod(-header.length(), 8));
  }

  @ParameterizedTest
  @EnumSource(
      value = Dtype.class,
      names = {"F32", "F16", "BF16", "I32", "BOOL"})
  void valuesThatDoNotFitAreRefused(Dtype dtype) {
    Path path = folder.resolve("t");
    Map<String, Tensor> tensors = Map.of("t", Tensor.scalar(1e300));
    assertThatThrownBy(() -> Safetensors.write(path, tensors, Map.of(), dtype))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(path + ": tensor \"t\": the value 1.0E300 is ");
    assertThat(folder.toFile().list()).isEmpty();
  }

  @Test
  void roundingIsToTheNearest() {
    Path path = folder.resolve("t");
    double[] values = {1.00390625, 1.01171875, Double.NEGATIVE_INFINITY, Double.NaN, -0.0, 3.39e38};
    Safetensors.write(path, Map.of("t", Tensor.of(Shape.of(6), values)), Map.of(), Dtype.BF16);
    // Ties go to the even neighbour: down, then up.
    assertThat(Safetensors.open(path).tensors().get("t").doubles())
        .containsExactly(
            1.0, 1.015625, Double.NEGATIVE_INFINITY, Double.NaN, -0.0, 3.3895313892515355E38);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|4"
            + "|tensor \"t\": its 4 bytes hold 1 values of F32, its shape [2] needs 2",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,3]}}|3|tensor \"t\": its 3"
            + " bytes hold no whole number of values of F32, its shape [1] needs 1",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905,4],\"data_offsets\":[0,16]}}|16"
            + "|tensor \"t\": size 4611686018427387905 in its shape [4611686018427387905,4] is not"
            + " possible",
        "{\"t\":{\"dtype\":\"U8\",\"shape\":[2147483647,2147483647,2147483647],\"data_offsets\":[0,1]}}|1|tensor"
            + " \"t\": its 1 bytes hold 1 values of U8, its shape"
            + " [2147483647,2147483647,2147483647] needs more than any file has",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}|4"
            + "|tensor \"t\": size -1 in its shape [-1] is not possible",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}|4"
            + "|tensor \"t\": data_offsets [4,0] are not a begin and an end",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|0"
            + "|tensor \"t\" ends at byte 4 of the data, the file has 0; it was cut short",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|9"
            + "|5 bytes after tensor \"t\" belong to nothing",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8"
            + "|4 bytes between the start of the data and tensor \"t\" belong to nothing",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}|12"
            + "|tensor \"b\" starts at byte 4, inside tensor \"a\", which ends at 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|8"
            + "|header: the name \"a\" occurs twice in one object",
        "{\"t\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}|1|tensor \"t\": dtype"
            + " \"F8_E4M3\" is not known, known are [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8,"
            + " BOOL]",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1]}}|4|header: t: \"data_offsets\" is missing",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}|4"
            + "|header: t: shape is a list of 1, expected a list of whole numbers",
        "{\"t\":7}|0|header: t: is the number 7, expected an object",
        "{\"__metadata__\":{\"a\":7}}|0"
            + "|header: __metadata__: a is the number 7, expected a text",
        "{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}|4"
            + "|header: t: \"more\" is not known here, known are dtype, shape, data_offsets",
      })
  void unsoundHeaders(String header, int bytes, String message) {
    assertThatThrownBy(() -> read(header, bytes))
        .isInstanceOf(InputException.class)
        .hasMessage("f: " + message);
  }

  @Test
  void filesThatAreSomethingElse() {
    refused(new byte[3], "f: has 3 bytes, too few for a safetensors file");
    refused(
        "PK\3\4 and much more".getBytes(StandardCharsets.UTF_8),
        "f: header of 7236828441365138256 bytes claimed, 10 are possible; it looks like a PyTorch"
            + " archive, save its state dict with safetensors.torch.save_file");
    refused(
        new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'},
        "f: header of 18446744073709551615 bytes claimed, 2 are possible; it is damaged or not a"
            + " safetensors file");
    refused(
        Bytes.file("[1]", new byte[0]),
        "f: the header does not start with {; it is damaged or not a safetensors file");
    refused(
        Bytes.file(new byte[] {'{', '"', (byte) 0xc3, '"', '}'}, new byte[0]),
        "f: the header is not UTF-8 text; it is damaged or not a safetensors file");
  }

  private static void refused(byte[] bytes, String message) {
    assertThatThrownBy(() -> Safetensors.read("f", bytes))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }

  @Test
  void filesThatAreNotThere() {
    Path missing = folder.resolve("missing.safetensors");
    assertThatThrownBy(() -> Safetensors.open(missing))
        .isInstanceOf(InputException.class)
        .hasMessage(missing + ": there is no such file");
    assertThatThrownBy(() -> Safetensors.open(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(folder + ": is a folder, give a .safetensors file");
  }

  @Test
  void anEmptyTensorIsNoTensorButItsNameIsKnown() {
    Safetensors file =
        read("{\"t\":{\"dtype\":\"I64\",\"shape\":[3,0],\"data_offsets\":[0,0]}}", 0);
    assertThat(file.tensors()).isEmpty();
    assertThat(file.empty()).containsExactly("t");
  }

  @Test
  void aFileCutShortWhileOpenIsTold() throws IOException {
    Path path = folder.resolve("t");
    Safetensors.write(path, Map.of("t", Tensor.filled(Shape.of(1 << 20), 1)), Map.of(), Dtype.F32);
    Safetensors file = Safetensors.open(path);
    try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
      cut.setLength(100);
    }
    assertThatThrownBy(() -> file.tensors().get("t").floats())
        .isInstanceOf(InputException.class)
        .hasMessage("tensor \"t\": its file was cut short while it was open; open it again");
  }

  @Test
  void anOpenFileOutlivesItsName() throws IOException {
    Path path = folder.resolve("t");
    Safetensors.write(path, Map.of("t", Tensor.scalar(1)), Map.of(), Dtype.F32);
    Safetensors file = Safetensors.open(path);
    String hash = file.sha256();
    Safetensors.write(path, Map.of("t", Tensor.scalar(2)), Map.of(), Dtype.F32);

    assertThat(file.tensors().get("t").floats()).containsExactly(1);
    assertThat(file.sha256()).isEqualTo(hash).hasSize(64);
    assertThat(Safetensors.open(path).sha256()).isNotEqualTo(hash);
  }

  @Test
  void decodedValuesAreShared() {
    Safetensors file = read("{\"t\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    float[] first = file.tensors().get("t").floats();
    assertThat(file.tensors().get("t").floats()).isSameAs(first);
  }
}
