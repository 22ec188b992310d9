package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * The header of a safetensors file, every claim of which is checked against the file's size before
 * anything is made of it. As the format demands, tensors fill the data without holes or overlaps.
 */
record SafetensorsHeader(long dataStart, Map<String, String> metadata, List<Entry> entries) {
  /** The longest header; the format's own reader has the same limit. */
  static final long LONGEST = 100_000_000;

  private static final int HIGHEST_RANK = 32;
  // More elements than any file has bytes; products stop there instead of overflowing.
  private static final long MOST = Long.MAX_VALUE / 8;

  /** One tensor; offsets count from the start of the data. */
  record Entry(String name, Dtype dtype, int[] dims, long begin, long end) {
    boolean isEmpty() {
      return begin == end;
    }

    long bytes() {
      return end - begin;
    }

    Shape sizes() {
      return Shape.of(dims);
    }
  }

  static SafetensorsHeader read(String path, MemorySegment file) {
    String text = text(path, file);
    long start = Long.BYTES + length(file);
    Fields header = Fields.of(path + ": header", Json.parse(path + ": header", text));
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    for (String name : header.names()) {
      if (name.equals("__metadata__")) {
        Fields strings = header.object(name);
        strings.names().forEach(key -> metadata.put(key, strings.text(key)));
      } else {
        entries.add(entry(path, name, header.object(name)));
      }
    }
    entries.sort(SafetensorsHeader::order);
    checkCoverage(path, entries, file.byteSize() - start);
    return new SafetensorsHeader(
        start, Collections.unmodifiableMap(metadata), List.copyOf(entries));
  }

  private static String text(String path, MemorySegment file) {
    if (file.byteSize() < Long.BYTES) {
      throw new InputException(
          path + ": has " + file.byteSize() + " bytes, too few for a safetensors file");
    }
    long length = length(file);
    long most = Math.min(LONGEST, file.byteSize() - Long.BYTES);
    if (length < 2 || length > most) {
      throw new InputException(
          path
              + ": header of "
              + Long.toUnsignedString(length)
              + " bytes claimed, "
              + most
              + " are possible; "
              + kind(file));
    }
    byte[] bytes = new byte[(int) length];
    file.asSlice(Long.BYTES, length).asByteBuffer().get(bytes);
    if (bytes[0] != '{') {
      throw new InputException(path + ": the header does not start with {; " + kind(file));
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    // What is not UTF-8 has become this character, which may also be there by itself.
    if (text.indexOf('\ufffd') >= 0) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        throw new InputException(path + ": the header is not UTF-8 text; " + kind(file), e);
      }
    }
    return text;
  }

  /** The header's length, which the file begins with. */
  private static long length(MemorySegment file) {
    return file.asSlice(0, Long.BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private static int order(Entry one, Entry other) {
    int begins = Long.compare(one.begin(), other.begin());
    return begins == 0 ? Long.compare(one.end(), other.end()) : begins;
  }

  /** What the file seems to be, for someone who gave another format. */
  private static String kind(MemorySegment file) {
    byte[] first = file.asSlice(0, Math.min(4, file.byteSize())).toArray(ValueLayout.JAVA_BYTE);
    if (Arrays.equals(first, new byte[] {'P', 'K', 3, 4})) {
      return "it looks like a PyTorch archive, save its state dict with"
          + " safetensors.torch.save_file";
    }
    if (Arrays.equals(first, new byte[] {(byte) 0x89, 'H', 'D', 'F'})) {
      return "it looks like an HDF5 file, convert its weights to safetensors";
    }
    return "it is damaged or not a safetensors file";
  }

  private static Entry entry(String path, String name, Fields fields) {
    String where = path + ": tensor " + Texts.quoted(name);
    fields.onlyKnows("dtype", "shape", "data_offsets");
    Dtype dtype = dtype(where, fields.text("dtype"));
    List<Long> dims = fields.wholes("shape");
    List<Long> offsets = fields.wholes("data_offsets");
    if (offsets.size() != 2 || offsets.get(0) < 0 || offsets.get(1) < offsets.get(0)) {
      throw new InputException(
          where + ": data_offsets " + numbers(offsets) + " are not a begin and an end");
    }
    if (dims.size() > HIGHEST_RANK) {
      throw new InputException(where + ": has " + dims.size() + " axes, at most " + HIGHEST_RANK);
    }
    long elements = 1;
    for (long dim : dims) {
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        throw new InputException(
            where + ": size " + dim + " in its shape " + numbers(dims) + " is not possible");
      }
      elements = dim == 0 ? 0 : elements > MOST / dim ? MOST : elements * dim;
    }
    long bytes = offsets.get(1) - offsets.get(0);
    if (bytes != elements * dtype.bytes()) {
      throw new InputException(
          "%s: its %d bytes hold %s values of %s, its shape %s needs %s"
              .formatted(
                  where,
                  bytes,
                  bytes % dtype.bytes() == 0 ? bytes / dtype.bytes() : "no whole number of",
                  dtype,
                  numbers(dims),
                  elements == MOST ? "more than any file has" : elements));
    }
    int[] sizes = new int[dims.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = Math.toIntExact(dims.get(i));
    }
    return new Entry(name, dtype, sizes, offsets.get(0), offsets.get(1));
  }

  private static Dtype dtype(String where, String name) {
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw new InputException(
        where
            + ": dtype "
            + Texts.quoted(name)
            + " is not known, known are "
            + Arrays.toString(Dtype.values()));
  }

  private static String numbers(List<Long> values) {
    return "[" + Texts.listed(values.stream().map(String::valueOf).toList()).replace(" ", "") + "]";
  }

  private static void checkCoverage(String path, List<Entry> entries, long bytes) {
    long at = 0;
    Entry before = null;
    for (Entry entry : entries) {
      if (entry.begin() < at) {
        throw new InputException(
            "%s: %s starts at byte %d, inside %s, which ends at %d"
                .formatted(path, place(entry), entry.begin(), place(before), at));
      }
      if (entry.begin() > at) {
        throw new InputException(
            "%s: %d bytes between %s and %s belong to nothing"
                .formatted(path, entry.begin() - at, place(before), place(entry)));
      }
      if (entry.end() > bytes) {
        throw new InputException(
            "%s: %s ends at byte %d of the data, the file has %d; it was cut short"
                .formatted(path, place(entry), entry.end(), bytes));
      }
      at = entry.end();
      before = entry;
    }
    if (at != bytes) {
      throw new InputException(
          path + ": " + (bytes - at) + " bytes after " + place(before) + " belong to nothing");
    }
  }

  private static String place(Entry entry) {
    return entry == null ? "the start of the data" : "tensor " + Texts.quoted(entry.name());
  }
}
