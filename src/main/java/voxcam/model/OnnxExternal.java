package voxcam.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import voxcam.op.InputException;

/**
 * The files beside an ONNX file that hold its larger tensors. They must lie in the model's folder
 * or below, links followed: a model from elsewhere does not read other files of this machine.
 */
final class OnnxExternal implements Function<String, MemorySegment> {
  private final String where;
  private final Path folder;
  private final Map<String, MappedFile> opened = new TreeMap<>();

  OnnxExternal(Path model) {
    this.where = model.toString();
    this.folder = model.toAbsolutePath().getParent();
  }

  /** The files that were opened, in the order of their names. */
  Collection<MappedFile> opened() {
    return opened.values();
  }

  @Override
  public MemorySegment apply(String location) {
    return opened.computeIfAbsent(location, this::open).bytes();
  }

  private MappedFile open(String location) {
    String here = where + ": its tensors lie in " + Texts.quoted(location);
    try {
      Path given = Path.of(location);
      if (folder == null || given.isAbsolute() || location.isEmpty()) {
        throw outside(here);
      }
      Path file = folder.resolve(given).normalize();
      if (!file.startsWith(folder.normalize())) {
        throw outside(here);
      }
      if (!Files.exists(file)) {
        throw new InputException(here + ", which is missing; keep it beside the model");
      }
      if (!file.toRealPath().startsWith(folder.toRealPath())) {
        throw outside(here);
      }
      return MappedFile.open(file, "file of tensors");
    } catch (InvalidPathException e) {
      throw new InputException(here + ", which is no file name", e);
    } catch (IOException e) {
      throw new InputException(here + ", which cannot be read: " + WholeFile.reason(e), e);
    }
  }

  private static InputException outside(String here) {
    return new InputException(here + ", which is outside of the model's folder");
  }

  /** The part of a file that a tensor is. */
  static MemorySegment part(
      String where,
      Map<String, String> entries,
      Function<String, MemorySegment> files,
      long wanted) {
    MemorySegment file = files.apply(entries.getOrDefault("location", ""));
    long offset = number(where, entries, "offset", 0);
    long length = number(where, entries, "length", wanted);
    if (length != wanted || offset > file.byteSize() || length > file.byteSize() - offset) {
      throw new InputException(
          "%s: takes %d bytes at %d of a file of %d, and the model says %d"
              .formatted(where, wanted, offset, file.byteSize(), length));
    }
    return file.asSlice(offset, length);
  }

  private static long number(
      String where, Map<String, String> entries, String name, long otherwise) {
    String text = entries.get(name);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw new InputException(where + ": its " + name + " is " + Texts.quoted(text));
    }
    return Long.parseLong(text);
  }
}
