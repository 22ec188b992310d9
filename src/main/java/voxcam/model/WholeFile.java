package voxcam.model;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;
import voxcam.op.InputException;

/**
 * Writes files that appear whole or not at all: under a hidden name first, moved over the target
 * when complete.
 */
public final class WholeFile {
  /** What writes the bytes. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private WholeFile() {}

  /**
   * Writes a file, replacing an old one in one step.
   *
   * @throws InputException if the folder is missing or cannot be written, or the disk is full; an
   *     old file is then unchanged
   */
  public static void write(Path target, Content content) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InputException(target + ": cannot write, there is no folder " + folder);
    }
    if (Files.isDirectory(target)) {
      throw new InputException(target + ": cannot write, it is a folder; give a file name");
    }
    Path part = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      fill(part, content);
      move(part, target);
    } catch (IOException e) {
      throw new InputException(target + ": cannot write: " + reason(e), e);
    } finally {
      // After a move there is nothing left to delete; a leftover must not hide the first error.
      var ignored = part.toFile().delete();
    }
  }

  private static void fill(Path part, Content content) throws IOException {
    try (FileChannel channel =
            FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
      content.writeTo(out);
      out.flush();
      // Some file systems tell of a full disk only now.
      channel.force(false);
    }
  }

  private static void move(Path part, Path target) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Why a file could not be read or written, in words and on one line. */
  static String reason(IOException e) {
    String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
    if (reason == null) {
      reason =
          e.getClass()
              .getSimpleName()
              .replace("Exception", "")
              .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
              .toLowerCase(Locale.ROOT);
    }
    return Texts.line(reason);
  }
}
