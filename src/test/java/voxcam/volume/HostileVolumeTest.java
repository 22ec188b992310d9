package voxcam.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import voxcam.op.InputException;

/**
 * Files that lie: each is read or refused in one line, and takes no more memory than it delivers.
 */
final class HostileVolumeTest {
  private static final long MOST_BYTES = 32L << 20;
  private static final byte[] EXTREME = {0, 1, 2, 3, 7, 127, -128, -1};

  @TempDir Path folder;

  @Test
  void damagedFilesAreReadOrRefusedInOneLine() throws IOException {
    Random random = new Random(99);
    int read = 0;
    int refused = 0;
    for (Path good : goodFiles()) {
      byte[] bytes = Files.readAllBytes(good);
      for (int round = 0; round < 120; round++) {
        Path file = NiftiBytes.save(folder, "damaged", damaged(bytes, random));
        if (opens(file, good + " round " + round)) {
          read++;
        } else {
          refused++;
        }
      }
    }
    System.out.println("damaged volumes: " + read + " read, " + refused + " refused");
    assertThat(read).isGreaterThan(100);
    assertThat(refused).isGreaterThan(500);
  }

  private List<Path> goodFiles() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> golden = Files.list(Path.of("src/test/resources/volume"))) {
      golden
          .filter(f -> f.toString().matches(".*\\.(nii|gz|npy|npz)"))
          .sorted()
          .forEach(files::add);
    }
    NiftiBytes big =
        new NiftiBytes(true, ByteOrder.BIG_ENDIAN).dims(9, 8, 7).datatype(2).codes(1, 0);
    big.data = new byte[504];
    files.add(big.save(folder, "big.nii"));
    assertThat(files).hasSizeGreaterThan(20);
    return files;
  }

  private static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 1 -> {
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
      }
      case 2 -> {
        int width = 1 << random.nextInt(4);
        int at = random.nextInt(Math.max(1, Math.min(bytes.length, 540) / width)) * width;
        Arrays.fill(
            bytes, at, Math.min(at + width, bytes.length), EXTREME[random.nextInt(EXTREME.length)]);
      }
      default -> {
        bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(50));
        bytes[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return bytes;
  }

  private static boolean opens(Path file, String what) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    boolean opened = true;
    try {
      Volume volume = Volume.read(file);
      assertThat(volume.voxels()).isNotEmpty();
    } catch (InputException e) {
      opened = false;
      assertThat(e.getMessage())
          .as(what)
          .contains("damaged")
          .doesNotContain("\n")
          .hasSizeLessThan(600);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(what).isLessThan(MOST_BYTES);
    return opened;
  }

  @Test
  void hugeClaimsOfSmallFilesAreRefusedBeforeAnythingIsAllocated() {
    for (String ending : new String[] {".nii", ".nii.gz"}) {
      NiftiBytes bytes = NiftiBytes.counting(2, 2, 2);
      assertThatThrownBy(
              () -> Volume.read(bytes.dims(2000, 2000, 2000).save(folder, "huge" + ending)))
          .hasMessageContaining(
              "2000x2000x2000 voxels with 1 channel(s) are more than one array holds");
      Path file = bytes.dims(1000, 1000, 1000).save(folder, "large" + ending);
      assertThatThrownBy(() -> Volume.read(file))
          .hasMessageContaining("the header claims 2.0 GB of voxels, the file holds at most ");
      opens(bytes.dims(500, 1000, 1000).save(folder, "damaged" + ending), "large");
    }
  }

  @Test
  void onlyWhatTheHeaderNamesIsReadFromAGzipBomb() {
    NiftiBytes bytes = NiftiBytes.counting(2, 2, 2);
    bytes.data = Arrays.copyOf(bytes.data, 200 << 20);
    byte[] packed = NiftiBytes.gzip(bytes.bytes());
    bytes.data = new byte[0];
    Path file = NiftiBytes.save(folder, "damaged-bomb.nii.gz", packed);
    assertThat(opens(file, "bomb")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "-1,axis 2 has size -1; sizes are 1 to",
    "0,axis 2 has size 0; sizes are 1 to",
  })
  void sizesBelowOneAreRefused(int size, String message) {
    assertRefused(NiftiBytes.counting(2, 2, 2).dim(2, size), message.replace(';', ','));
  }

  @Test
  void otherLiesOfHeadersAreNamed() {
    assertRefused(
        NiftiBytes.counting(2, 2, 2).dim(0, 8), "the header claims 8 axes, NIfTI has 1 to 7");
    assertRefused(NiftiBytes.counting(2, 2, 2).dim(0, -3), "the header claims -3 axes");
    assertRefused(NiftiBytes.counting(2, 2, 2).magic("n+7\0"), "wrong NIfTI magic \"n+7.\"");
    assertRefused(NiftiBytes.counting(2, 2, 2).magic("ni1\0"), "one half of a .hdr/.img pair");
    assertRefused(
        NiftiBytes.counting(2, 2, 2).offset(100), "said to begin at byte 100.0, it must be");
    assertRefused(
        NiftiBytes.counting(2, 2, 2).offset(1L << 40),
        "the header claims 1.1 TB of header and voxels");
    assertRefused(
        new NiftiBytes(true, ByteOrder.LITTLE_ENDIAN)
            .dims(2, 2, 2)
            .datatype(4)
            .dim(3, Long.MAX_VALUE),
        "axis 3 has size 9223372036854775807");
    NiftiBytes shortened = NiftiBytes.counting(4, 4, 4);
    shortened.data = Arrays.copyOf(shortened.data, 100);
    assertRefused(
        shortened,
        "truncated or damaged: the header claims 128 bytes of voxels, the file holds at most 100");
    Path packed = shortened.save(folder, "short.nii.gz");
    assertThatThrownBy(() -> Volume.read(packed))
        .hasMessageContaining("truncated: it ends after 100 of 128 bytes");
  }

  private void assertRefused(NiftiBytes bytes, String message) {
    Path file = bytes.save(folder, "lie.nii");
    assertThatThrownBy(() -> Volume.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aWrongChecksumIsNoticed() {
    byte[] packed = NiftiBytes.gzip(NiftiBytes.counting(5, 5, 5).bytes());
    packed[packed.length - 6] ^= 1;
    Path file = NiftiBytes.save(folder, "v.nii.gz", packed);
    assertThatThrownBy(() -> Volume.read(file))
        .hasMessageContaining("v.nii.gz: truncated or damaged: ");
  }

  @Test
  void otherFilesAreNamed() {
    assertNamed(
        "a.nrrd", "NRRD0004\ntype: short", "NRRD cannot be read yet, convert it to NIfTI first");
    assertNamed("a.mha", "ObjectType = Image", "MetaImage cannot be read yet");
    assertNamed("a", "\0".repeat(128) + "DICM\2\0", "DICOM cannot be read yet");
    assertNamed("a.dcm", "whatever", "DICOM cannot be read yet");
    assertNamed(
        "a.txt",
        "hello",
        "not a volume of a known format (wrong first bytes); known are .nii, .nii.gz");
    assertNamed("a.nii", "hello", "not a volume of a known format");
    assertNamed("empty.nii", "", "the file is empty");
    Path gz =
        NiftiBytes.save(
            folder, "a.nii.gz", NiftiBytes.gzip("hello there".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> Volume.read(gz))
        .hasMessageContaining("not a NIfTI file inside its gzip");
    assertThatThrownBy(() -> Volume.read(folder)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> Volume.read("no/such.nii")).hasMessage("no/such.nii: no such file");
    assertThatThrownBy(() -> Volume.read("a\0b"))
        .hasMessageContaining("not a file name")
        .hasMessageNotContaining("\n");
  }

  private void assertNamed(String name, String content, String message) {
    Path file = NiftiBytes.save(folder, name, content.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Volume.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
