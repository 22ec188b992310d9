package voxcam.volume;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import voxcam.op.InputException;

/**
 * Which reader a file needs: its first bytes decide; names only help to say what an unknown file
 * is.
 */
final class Formats {
  private static final Pattern KEYED = Pattern.compile("(?is)(.+\\.npz):(.+)");
  private static final String KNOWN = "known are .nii, .nii.gz, .npy and .npz[:key]";

  private static final Map<String, String> BY_ENDING =
      Map.of(
          ".dcm", "DICOM",
          ".mgz", "MGH",
          ".mgh", "MGH",
          ".mnc", "MINC",
          ".nhdr", "NRRD",
          ".mhd", "MetaImage",
          ".mha", "MetaImage",
          ".img", "NIfTI pair or ANALYZE");

  private Formats() {}

  static Volume read(String input) {
    Matcher keyed = KEYED.matcher(input);
    if (keyed.matches()) {
      return Npz.read(file(keyed.group(1)), keyed.group(2));
    }
    Path file = file(input);
    byte[] head = head(file);
    if (head.length == 0) {
      throw new InputException(input + ": the file is empty");
    }
    if (begins(head, "PK\3\4") || begins(head, "PK\5\6")) {
      return Npz.read(file, "");
    }
    if (begins(head, "\u0093NUMPY")) {
      return Npy.volume(file);
    }
    if (begins(head, "\u001f\u008b") || NiftiHeader.looksLike(head)) {
      return Nifti.read(file);
    }
    throw new InputException(input + ": " + kind(file, head) + "; " + KNOWN);
  }

  private static Path file(String input) {
    Path file;
    try {
      file = Path.of(input);
    } catch (InvalidPathException e) {
      throw new InputException(
          input.replaceAll("\\R", " ") + ": not a file name, " + e.getReason(), e);
    }
    if (Files.isDirectory(file)) {
      throw new InputException(
          input + ": is a folder, and folders cannot be read yet; give one file; " + KNOWN);
    }
    if (!Files.exists(file)) {
      throw new InputException(input + ": no such file");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new InputException(
          input + ": not a file that can be read; check its kind and permissions");
    }
    return file;
  }

  private static byte[] head(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(540);
    } catch (IOException e) {
      throw Inflow.unreadable(file.toString(), e);
    }
  }

  private static boolean begins(byte[] head, String magic) {
    byte[] bytes = magic.getBytes(StandardCharsets.ISO_8859_1);
    return head.length >= bytes.length
        && Arrays.equals(head, 0, bytes.length, bytes, 0, bytes.length);
  }

  private static String kind(Path file, byte[] head) {
    if (head.length >= 132
        && "DICM".equals(new String(head, 128, 4, StandardCharsets.ISO_8859_1))) {
      return cannot("DICOM");
    }
    if (begins(head, "NRRD")) {
      return cannot("NRRD");
    }
    if (begins(head, "ObjectType") || begins(head, "NDims")) {
      return cannot("MetaImage");
    }
    if (begins(head, "\u0089HDF")) {
      return cannot("HDF5 or MINC");
    }
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    for (Map.Entry<String, String> ending : BY_ENDING.entrySet()) {
      if (name.endsWith(ending.getKey())) {
        return cannot(ending.getValue());
      }
    }
    return "not a volume of a known format (wrong first bytes)";
  }

  private static String cannot(String format) {
    return format + " cannot be read yet, convert it to NIfTI first";
  }
}
