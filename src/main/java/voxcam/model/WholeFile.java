package voxcam.model;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
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
import java.util.concurrent.ThreadLocalRandom;
import voxcam.op.InputException;

/**
 * Writes files that appear whole or not at all: the content goes to a hidden file beside the
 * target, is forced to the disk, and is moved over the target in one step. If anything fails, the
 * hidden file is removed and an old target is left as it was.
 */
public final class WholeFile {
  private WholeFile() {}

  /** What writes the bytes; it need not close the stream, and may. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file, replacing an old one.
   *
   * @throws InputException if the folder is missing or cannot be written, or the disk is full
   */
  public static void write(Path target, Content content) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InputException(target + ": cannot write, there is no folder " + folder);
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new InputException(
          target + ": cannot write, it exists and is not a file; choose another name");
    }
    Path part = folder.resolve("." + target.getFileName() + "." + name() + ".part");
    try {
      try (FileChannel channel =
              FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
        content.writeTo(new Open(out));
        out.flush();
        // Some file systems tell of a full disk only now.
        channel.force(false);
      }
      move(part, target);
    } catch (IOException e) {
      throw new InputException(
          target + ": cannot write, " + reason(e) + "; free space or choose another folder", e);
    } finally {
      remove(part);
    }
  }

  /**
   * A stream that others may close without closing the file, which is still to be forced to the
   * disk.
   */
  private static final class Open extends FilterOutputStream {
    Open(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }

  /** A new name, not a secret one: numbers from a secure source take as long as opening a model. */
  private static String name() {
    return Long.toHexString(ThreadLocalRandom.current().nextLong());
  }

  private static void move(Path part, Path target) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void remove(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      System.getLogger(WholeFile.class.getName())
          .log(System.Logger.Level.WARNING, "could not remove " + part + ": " + reason(e));
    }
  }

  /** The exception's cause in words, on one line, without the path that the caller names anyway. */
  public static String reason(IOException e) {
    String reason = e.getMessage();
    if (e instanceof FileSystemException file) {
      reason = file.getReason() == null ? words(e) : file.getReason();
    }
    return reason == null ? words(e) : reason.lines().findFirst().orElse(words(e));
  }

  /** {@code AccessDeniedException} as "access denied". */
  private static String words(IOException e) {
    return e.getClass()
        .getSimpleName()
        .replace("Exception", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }
}
