package voxcam.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import voxcam.op.InputException;

/**
 * A file in memory as far as it was looked at. Nothing has to be closed: the mapping lives as long
 * as anything that was made of it can be reached.
 */
record MappedFile(Path path, MemorySegment bytes) {
  private static final long READ = 64 << 10;

  /**
   * Opens a file.
   *
   * @param kind what is wanted, as {@code .onnx file}
   * @throws InputException if it is missing, unreadable or no file
   */
  static MappedFile open(Path path, String kind) {
    if (Files.isDirectory(path)) {
      throw new InputException(path + ": is a folder, give a " + kind);
    }
    // A pipe would be waited for without end.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new InputException(path + ": is a device or a pipe, give a " + kind);
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new MappedFile(
          path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()));
    } catch (NoSuchFileException e) {
      throw new InputException(path + ": there is no such file", e);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be read: " + WholeFile.reason(e), e);
    }
  }

  /** A file that is in memory already. */
  static MappedFile of(String name, byte[] bytes) {
    return new MappedFile(Path.of(name), MemorySegment.ofArray(bytes).asReadOnly());
  }

  /**
   * Bytes with those that the system may bring with them when they are looked at: it reads a file
   * in steps of 64 KiB.
   */
  MemorySegment around(long from, long size) {
    long begin = Math.max(0, from - READ);
    return bytes.asSlice(begin, Math.min(from + size + READ, bytes.byteSize()) - begin);
  }

  /** Adds all bytes to a digest. */
  void digest(MessageDigest digest) {
    try {
      long step = 1 << 20;
      for (long at = 0; at < bytes.byteSize(); at += step) {
        digest.update(bytes.asSlice(at, Math.min(step, bytes.byteSize() - at)).asByteBuffer());
      }
    } catch (InternalError e) {
      throw new InputException(path + ": was cut short while it was open; open it again", e);
    }
  }
}
