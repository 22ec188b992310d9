package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import voxcam.op.InputException;
import voxcam.op.Shape;

/**
 * A tensor of an ONNX file, a {@code TensorProto}: its values lie in the file, in runs, or in
 * another file.
 *
 * @param type ONNX's number of the element type, see {@link OnnxType}
 * @param external where the values lie in another file: {@code location}, {@code offset}, {@code
 *     length}
 */
record OnnxTensor(
    String name, int type, long[] dims, List<Run> runs, Optional<Map<String, String>> external) {
  OnnxTensor {
    runs = List.copyOf(runs);
  }

  /** How numbers lie in a run. */
  enum Form {
    /** As in memory, little-endian. */
    RAW,
    /** Numbers of 32 or 64 bits, floating point. */
    FIXED,
    /** Numbers of variable length. */
    VARINT
  }

  /** Some of the values. */
  record Run(Form form, MemorySegment bytes) {}

  boolean isEmpty() {
    return Arrays.stream(dims).anyMatch(size -> size == 0);
  }

  /** The sizes as ints. */
  int[] sizes(String where) {
    int[] sizes = new int[dims.length];
    long product = 1;
    for (int i = 0; i < sizes.length; i++) {
      // Every factor is below 2^31 and the product before it at most 2^31.
      product = dims[i] < 0 || dims[i] > Integer.MAX_VALUE ? -1 : product * dims[i];
      if (product < 0 || product > Integer.MAX_VALUE) {
        throw new InputException(
            where + ": has the sizes " + Arrays.toString(dims) + ", which no tensor can have");
      }
      sizes[i] = (int) dims[i];
    }
    return sizes;
  }

  /**
   * The values; there is at least one.
   *
   * @param files the bytes of other files by their {@code location}
   */
  WholeNumbers tensor(String where, Function<String, MemorySegment> files) {
    String here = where + ": tensor " + Texts.quoted(name);
    Dtype dtype = OnnxType.dtype(here, type);
    Shape shape = Shape.of(sizes(here));
    if (external.isPresent()) {
      return new StoredTensor(
          name, dtype, shape, OnnxExternal.part(here, external.get(), files, bytes(dtype, shape)));
    }
    boolean varint = runs.stream().anyMatch(run -> run.form() == Form.VARINT);
    boolean mixed = runs.stream().anyMatch(run -> run.form() != runs.get(0).form());
    if (mixed || (varint ? dtype == Dtype.F32 || dtype == Dtype.F64 : isMisplaced(dtype))) {
      throw new InputException(here + ": its values of type " + dtype + " lie in a wrong field");
    }
    MemorySegment bytes = runs.size() == 1 ? runs.get(0).bytes() : joined();
    if (varint) {
      check(here, shape.size(), Varints.count(bytes), "values");
      return new VarintTensor(dtype, shape, bytes);
    }
    check(here, bytes(dtype, shape), bytes.byteSize(), "bytes");
    return new StoredTensor(name, dtype, shape, bytes);
  }

  private static long bytes(Dtype dtype, Shape shape) {
    return shape.size() * dtype.bytes();
  }

  private boolean isMisplaced(Dtype dtype) {
    return !runs.isEmpty()
        && runs.get(0).form() == Form.FIXED
        && dtype != Dtype.F32
        && dtype != Dtype.F64;
  }

  private void check(String where, long wanted, long given, String unit) {
    if (wanted != given) {
      throw new InputException(
          "%s: has the sizes %s, which take %d %s, and holds %d"
              .formatted(where, Arrays.toString(dims), wanted, unit, Math.max(0, given)));
    }
  }

  private MemorySegment joined() {
    long size = 0;
    for (Run run : runs) {
      size += run.bytes().byteSize();
    }
    byte[] all = new byte[Math.toIntExact(size)];
    int at = 0;
    for (Run run : runs) {
      int length = (int) run.bytes().byteSize();
      MemorySegment.copy(run.bytes(), ValueLayout.JAVA_BYTE, 0, all, at, length);
      at += length;
    }
    return MemorySegment.ofArray(all);
  }
}
