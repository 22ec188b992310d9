package voxcam.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import voxcam.model.Model;
import voxcam.op.InputException;

/** Model files as the user names them. */
final class Opened {
  private Opened() {}

  /**
   * Opens a model file, or plain weights of an architecture.
   *
   * @param arch the architecture, or null
   */
  static Model model(String name, String arch) {
    Path file = path(name);
    return arch == null ? Model.open(file) : Model.open(file, arch);
  }

  private static Path path(String name) {
    Path file;
    try {
      file = Path.of(name);
    } catch (InvalidPathException e) {
      throw new InputException(Text.line(name) + ": not a file name, " + e.getReason(), e);
    }
    if (Files.isDirectory(file)) {
      throw new InputException(name + ": is a folder; give the model file in it (.safetensors)");
    }
    if (!Files.exists(file)) {
      throw new InputException(name + ": no such model file; check the path");
    }
    if (!Files.isReadable(file)) {
      throw new InputException(name + ": the model file cannot be read; check its permissions");
    }
    return file;
  }

  /** The SHA-256 of a file as hexadecimal digits. */
  static String sha256(String name) {
    try (InputStream in = Files.newInputStream(Path.of(name))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new InputException(name + ": cannot be read again, " + Text.line(e.toString()), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
