package voxcam.cli;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import voxcam.op.InputException;

/**
 * The files of one command, all or none. Each is written into a hidden folder beside its place;
 * {@link #publish} moves them there when all are complete, and takes everything back if one cannot
 * be moved. Folders made for the files go again if nothing comes into them, also when the program
 * is interrupted.
 */
final class Outputs implements AutoCloseable {
  private record Output(Path part, Path target) {}

  private final Map<Path, Path> stagings = new LinkedHashMap<>();
  private final List<Path> created = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final Thread interrupted = new Thread(this::clear, "outputs");

  Outputs() {
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /**
   * Gets a folder ready to be written into, making it if it is missing.
   *
   * @throws InputException if that cannot be
   */
  Path folder(String name) {
    Path folder = path(name);
    try {
      make(folder.toAbsolutePath());
    } catch (IOException e) {
      throw new InputException(
          name + ": cannot make this folder, " + reason(e) + "; choose another one", e);
    }
    stage(folder);
    return folder;
  }

  /**
   * Gets a file's folder, which must exist, ready.
   *
   * @throws InputException if it cannot be written into
   */
  Path file(String name) {
    Path file = path(name);
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InputException(name + ": there is no folder " + folder + "; make it first");
    }
    if (Files.isDirectory(file)) {
      throw new InputException(name + ": is a folder; give the name of a file");
    }
    stage(folder);
    return file;
  }

  /**
   * Keeps a file that is read from being written over.
   *
   * @param output how messages name the file to write
   * @throws InputException if that file is one of the inputs, by this name or another
   */
  static void spare(String output, Path target, List<String> inputs) {
    for (String input : inputs) {
      if (same(target, path(input))) {
        throw new InputException(output + ": is an input; give another name");
      }
    }
  }

  /** Refuses from now on to write over these files. */
  void keep(List<String> inputs) {
    kept.addAll(inputs);
  }

  /** Whether two names are of one file, which need not exist. */
  static boolean same(Path one, Path other) {
    if (one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())) {
      return true;
    }
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes a file of a folder that is ready; it appears with {@link #publish}. */
  void write(Path target, Consumer<Path> content) {
    Path folder = target.toAbsolutePath().getParent();
    Path part = stagings.get(folder).resolve(target.getFileName());
    if (outputs.stream().anyMatch(output -> output.part().equals(part))) {
      throw new IllegalStateException(target + " is written twice");
    }
    spare(target.toString(), target, kept);
    if (Files.isDirectory(target)) {
      throw new InputException(target + ": cannot write, a folder has this name; remove it");
    }
    try {
      content.accept(part);
    } catch (InputException e) {
      // The hidden folder is nothing that the user knows.
      throw new InputException(e.getMessage().replace(part.toString(), target.toString()), e);
    }
    outputs.add(new Output(part, target));
  }

  /** Puts all files in their places. */
  void publish() {
    List<Output> moved = new ArrayList<>();
    List<Output> replaced = new ArrayList<>();
    try {
      for (Output output : outputs) {
        if (Files.exists(output.target())) {
          Path aside = output.part().resolveSibling("old " + output.part().getFileName());
          move(output.target(), aside);
          replaced.add(new Output(aside, output.target()));
        }
        move(output.part(), output.target());
        moved.add(output);
      }
    } catch (IOException e) {
      moved.forEach(output -> remove(output.target()));
      replaced.forEach(this::restore);
      throw new InputException(
          outputs.get(moved.size()).target() + ": cannot write, " + reason(e), e);
    }
    created.clear();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(interrupted);
    } catch (IllegalStateException e) {
      // The program is being stopped and the hook does the same.
      return;
    }
    clear();
  }

  private void clear() {
    for (Path staging : stagings.values()) {
      try (Stream<Path> files = Files.list(staging)) {
        files.toList().forEach(Outputs::remove);
      } catch (IOException e) {
        continue;
      }
      remove(staging);
    }
    created.reversed().forEach(Outputs::remove);
  }

  private void make(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getParent() != null) {
      make(folder.getParent());
    }
    Files.createDirectory(folder);
    created.add(folder);
  }

  private void stage(Path folder) {
    Path absolute = folder.toAbsolutePath();
    if (stagings.containsKey(absolute)) {
      return;
    }
    // A name of Java's own would be from a secure source, which takes as long as opening a model.
    String name = ".engine-" + Long.toHexString(System.nanoTime());
    try {
      stagings.put(absolute, Files.createDirectory(absolute.resolve(name), ownersOnly()));
    } catch (IOException e) {
      throw new InputException(
          folder + ": cannot write into this folder, " + reason(e) + "; choose another one", e);
    }
  }

  /** What is not finished is nobody else's to see, where the system knows of that. */
  private static FileAttribute<?>[] ownersOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new InputException(Text.line(name) + ": not a file name, " + e.getReason(), e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void restore(Output old) {
    try {
      move(old.part(), old.target());
    } catch (IOException e) {
      // The hidden folder stays, with what was in this place before.
      stagings.clear();
      throw new InputException(
          old.target() + ": could not be put back, " + reason(e) + "; it is now " + old.part(), e);
    }
  }

  /** Removes a file or an empty folder; one that has become somebody else's stays. */
  private static void remove(Path path) {
    var _ = path.toFile().delete();
  }

  private static String reason(IOException e) {
    String reason =
        e instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : e.getClass()
                .getSimpleName()
                .replace("Exception", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", " ");
    return Text.line(reason);
  }
}
