package voxcam.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Supplier;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import voxcam.backend.BackendException;

/**
 * JCuda's native libraries, unpacked from the jar into a folder that belongs to the user alone and
 * is named by their checksum. JCuda itself would trust any file of a known name in the shared
 * folder for temporary files.
 */
final class Natives {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private static final String TEMPORARY = "java.io.tmpdir";

  private Natives() {}

  /**
   * Loads one of JCuda's libraries and runs {@code first}, which must be the first to touch the
   * class that the library belongs to.
   *
   * @param library as JCuda calls it, {@code JCudaDriver}
   * @throws BackendException if the library does not load, with one line that says why
   */
  @SuppressWarnings("restricted")
  static synchronized <T> T load(String library, Supplier<T> first) {
    Path file = unpack(library);
    String before = System.getProperty(TEMPORARY);
    try {
      System.load(file.toString());
      // The static initialiser of JCuda's class looks here, and takes what is there already.
      System.setProperty(TEMPORARY, file.getParent().toString());
      return first.get();
    } catch (LinkageError e) {
      throw new BackendException(
          "cuda: "
              + file.getFileName()
              + " does not load: "
              + firstLine(e)
              + advice(System.getenv("LD_BIND_NOW")),
          e);
    } finally {
      System.setProperty(TEMPORARY, before);
    }
  }

  /** JCuda's libraries name functions that this machine's may lack; they are not called. */
  static String advice(String bindNow) {
    return bindNow == null || bindNow.isEmpty()
        ? ""
        : "; LD_BIND_NOW is set, which has the dynamic linker insist on functions that are never"
            + " called: unset it and start again";
  }

  private static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    String line = message.lines().findFirst().orElse(message);
    // The dynamic linker begins with the file, which is named already.
    return line.replaceFirst("^(\\S*JC\\w+-[^:]*: )+(?=.)", "");
  }

  private static Path unpack(String library) {
    String name =
        LibUtils.createLibraryFileName(
            LibUtils.createPlatformLibraryName(library + "-" + JCudaVersion.get()));
    byte[] bytes = resource(name);
    try {
      return unpack(name, bytes, CacheFolder.of("natives").resolve(checksum(bytes)));
    } catch (IOException first) {
      // No home, or one that cannot be written.
      try {
        return unpack(name, bytes, Files.createTempDirectory("voxcam"));
      } catch (IOException e) {
        e.addSuppressed(first);
        throw new BackendException(
            "cuda: " + name + " cannot be unpacked: " + e + "; free space or set XDG_CACHE_HOME",
            e);
      }
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = LibUtils.class.getResourceAsStream("/lib/" + name)) {
      if (in == null) {
        throw new BackendException(
            "cuda: this jar holds no " + name + "; GPUs are used on x86-64 Linux and Windows");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The library in this folder, written if it is not there or is not what the jar holds.
   *
   * @throws IOException if the folder cannot be made, or others may write to it
   */
  static Path unpack(String name, byte[] bytes, Path folder) throws IOException {
    boolean posix = Files.getFileStore(existing(folder)).supportsFileAttributeView("posix");
    if (posix) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      requirePrivate(folder);
    } else {
      Files.createDirectories(folder);
    }
    Path file = folder.resolve(name);
    if (!holds(file, bytes)) {
      Path part = Files.createTempFile(folder, name, ".part");
      try {
        Files.write(part, bytes);
        moveOver(part, file);
      } finally {
        Files.deleteIfExists(part);
      }
      if (!holds(file, bytes)) {
        throw new IOException(file + " is not what was written to it");
      }
    }
    return file;
  }

  private static Path existing(Path folder) {
    Path path = folder.toAbsolutePath();
    while (!Files.exists(path)) {
      path = path.getParent();
    }
    return path;
  }

  private static void requirePrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " is no folder");
    }
    Path probe = Files.createTempFile(folder, "owner", "");
    boolean owned = Files.getOwner(probe).equals(Files.getOwner(folder));
    Files.delete(probe);
    Set<PosixFilePermission> granted =
        EnumSet.copyOf(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS));
    if (!owned || !OWNER_ONLY.containsAll(granted)) {
      throw new IOException(folder + " is open to other users");
    }
  }

  private static void moveOver(Path part, Path file) throws IOException {
    try {
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException _) {
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static boolean holds(Path file, byte[] bytes) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.size(file) == bytes.length
        && Arrays.equals(Files.readAllBytes(file), bytes);
  }

  private static String checksum(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
