package voxcam.model;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import voxcam.op.InputException;
import voxcam.op.Tensor;

/** Writes safetensors files: names sorted, so that equal content gives equal bytes. */
final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK = 1 << 14;

  private SafetensorsWriter() {}

  static void write(
      Path path,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      Function<String, Dtype> dtypes) {
    WholeFile.write(
        path,
        out -> {
          try {
            writeTo(out, tensors, metadata, dtypes);
          } catch (InputException e) {
            throw new InputException(path + ": " + e.getMessage(), e);
          }
        });
  }

  static void writeTo(
      OutputStream out,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      Function<String, Dtype> dtypes)
      throws IOException {
    // Wide numbers first: every tensor is aligned and there are no gaps.
    List<String> names = new ArrayList<>(tensors.keySet());
    names.sort(
        Comparator.comparingInt((String name) -> -dtypes.apply(name).bytes())
            .thenComparing(Comparator.naturalOrder()));
    byte[] header = header(names, tensors, metadata, dtypes);
    byte[] length = new byte[Long.BYTES];
    ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
    out.write(length);
    out.write(header);
    for (String name : names) {
      try {
        data(tensors.get(name), dtypes.apply(name), out);
      } catch (InputException e) {
        throw new InputException("tensor " + Texts.quoted(name) + ": " + e.getMessage(), e);
      }
    }
  }

  private static byte[] header(
      List<String> names,
      Map<String, Tensor> tensors,
      Map<String, String> metadata,
      Function<String, Dtype> dtypes) {
    Map<String, Object> members = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      members.put("__metadata__", new TreeMap<>(metadata));
    }
    long at = 0;
    for (String name : names) {
      Dtype dtype = dtypes.apply(name);
      long end = at + tensors.get(name).shape().size() * dtype.bytes();
      List<Integer> dims = new ArrayList<>();
      for (int dim : tensors.get(name).shape().dims()) {
        dims.add(dim);
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", dtype.name());
      entry.put("shape", dims);
      entry.put("data_offsets", List.of(at, end));
      members.put(name, entry);
      at = end;
    }
    String text = Json.object(members).compact();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int padding = Math.floorMod(-bytes.length, ALIGNMENT);
    return padding == 0 ? bytes : (text + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
  }

  private static void data(Tensor tensor, Dtype dtype, OutputStream out) throws IOException {
    double[] values = tensor.doubles();
    byte[] bytes = new byte[CHUNK * dtype.bytes()];
    MemorySegment chunk = MemorySegment.ofArray(bytes);
    for (int from = 0; from < values.length; from += CHUNK) {
      int count = Math.min(CHUNK, values.length - from);
      for (int i = 0; i < count; i++) {
        dtype.put(chunk, i, values[from + i]);
      }
      out.write(bytes, 0, count * dtype.bytes());
    }
  }
}
