package voxcam.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import voxcam.op.Tensor;

/** Bytes of safetensors files, sound or not. */
final class Bytes {
  private Bytes() {}

  /** A file with any header and any data. */
  static byte[] file(String header, byte[] data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  static byte[] file(byte[] header, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.writeBytes(header);
    out.writeBytes(data);
    return out.toByteArray();
  }

  /** The same tensors with other strings. */
  static byte[] file(Safetensors file, Map<String, String> metadata) {
    return file(file.tensors(), metadata);
  }

  static byte[] file(Map<String, Tensor> tensors, Map<String, String> metadata) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      SafetensorsWriter.writeTo(
          out,
          tensors,
          metadata,
          name -> tensors.get(name) instanceof StoredTensor stored ? stored.dtype() : Dtype.F32);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
