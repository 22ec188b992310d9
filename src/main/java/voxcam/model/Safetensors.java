package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/**
 * A safetensors file: named tensors and a few strings, an 8-byte header length, a JSON header and
 * raw little-endian data (huggingface/safetensors, README.md, "Format"). Opening maps the file and
 * reads its header; values are decoded when a tensor is asked for them.
 *
 * <p>Nothing has to be closed: the mapping lives as long as the file's object or any of its tensors
 * can be reached, and tensors may be used from any thread. Replacing the file by another one does
 * not disturb an open one.
 */
public final class Safetensors {
  private final MappedFile file;
  private final Map<String, String> metadata;
  private final Map<String, Tensor> tensors;
  private final Set<String> empty;

  private Safetensors(MappedFile file) {
    this.file = file;
    SafetensorsHeader header = SafetensorsHeader.read(file.path().toString(), file.bytes());
    Map<String, Tensor> stored = new LinkedHashMap<>();
    Set<String> without = new TreeSet<>();
    for (SafetensorsHeader.Entry entry : header.entries()) {
      if (entry.isEmpty()) {
        without.add(entry.name());
      } else {
        long begin = header.dataStart() + entry.begin();
        MemorySegment data = file.bytes().asSlice(begin, entry.bytes());
        MemorySegment around = file.around(begin, entry.bytes());
        stored.put(
            entry.name(),
            new StoredTensor(entry.name(), entry.dtype(), entry.sizes(), data, around));
      }
    }
    this.metadata = header.metadata();
    this.tensors = Collections.unmodifiableMap(stored);
    this.empty = Collections.unmodifiableSet(without);
  }

  /**
   * Opens a file.
   *
   * @throws InputException if it is missing, unreadable or not a sound safetensors file
   */
  public static Safetensors open(Path path) {
    return new Safetensors(MappedFile.open(path, ".safetensors file"));
  }

  /**
   * A file that is in memory already.
   *
   * @param name stands for the path
   */
  public static Safetensors read(String name, byte[] bytes) {
    return new Safetensors(MappedFile.of(name, bytes));
  }

  /** The file's path as it was given. */
  public Path path() {
    return file.path();
  }

  /** The strings of {@code __metadata__}. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** All tensors that hold a value, by name, in the order of their data. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The names of the tensors with no elements, which {@link Tensor} cannot be. */
  Set<String> empty() {
    return empty;
  }

  /**
   * The SHA-256 of the whole file in hexadecimal, of the bytes that were opened. Reads all of it.
   */
  public String sha256() {
    return Digests.sha256(List.of(file));
  }

  /**
   * Writes a file, whole or not at all. Equal tensors and strings give equal bytes, whatever order
   * the maps have.
   *
   * @throws InputException if a value is beyond {@code dtype}, or the file cannot be written
   */
  public static void write(
      Path path, Map<String, Tensor> tensors, Map<String, String> metadata, Dtype dtype) {
    SafetensorsWriter.write(path, tensors, metadata, name -> dtype);
  }
}
